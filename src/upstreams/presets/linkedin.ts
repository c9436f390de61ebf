import type { Preset } from '../preset.ts';

// LinkedIn echoes no nonce and refuses a code_verifier beside a secret. To make up for it the ID token must be a few minutes
// old at most, and the profile, asked with the token of this very exchange, must be the same person's.
/** Sign In with LinkedIn: OpenID Connect. */
export const linkedin: Preset = {
  name: 'LinkedIn',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2',
      'https://www.linkedin.com/oauth/.well-known/openid-configuration',
    ],
  },
  protocol: 'oidc',
  issuer: 'https://www.linkedin.com/oauth',
  // Tokens of its first years said it this way.
  issuer_aliases: ['https://www.linkedin.com'],
  callback_iss: 'optional',
  endpoints: {
    authorization: 'https://www.linkedin.com/oauth/v2/authorization',
    token: 'https://www.linkedin.com/oauth/v2/accessToken',
    jwks: 'https://www.linkedin.com/oauth/openid/jwks',
    userinfo: 'https://api.linkedin.com/v2/userinfo',
  },
  scopes: ['openid', 'profile', 'email'],
  scope_delimiter: ' ',
  pkce: 'off',
  nonce: 'accept-missing',
  forward: {},
  token_auth: 'client_secret_post',
  token_format: 'json',
  id_token_algs: ['RS256'],
  id_token_max_age: 300,
  cancel: { error: ['user_cancelled_login', 'user_cancelled_authorize'] },
  sources: [
    { name: 'id', from: 'id_token' },
    { name: 'user', from: 'http', endpoint: 'userinfo', same_subject: 'user.sub' },
  ],
  mapping: {
    subject: { from: ['id.sub'] },
    claims: {
      name: { from: ['user.name'] },
      given_name: { from: ['user.given_name'] },
      family_name: { from: ['user.family_name'] },
      email: { from: ['user.email'] },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [{ when: { true: 'user.email_verified' }, then: 'verified' }] },
  },
  verified_signal: { true: 'user.email_verified' },
};
