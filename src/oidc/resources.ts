import { errors, type ResourceServer } from 'oidc-provider';
import type { OidcDeps } from './deps.ts';

/**
 * The resource behind an indicator (RFC 8707 2), with JWT access tokens (RFC 9068). Throws invalid_target for one that is not configured and, while the switch is off, for all
 * but our own.
 */
export function resourceServer(
  { issuer, resources, lifetimes, protocol }: Pick<OidcDeps, 'issuer' | 'resources' | 'lifetimes' | 'protocol'>,
  indicator: string,
): ResourceServer {
  const isOurs = (id: string) => id.startsWith(`${issuer}/`);
  const resource = resources.find(({ id }) => id === indicator && (protocol.resource_indicators || isOurs(id)));
  if (!resource) throw new errors.InvalidTarget('this resource is not known here');
  return {
    scope: resource.scopes.join(' '),
    audience: resource.id,
    accessTokenTTL: resource.access_token_ttl ?? lifetimes.access_token_jwt,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: protocol.fapi === false || isOurs(resource.id) ? resource.signing_alg : 'ES256' } },
  };
}
