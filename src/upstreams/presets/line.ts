import type { Preset } from '../preset.ts';

// ID tokens of web channels are signed with the channel secret (HS256), those of others with a key (ES256). The address stands
// in the ID token only, needs LINE's permission, and nothing says whether anybody checked it.
/** LINE Login 2.1: OpenID Connect. */
export const line: Preset = {
  name: 'LINE',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://developers.line.biz/en/docs/line-login/integrate-line-login/',
      'https://developers.line.biz/en/reference/line-login/',
    ],
  },
  protocol: 'oidc',
  issuer: 'https://access.line.me',
  callback_iss: 'optional',
  endpoints: {
    authorization: 'https://access.line.me/oauth2/v2.1/authorize',
    token: 'https://api.line.me/oauth2/v2.1/token',
    jwks: 'https://api.line.me/oauth2/v2.1/certs',
  },
  scopes: ['openid', 'profile', 'email'],
  scope_delimiter: ' ',
  pkce: 'S256',
  nonce: 'required',
  forward: {
    prompt: { as: 'prompt', values: { login: 'login', consent: 'consent' } },
    ui_locales: { as: 'ui_locales' },
    max_age: { as: 'max_age' },
  },
  token_auth: 'client_secret_post',
  token_format: 'json',
  id_token_algs: ['HS256', 'ES256'],
  sources: [{ name: 'id', from: 'id_token' }],
  mapping: {
    subject: { from: ['id.sub'] },
    claims: {
      name: { from: ['id.name'] },
      email: { from: ['id.email'] },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [] },
  },
};
