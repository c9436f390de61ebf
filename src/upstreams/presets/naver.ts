import type { Preset } from '../preset.ts';

// The console decides what is asked for. The address is one that the person chose for contact, and nothing says whether anybody
// checked it. An answer can fail with status 200.
/** Naver Login: OAuth 2, and its API for who came back. */
export const naver: Preset = {
  name: 'Naver',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://developers.naver.com/docs/login/api/api.md',
      'https://developers.naver.com/docs/login/profile/profile.md',
    ],
  },
  protocol: 'oauth2',
  issuer: 'https://nid.naver.com',
  callback_iss: 'ignored',
  endpoints: {
    authorization: 'https://nid.naver.com/oauth2.0/authorize',
    token: 'https://nid.naver.com/oauth2.0/token',
    user: 'https://openapi.naver.com/v1/nid/me',
  },
  scopes: [],
  scope_delimiter: ' ',
  pkce: 'off',
  nonce: 'off',
  forward: { prompt: { as: 'auth_type', values: { login: 'reauthenticate', consent: 'reprompt' } } },
  token_auth: 'client_secret_post',
  token_format: 'json',
  token_state: true,
  sources: [{ name: 'user', from: 'http', endpoint: 'user', ok_when: { equals: ['user.resultcode', '00'] } }],
  mapping: {
    subject: { from: ['user.response.id'] },
    claims: {
      name: { from: ['user.response.name', 'user.response.nickname'] },
      email: { from: ['user.response.email'] },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [] },
  },
  // Its access token ends after an hour: later the connection can be ended only by the person, on Naver's own page.
  lifecycle: {
    revocation: {
      endpoint: 'token',
      method: 'POST',
      form: {
        grant_type: 'delete',
        client_id: '{client_id}',
        client_secret: '{client_secret}',
        access_token: '{token}',
        service_provider: 'NAVER',
      },
      token: 'access_token',
    },
  },
};
