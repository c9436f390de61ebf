import type { Preset } from '../preset.ts';

/** The tenant of personal accounts. */
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';

// Whoever runs a tenant can write any address into an account of it, so an address counts only with `xms_edov`: an optional
// claim of the app registration which says that the owner of the domain was verified.
/** Microsoft Entra ID and personal accounts: OpenID Connect, with one issuer for each tenant. */
export const microsoft: Preset = {
  name: 'Microsoft',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc',
      'https://learn.microsoft.com/en-us/entra/identity-platform/migrate-off-email-claim-authorization',
      'https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials',
    ],
  },
  protocol: 'oidc',
  issuer: 'https://login.microsoftonline.com/{tid}/v2.0',
  tenancy: {
    claim: 'tid',
    default: 'common',
    classes: {
      common: [],
      organizations: [{ not: { equals: ['id.tid', PERSONAL] } }],
      consumers: [{ equals: ['id.tid', PERSONAL] }],
    },
  },
  callback_iss: 'ignored',
  endpoints: {
    authorization: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
    token: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
    jwks: 'https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys',
    end_session: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/logout',
  },
  scopes: ['openid', 'profile', 'email'],
  scope_delimiter: ' ',
  pkce: 'S256',
  nonce: 'required',
  hints: { domain_hint: 'id.tid' },
  forward: {
    login_hint: { as: 'login_hint' },
    prompt: {
      as: 'prompt',
      values: { login: 'login', select_account: 'select_account', consent: 'consent', create: 'create' },
    },
    ui_locales: { as: 'ui_locales' },
    max_age: { as: 'max_age' },
  },
  token_auth: 'client_secret_post',
  token_format: 'json',
  assertion: { audience: 'token_endpoint', key_id_as: 'x5t#S256', rsa_alg: 'PS256' },
  id_token_algs: ['RS256'],
  cancel: { error_subcode: ['cancel'] },
  sources: [{ name: 'id', from: 'id_token' }],
  mapping: {
    subject: { from: ['id.sub'] },
    claims: {
      name: { from: ['id.name'] },
      given_name: { from: ['id.given_name'] },
      family_name: { from: ['id.family_name'] },
      email: { from: ['id.email'] },
    },
    extra: { tid: { from: ['id.tid'] }, oid: { from: ['id.oid'] } },
    email_trust: { default: 'unverified', rules: [{ when: { true: 'id.xms_edov' }, then: 'verified' }] },
  },
  verified_signal: { true: 'id.xms_edov' },
  lifecycle: { logout: { return_as: 'post_logout_redirect_uri' } },
};
