import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure } from '../failure.ts';
import { mapClaims } from '../mapping/mapping.ts';
import type { UpstreamIdentity } from '../upstream.ts';

/** The identity in the answers of an upstream. Throws `subject_invalid` when nothing identifies the person. */
export function identityFrom(definition: UpstreamDefinition, sources: Record<string, unknown>): UpstreamIdentity {
  const { subject, claims, extra, email } = mapClaims(definition.mapping, sources);
  if (subject === undefined) throw new UpstreamFailure('subject_invalid');
  const named = {
    email,
    name: claims.name,
    givenName: claims.given_name,
    familyName: claims.family_name,
    picture: claims.picture,
  };
  const present = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  // All spellings of an issuer are one issuer: the key of an account must not depend on which one a token carried.
  return { issuer: definition.issuer, subject, ...present, extra };
}
