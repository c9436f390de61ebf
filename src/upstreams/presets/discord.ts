import { rfc7009 } from '../lifecycle/lifecycle.ts';
import type { Preset } from '../preset.ts';

/** Discord: OAuth 2, and its API for who came back. */
export const discord: Preset = {
  name: 'Discord',
  source: {
    checked: 'documentation',
    date: '2026-11-21',
    urls: [
      'https://discord.com/developers/docs/topics/oauth2',
      'https://discord.com/developers/docs/resources/user',
      'https://discord.com/.well-known/oauth-authorization-server',
    ],
  },
  protocol: 'oauth2',
  issuer: 'https://discord.com',
  // Its metadata promises `iss`; nobody of us has seen whether errors carry it as well.
  callback_iss: 'optional',
  endpoints: {
    authorization: 'https://discord.com/api/oauth2/authorize',
    token: 'https://discord.com/api/oauth2/token',
    revocation: 'https://discord.com/api/oauth2/token/revoke',
    user: 'https://discord.com/api/v10/users/@me',
  },
  scopes: ['identify', 'email'],
  scope_delimiter: ' ',
  pkce: 'S256',
  nonce: 'off',
  forward: { prompt: { as: 'prompt', values: { consent: 'consent' } } },
  token_auth: 'client_secret_post',
  token_format: 'json',
  sources: [{ name: 'user', from: 'http', endpoint: 'user' }],
  mapping: {
    subject: { from: ['user.id'] },
    claims: {
      name: { from: ['user.global_name', 'user.username'] },
      email: { from: ['user.email'] },
      picture: { template: 'https://cdn.discordapp.com/avatars/{user.id}/{user.avatar}.png' },
    },
    extra: {},
    email_trust: { default: 'unverified', rules: [{ when: { true: 'user.verified' }, then: 'verified' }] },
  },
  verified_signal: { true: 'user.verified' },
  lifecycle: { revocation: rfc7009 },
};
