import type { Mapping } from '../mapping/mapping.ts';
import type { Preset } from '../preset.ts';

// Only the primary address counts, and only when GitHub checked it; the public one of the profile may be anybody's. A GitHub
// App without the permission "Email addresses: read" gets an error for the list: that is no address, not a failure.
const mapping: Mapping = {
  subject: { from: ['user.id'] },
  claims: {
    name: { from: ['user.name', 'user.login'] },
    email: {
      pick: 'emails',
      where: { primary: true, verified: true },
      take: 'email',
      reject: { suffix: ['@users.noreply.github.com'] },
    },
    picture: { from: ['user.avatar_url'] },
  },
  extra: {},
  email_trust: { default: 'unverified', rules: [{ when: { exists: 'claims.email' }, then: 'verified' }] },
};
const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };

/** GitHub, and GitHub Enterprise Server under a `base_url`: OAuth 2, and the REST API for who came back. */
export const github: Preset = {
  name: 'GitHub',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
      'https://docs.github.com/en/rest/users/emails',
    ],
  },
  protocol: 'oauth2',
  issuer: 'https://github.com/login/oauth',
  callback_iss: 'optional',
  endpoints: {
    authorization: 'https://github.com/login/oauth/authorize',
    token: 'https://github.com/login/oauth/access_token',
    user: 'https://api.github.com/user',
    emails: 'https://api.github.com/user/emails',
    applications: 'https://api.github.com/applications',
  },
  // A server of one's own does not check addresses, though it says so.
  self_managed: {
    issuer: '{base_url}/login/oauth',
    endpoints: {
      authorization: '{base_url}/login/oauth/authorize',
      token: '{base_url}/login/oauth/access_token',
      user: '{base_url}/api/v3/user',
      emails: '{base_url}/api/v3/user/emails',
      applications: '{base_url}/api/v3/applications',
    },
    mapping: { ...mapping, email_trust: { default: 'unverified', rules: [] } },
  },
  scopes: ['read:user', 'user:email'],
  scope_delimiter: ' ',
  pkce: 'S256',
  nonce: 'off',
  forward: {
    login_hint: { as: 'login' },
    prompt: { as: 'prompt', values: { login: 'select_account', select_account: 'select_account' } },
  },
  token_auth: 'client_secret_post',
  token_format: 'auto',
  sources: [
    { name: 'user', from: 'http', endpoint: 'user', headers },
    { name: 'emails', from: 'http', endpoint: 'emails', headers, optional: true },
  ],
  mapping,
  verified_signal: { exists: 'claims.email' },
  // Its access tokens do not end by themselves, and one of them ends the whole connection.
  lifecycle: {
    revocation: {
      endpoint: 'applications',
      path: '/{client_id}/grant',
      method: 'DELETE',
      headers: { authorization: 'Basic {basic}' },
      json: { access_token: '{token}' },
      token: 'access_token',
    },
  },
};
