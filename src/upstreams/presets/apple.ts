import { rfc7009 } from '../lifecycle/lifecycle.ts';
import type { Preset } from '../preset.ts';

// The client secret is a JWT that we sign for each request. The answer comes as a POST; the name comes with it in `user`, the
// first time only and unsigned, so it is a name to show and nothing else. The discovery document once named an issuer that the
// tokens did not carry: another one is accepted only where `issuer_aliases` says so.
/** Sign in with Apple: OpenID Connect with a signed client secret. */
export const apple: Preset = {
  name: 'Apple',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://developer.apple.com/documentation/signinwithapple/incorporating-sign-in-with-apple-into-other-platforms',
      'https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret',
    ],
  },
  protocol: 'oidc',
  issuer: 'https://appleid.apple.com',
  callback_iss: 'optional',
  endpoints: {
    authorization: 'https://appleid.apple.com/auth/authorize',
    token: 'https://appleid.apple.com/auth/token',
    jwks: 'https://appleid.apple.com/auth/keys',
    revocation: 'https://appleid.apple.com/auth/revoke',
  },
  scopes: ['openid', 'name', 'email'],
  scope_delimiter: ' ',
  response_mode: 'form_post',
  pkce: 'off',
  nonce: 'required',
  forward: {},
  token_auth: 'signed_secret',
  token_format: 'json',
  id_token_algs: ['RS256'],
  cancel: { error: ['user_cancelled_authorize'] },
  sources: [
    { name: 'id', from: 'id_token' },
    { name: 'user', from: 'callback', field: 'user' },
  ],
  mapping: {
    subject: { from: ['id.sub'] },
    claims: {
      name: { template: '{user.name.firstName} {user.name.lastName}' },
      given_name: { from: ['user.name.firstName'] },
      family_name: { from: ['user.name.lastName'] },
      email: { from: ['id.email'] },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [{ when: { true: 'id.email_verified' }, then: 'verified' }] },
    email_relay: {
      any: [
        { suffix: ['claims.email', '@privaterelay.appleid.com'] },
        { suffix: ['claims.email', '@private.icloud.com'] },
      ],
    },
  },
  verified_signal: { true: 'id.email_verified' },
  // Apple wants the connection ended when an account here is deleted, so what does that is kept, encrypted, unless
  // `store_tokens: none`. Notifications: "Processing changes for Sign in with Apple accounts".
  store_tokens: 'refresh',
  lifecycle: {
    events: { dialect: 'apple', register: 'the App ID, Sign in with Apple: server-to-server notification endpoint' },
    revocation: rfc7009,
  },
};
