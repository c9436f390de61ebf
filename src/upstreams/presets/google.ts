import { rfc7009 } from '../lifecycle/lifecycle.ts';
import type { Preset } from '../preset.ts';

// Endpoints are pinned: a changed discovery document must not change who is believed.
//
// Google is the authority for gmail.com and for Workspace domains (`hd`). Any other address was checked once, when the
// Google account was made, and may belong to somebody else by now.
/** Google: OpenID Connect. */
export const google: Preset = {
  name: 'Google',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://developers.google.com/identity/openid-connect/openid-connect',
      'https://accounts.google.com/.well-known/openid-configuration',
    ],
  },
  protocol: 'oidc',
  issuer: 'https://accounts.google.com',
  issuer_aliases: ['accounts.google.com'],
  callback_iss: 'optional',
  endpoints: {
    authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
    token: 'https://oauth2.googleapis.com/token',
    revocation: 'https://oauth2.googleapis.com/revoke',
    jwks: 'https://www.googleapis.com/oauth2/v3/certs',
  },
  scopes: ['openid', 'email', 'profile'],
  scope_delimiter: ' ',
  pkce: 'S256',
  nonce: 'required',
  hints: { hd: 'id.hd' },
  // Google has no `login` prompt: choosing the account again is the nearest it offers.
  forward: {
    login_hint: { as: 'login_hint' },
    prompt: { as: 'prompt', values: { login: 'select_account', select_account: 'select_account', consent: 'consent' } },
    ui_locales: { as: 'hl' },
  },
  token_auth: 'client_secret_post',
  token_format: 'json',
  id_token_algs: ['RS256'],
  sources: [{ name: 'id', from: 'id_token' }],
  mapping: {
    subject: { from: ['id.sub'] },
    claims: {
      name: { from: ['id.name'] },
      given_name: { from: ['id.given_name'] },
      family_name: { from: ['id.family_name'] },
      email: { from: ['id.email'] },
      picture: { from: ['id.picture'] },
    },
    extra: { hd: { from: ['id.hd'] } },
    email_trust: {
      default: 'unverified',
      rules: [
        {
          when: { all: [{ true: 'id.email_verified' }, { suffix: ['claims.email', '@gmail.com'] }] },
          then: 'authoritative',
        },
        {
          when: { all: [{ true: 'id.email_verified' }, { domain_equals: ['claims.email', 'id.hd'] }] },
          then: 'authoritative',
        },
        { when: { true: 'id.email_verified' }, then: 'verified' },
      ],
    },
  },
  verified_signal: { true: 'id.email_verified' },
  // Cross-Account Protection: https://developers.google.com/identity/protocols/risc. A refresh token comes only with
  // `params: { access_type: offline }`.
  lifecycle: {
    events: {
      dialect: 'security_event',
      issuers: ['https://accounts.google.com/'],
      register: 'Cross-Account Protection (RISC): the receiver of the project, `https://risc.googleapis.com`',
    },
    revocation: rfc7009,
  },
};
