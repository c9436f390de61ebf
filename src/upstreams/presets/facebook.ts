import type { Preset } from '../preset.ts';

// A Graph version lives about two years: `vars.version` in the config file moves on without a release of ours.
//
// Meta sends no word on whether an address was checked, so it counts as unverified. Its picture links expire and are
// therefore not asked for.
/** Facebook Login: OAuth 2, and the Graph API for who came back. */
export const facebook: Preset = {
  name: 'Facebook',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow',
      'https://developers.facebook.com/docs/graph-api/reference/user',
    ],
  },
  protocol: 'oauth2',
  issuer: 'https://www.facebook.com',
  // Phones are redirected to the mobile site at once, which a page's form-action must know.
  further_origins: ['https://m.facebook.com'],
  callback_iss: 'ignored',
  vars: { version: 'v24.0' },
  endpoints: {
    authorization: 'https://www.facebook.com/{version}/dialog/oauth',
    token: 'https://graph.facebook.com/{version}/oauth/access_token',
    profile: 'https://graph.facebook.com/{version}/me',
    graph: 'https://graph.facebook.com/{version}',
  },
  scopes: ['public_profile', 'email'],
  scope_delimiter: ',',
  pkce: 'off',
  nonce: 'off',
  forward: {
    prompt: { as: 'auth_type', values: { login: 'reauthenticate', consent: 'rerequest' } },
  },
  declined_address: { prompt: 'consent' },
  token_auth: 'client_secret_post',
  token_format: 'json',
  cancel: { error_reason: ['user_denied'] },
  sources: [
    {
      name: 'me',
      from: 'http',
      endpoint: 'profile',
      params: { fields: 'id,name,first_name,last_name,email' },
      appsecret_proof: true,
    },
  ],
  mapping: {
    subject: { from: ['me.id'] },
    claims: {
      name: { from: ['me.name'] },
      given_name: { from: ['me.first_name'] },
      family_name: { from: ['me.last_name'] },
      email: { from: ['me.email'] },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [] },
  },
  lifecycle: {
    events: {
      dialect: 'signed_request',
      register: 'App dashboard, Facebook Login settings: deauthorise callback, and data deletion request',
    },
    revocation: {
      endpoint: 'graph',
      path: '/{subject}/permissions',
      method: 'DELETE',
      // An app access token: https://developers.facebook.com/docs/facebook-login/guides/access-tokens
      headers: { authorization: 'Bearer {client_id}|{client_secret}' },
    },
  },
};
