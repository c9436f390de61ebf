import { errors, type ResourceServer } from 'oidc-provider';
import type { OidcDeps } from './deps.ts';

/**
 * The resource behind an indicator (RFC 8707 2), with JWT access tokens (RFC 9068) signed RS256, the one algorithm that every
 * resource server must know. Throws invalid_target for one that is not configured; unless `forApps`, for all but our own.
 */
export function resourceServer(
  { issuer, resources, lifetimes }: Pick<OidcDeps, 'issuer' | 'resources' | 'lifetimes'>,
  indicator: string,
  { forApps }: { forApps: boolean },
): ResourceServer {
  const resource = resources.find(({ id }) => id === indicator && (forApps || id.startsWith(`${issuer}/`)));
  if (!resource) throw new errors.InvalidTarget('this resource is not known here');
  return {
    scope: resource.scopes.join(' '),
    audience: resource.id,
    accessTokenTTL: resource.access_token_ttl ?? lifetimes.access_token_jwt,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  };
}
