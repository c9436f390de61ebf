import { errors, type ClaimsParameter, type Client, type KoaContextWithOIDC } from 'oidc-provider';
import { acrValues, essentialAcr } from '../assurance.ts';
import { scopesIn } from '../requested_scopes.ts';
import { scopesOfClaims } from '../scope_words.ts';
import type { ProtocolFeature } from './feature.ts';

/** Clients may ask for single claims. */
export const claimsParameter: ProtocolFeature = {
  key: 'claims_parameter',
  specification: 'OpenID Connect Core 1.0, 5.5',
  on: (protocol) => protocol.claims_parameter,
  configuration: () => ({ features: { claimsParameter: { enabled: true, assertClaimsParameter } } }),
};

/**
 * OIDC Core 5.5.1: a member is null or an object. An essential `acr` that we never reach is refused at once (5.5.1.1): nobody
 * could sign in often enough. A client that may not have a scope has none of its claims one by one.
 */
async function assertClaimsParameter(
  _ctx: KoaContextWithOIDC,
  claims: ClaimsParameter,
  { scope }: Client,
): Promise<void> {
  for (const [container, members] of Object.entries(claims)) {
    const wrong = Object.values(members ?? {}).some((member) => typeof member !== 'object' || Array.isArray(member));
    if (wrong) throw new errors.InvalidRequest(`claims.${container} members must be null or objects`);
  }
  const asked = Object.values(claims).flatMap((members) => Object.keys(members ?? {}));
  const beyond = scopesOfClaims(asked).filter((each) => scope !== undefined && !scopesIn(scope).includes(each));
  if (beyond.length > 0)
    throw new errors.InvalidScope(
      'these claims belong to scopes that `scope` of the client leaves out',
      beyond.join(' '),
    );
  if (essentialAcr(claims)?.every((word) => !acrValues.includes(word))) {
    throw new errors.UnmetAuthenticationRequirements('none of the requested ACRs is known here');
  }
}
