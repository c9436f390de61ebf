import { errors, type ClaimsParameter, type KoaContextWithOIDC } from 'oidc-provider';
import { acrValues, essentialAcr } from '../assurance.ts';
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
 * could sign in often enough.
 */
async function assertClaimsParameter(_ctx: KoaContextWithOIDC, claims: ClaimsParameter): Promise<void> {
  for (const [container, members] of Object.entries(claims)) {
    const wrong = Object.values(members ?? {}).some((member) => typeof member !== 'object' || Array.isArray(member));
    if (wrong) throw new errors.InvalidRequest(`claims.${container} members must be null or objects`);
  }
  if (essentialAcr(claims)?.every((word) => !acrValues.includes(word))) {
    throw new errors.UnmetAuthenticationRequirements('none of the requested ACRs is known here');
  }
}
