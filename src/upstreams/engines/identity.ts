import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure } from '../failure.ts';
import { mapClaims } from '../mapping/mapping.ts';
import { readPath } from '../mapping/paths.ts';
import { holds } from '../mapping/conditions.ts';
import { issuerOfTenant } from './issuers.ts';
import type { Identified, UpstreamIdentity } from '../upstream.ts';

/**
 * The identity in the answers of an upstream, or that whoever it is may not come in. Throws `subject_invalid` when nothing
 * identifies the person.
 */
export function identityFrom(definition: UpstreamDefinition, sources: Record<string, unknown>): Identified {
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
  const isDenied = definition.restrict?.some((condition) => !holds(condition, { ...sources, claims }));
  if (isDenied || !isOfDomain(email, definition.allowed_domains)) return { outcome: 'denied' };
  const identity = { issuer: issuerOfKey(definition, sources), subject, ...present, extra };
  return { outcome: 'identified', identity };
}

/** An address that nobody checked says nothing about who its owner is. */
function isOfDomain(email: UpstreamIdentity['email'], domains: string[] | undefined): boolean {
  if (!domains) return true;
  if (!email || email.trust === 'unverified') return false;
  return domains.includes(email.value.slice(email.value.lastIndexOf('@') + 1).toLowerCase());
}

/**
 * All spellings of an issuer are one issuer: the key of an account must not depend on which one a token carried. Each tenant
 * is an issuer of its own; the claim was verified to be it.
 */
function issuerOfKey({ issuer, tenancy }: UpstreamDefinition, sources: Record<string, unknown>): string {
  return tenancy ? issuerOfTenant(issuer, String(readPath(sources, `id.${tenancy.claim}`))) : issuer;
}
