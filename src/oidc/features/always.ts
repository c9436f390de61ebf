import type { ProtocolFeature } from './feature.ts';

/** What every client relies on: authorization, tokens, keys, userinfo, refresh tokens. */
export const always: ProtocolFeature = {
  specification: 'OpenID Connect Core 1.0',
  on: () => true,
  configuration: () => ({ features: { userinfo: { enabled: true } } }),
  routes: ['authorization', 'token', 'jwks', 'userinfo'],
};
