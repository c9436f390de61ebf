import type { Mapping } from '../mapping/mapping.ts';
import { rfc7009 } from '../lifecycle/lifecycle.ts';
import type { Preset } from '../preset.ts';

// The ID token is thin, so the profile comes from userinfo.
const mapping: Mapping = {
  subject: { from: ['id.sub'] },
  claims: {
    name: { from: ['user.name'] },
    email: { from: ['user.email'] },
    picture: { from: ['user.picture'] },
  },
  extra: {},
  email_trust: { default: 'unverified', rules: [{ when: { true: 'user.email_verified' }, then: 'verified' }] },
};

/** GitLab, the public one or one's own under a `base_url`: OpenID Connect. */
export const gitlab: Preset = {
  name: 'GitLab',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://docs.gitlab.com/integration/openid_connect_provider/',
      'https://gitlab.com/.well-known/openid-configuration',
    ],
  },
  protocol: 'oidc',
  issuer: '{base_url}',
  callback_iss: 'optional',
  vars: { base_url: 'https://gitlab.com' },
  endpoints: {
    authorization: '{base_url}/oauth/authorize',
    token: '{base_url}/oauth/token',
    jwks: '{base_url}/oauth/discovery/keys',
    userinfo: '{base_url}/oauth/userinfo',
    revocation: '{base_url}/oauth/revoke',
  },
  // Whether a server of one's own has addresses confirmed, only its admin knows.
  self_managed: { mapping: { ...mapping, email_trust: { default: 'unverified', rules: [] } } },
  scopes: ['openid', 'profile', 'email'],
  scope_delimiter: ' ',
  pkce: 'S256',
  nonce: 'required',
  forward: {
    login_hint: { as: 'login_hint' },
    prompt: { as: 'prompt', values: { login: 'login', select_account: 'select_account', consent: 'consent' } },
    ui_locales: { as: 'ui_locales' },
  },
  token_auth: 'client_secret_basic',
  token_format: 'json',
  id_token_algs: ['RS256'],
  sources: [
    { name: 'id', from: 'id_token' },
    { name: 'user', from: 'http', endpoint: 'userinfo', same_subject: 'user.sub' },
  ],
  mapping,
  verified_signal: { true: 'user.email_verified' },
  lifecycle: { revocation: rfc7009 },
};
