import { rfc7009 } from '../lifecycle/lifecycle.ts';
import type { Preset } from '../preset.ts';

// Any issuer by discovery. Who runs it, and whether it checks addresses, only the admin knows: an address counts as
// unverified until `email_trust` says more.
/** Any OpenID provider, found by discovery. */
export const oidc: Preset = {
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://openid.net/specs/openid-connect-core-1_0.html',
      'https://openid.net/specs/openid-connect-discovery-1_0.html',
      'https://www.rfc-editor.org/rfc/rfc9207',
    ],
  },
  protocol: 'oidc',
  callback_iss: 'if-advertised',
  scopes: ['openid', 'email', 'profile'],
  scope_delimiter: ' ',
  pkce: 'S256',
  nonce: 'required',
  forward: {
    login_hint: { as: 'login_hint' },
    prompt: {
      as: 'prompt',
      values: { login: 'login', select_account: 'select_account', consent: 'consent', create: 'create' },
    },
    ui_locales: { as: 'ui_locales' },
    max_age: { as: 'max_age' },
    acr_values: { as: 'acr_values' },
    // It may be another Gatehouse.
    idp_chain: { as: 'idp_chain' },
  },
  token_auth: 'client_secret_basic',
  token_format: 'json',
  id_token_algs: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  cancel: { error: ['user_cancelled_login', 'user_cancelled_authorize'], error_subcode: ['cancel'] },
  sources: [
    { name: 'id', from: 'id_token' },
    { name: 'user', from: 'http', endpoint: 'userinfo', same_subject: 'user.sub' },
  ],
  mapping: {
    subject: { from: ['id.sub'] },
    claims: {
      name: { from: ['user.name', 'id.name'] },
      given_name: { from: ['user.given_name', 'id.given_name'] },
      family_name: { from: ['user.family_name', 'id.family_name'] },
      email: { from: ['user.email', 'id.email'] },
      picture: { from: ['user.picture', 'id.picture'] },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [] },
  },
  // The flag must come from the answer that the address came from.
  verified_signal: {
    any: [
      { all: [{ exists: 'user.email' }, { true: 'user.email_verified' }] },
      { all: [{ not: { exists: 'user.email' } }, { true: 'id.email_verified' }] },
    ],
  },
  lifecycle: {
    events: { dialect: 'logout_token', register: 'the client registration there: `backchannel_logout_uri`' },
    revocation: rfc7009,
    logout: { return_as: 'post_logout_redirect_uri', hint: true },
  },
};
