import { rfc7009 } from '../lifecycle/lifecycle.ts';
import type { Preset } from '../preset.ts';

// PKCE is obligatory. An app without the permission for addresses gets an error for the whole call, so the address is asked
// for separately and may be missing. A code lives about half a minute.
/** X, formerly Twitter: OAuth 2, and its API for who came back. */
export const x: Preset = {
  name: 'X',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code',
      'https://docs.x.com/x-api/users/user-lookup-me',
    ],
  },
  protocol: 'oauth2',
  issuer: 'https://x.com',
  callback_iss: 'ignored',
  endpoints: {
    authorization: 'https://x.com/i/oauth2/authorize',
    token: 'https://api.x.com/2/oauth2/token',
    revocation: 'https://api.x.com/2/oauth2/revoke',
    user: 'https://api.x.com/2/users/me',
  },
  scopes: ['users.read', 'tweet.read', 'users.email'],
  scope_delimiter: ' ',
  pkce: 'S256',
  nonce: 'off',
  forward: {},
  token_auth: 'client_secret_basic',
  token_format: 'json',
  sources: [
    { name: 'user', from: 'http', endpoint: 'user', ok_when: { exists: 'user.data.id' } },
    {
      name: 'contact',
      from: 'http',
      endpoint: 'user',
      params: { 'user.fields': 'confirmed_email' },
      optional: true,
    },
  ],
  mapping: {
    subject: { from: ['user.data.id'] },
    claims: {
      name: { from: ['user.data.name'] },
      email: { from: ['contact.data.confirmed_email'] },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [{ when: { exists: 'claims.email' }, then: 'verified' }] },
  },
  verified_signal: { exists: 'claims.email' },
  // A refresh token comes only with the scope `offline.access`.
  lifecycle: { revocation: rfc7009 },
};
