import type { Preset } from '../preset.ts';

// The config file says where everything is, what identifies a person, and which claims come from where. What checks an address
// only the admin knows: it counts as unverified until `email_trust` says more.
/** Any OAuth 2 server with an API that tells who came back. */
export const oauth2: Preset = {
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: ['https://www.rfc-editor.org/rfc/rfc6749', 'https://www.rfc-editor.org/rfc/rfc9700'],
  },
  protocol: 'oauth2',
  callback_iss: 'optional',
  scopes: [],
  scope_delimiter: ' ',
  pkce: 'off',
  nonce: 'off',
  forward: {},
  token_auth: 'client_secret_basic',
  token_format: 'json',
  cancel: { error: ['user_cancelled_login', 'user_cancelled_authorize'], error_reason: ['user_denied'] },
  sources: [],
  mapping: { subject: { from: [] }, claims: {}, extra: {}, email_trust: { default: 'unverified', rules: [] } },
};
