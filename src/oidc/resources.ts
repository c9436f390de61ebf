import { errors, type Client, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { isOurOwn, isStranger, resourcesOfClient } from './client_traits.ts';
import type { OidcDeps } from './deps.ts';
import { resourcesForStranger } from './registration/bounds.ts';
import { scopesIn } from './requested_scopes.ts';

type Deps = Pick<OidcDeps, 'issuer' | 'resources' | 'lifetimes' | 'protocol'>;

/** A client, and what it asks at this endpoint. */
interface Asking {
  client: Client;
  params: KoaContextWithOIDC['oidc']['params'];
}

/**
 * The resource behind an indicator (RFC 8707 2), with JWT access tokens (RFC 9068), as far as it is for this client: every
 * endpoint that makes tokens asks here. Throws invalid_target for one that is not configured, or not for the client, and, while the
 * switch is off, for all but our own; invalid_scope for a scope of it that the client may not have.
 */
export function resourceServer(
  { issuer, resources, lifetimes, protocol }: Deps,
  indicator: string,
  { client, params }: Asking,
): ResourceServer {
  const allowed = allowedScopes(protocol, client, params)(indicator);
  if (!allowed) throw refusal(client);
  const isOurs = (id: string) => id.startsWith(`${issuer}/`);
  const resource = resources.find(({ id }) => id === indicator && (protocol.resource_indicators || isOurs(id)));
  if (!resource) throw new errors.InvalidTarget('this resource is not known here');
  const open = resource.scopes.filter((scope) => allowed === 'all' || allowed.includes(scope));
  refuseBeyond(resource.scopes, open, { resources, client, protocol, params });
  return {
    scope: open.join(' '),
    audience: resource.id,
    accessTokenTTL: resource.access_token_ttl ?? lifetimes.access_token_jwt,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: protocol.fapi === false || isOurs(resource.id) ? resource.signing_alg : 'ES256' } },
  };
}

/**
 * What a client may ask of an API; undefined for an API that is not for it. A stranger is bounded by the settings for strangers,
 * everybody else by the `resources` of the client. Without them an app that people use may ask for all, for its people are
 * asked, or known to the API; in its own name nobody gets anything (RFC 6749 4.4). What is exchanged names its targets itself.
 */
function allowedScopes(protocol: OidcDeps['protocol'], client: Client, params: Asking['params']) {
  return (indicator: string): 'all' | readonly string[] | undefined => {
    if (isStranger(client))
      return resourcesForStranger(protocol, client.clientId).includes(indicator) ? 'all' : undefined;
    const own = isOurOwn(client.clientId) ? undefined : resourcesOfClient(client);
    if (own) return Object.hasOwn(own, indicator) ? own[indicator] : undefined;
    return params?.['grant_type'] === 'client_credentials' ? undefined : 'all';
  };
}

function refusal(client: Client): Error {
  if (isStranger(client)) return new errors.InvalidTarget('this resource is not for an app that registered itself');
  return new errors.InvalidTarget(
    'this resource is not for this client (an administrator can name it under `resources` of the client)',
  );
}

/** A scope may be meant for another one of the resources that are asked for at once. */
function refuseBeyond(
  known: readonly string[],
  open: readonly string[],
  { resources, client, protocol, params }: Pick<Deps, 'resources' | 'protocol'> & Asking,
): void {
  const asked = scopesIn(typeof params?.['scope'] === 'string' ? params['scope'] : undefined);
  const beyond = asked.filter((scope) => known.includes(scope) && !open.includes(scope));
  if (beyond.length === 0) return;
  const allowed = allowedScopes(protocol, client, params);
  const named: unknown[] = [params?.['resource']].flat();
  const elsewhere = resources
    .filter(({ id }) => named.includes(id))
    .flatMap(({ id, scopes }) => {
      const there = allowed(id);
      return there === 'all' ? scopes : (there ?? []);
    });
  const refused = beyond.filter((scope) => !elsewhere.includes(scope));
  if (refused.length > 0)
    throw new errors.InvalidScope(
      'this client may not ask for that scope of the resource (an administrator can add it under `resources` of the client)',
      refused.join(' '),
    );
}
