import type { Preset } from '../preset.ts';

/** Both flags: the address still exists, and its owner was seen to read it. */
const checked = {
  all: [{ true: 'user.kakao_account.is_email_valid' }, { true: 'user.kakao_account.is_email_verified' }],
};

// No scope is asked for: Kakao answers a consent item that the app may not have with an error (KOE205), and without a scope it
// asks for what the console says. Addresses need a business app. The secret goes into the body, nowhere else.
/** Kakao Login: OAuth 2, and its API for who came back. */
export const kakao: Preset = {
  name: 'Kakao',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: ['https://developers.kakao.com/docs/latest/en/kakaologin/rest-api'],
  },
  protocol: 'oauth2',
  issuer: 'https://kauth.kakao.com',
  callback_iss: 'ignored',
  endpoints: {
    authorization: 'https://kauth.kakao.com/oauth/authorize',
    token: 'https://kauth.kakao.com/oauth/token',
    user: 'https://kapi.kakao.com/v2/user/me',
    unlink: 'https://kapi.kakao.com/v1/user/unlink',
    end_session: 'https://kauth.kakao.com/oauth/logout',
  },
  scopes: [],
  scope_delimiter: ',',
  pkce: 'off',
  nonce: 'off',
  forward: {
    login_hint: { as: 'login_hint' },
    prompt: { as: 'prompt', values: { login: 'login', select_account: 'select_account', create: 'create' } },
  },
  token_auth: 'client_secret_post',
  token_format: 'json',
  sources: [{ name: 'user', from: 'http', endpoint: 'user' }],
  mapping: {
    subject: { from: ['user.id'] },
    claims: {
      name: { from: ['user.kakao_account.profile.nickname'] },
      email: { from: ['user.kakao_account.email'] },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [{ when: checked, then: 'verified' }] },
  },
  verified_signal: checked,
  // The webhook and the end of a connection both need the admin key of the app.
  lifecycle: {
    events: { dialect: 'kakao', register: 'Kakao Login, advanced: unlink webhook; `admin_key` in the config file' },
    revocation: {
      endpoint: 'unlink',
      method: 'POST',
      headers: { authorization: 'KakaoAK {admin_key}' },
      form: { target_id_type: 'user_id', target_id: '{subject}' },
    },
    logout: { return_as: 'logout_redirect_uri' },
  },
};
