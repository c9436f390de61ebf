import { errors, type ResourceServer } from 'oidc-provider';
import type { LifetimeSettings, ResourceSettings } from './settings.ts';

/**
 * The resource behind an indicator (RFC 8707 2), with JWT access tokens (RFC 9068) signed RS256, the one algorithm that every
 * resource server must know. Throws invalid_target for one that is not configured.
 */
export function resourceServer(
  resources: readonly ResourceSettings[],
  lifetimes: LifetimeSettings,
  indicator: string,
): ResourceServer {
  const resource = resources.find(({ id }) => id === indicator);
  if (!resource) throw new errors.InvalidTarget('this resource is not known here');
  return {
    scope: resource.scopes.join(' '),
    audience: resource.id,
    accessTokenTTL: resource.access_token_ttl ?? lifetimes.access_token_jwt,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  };
}
