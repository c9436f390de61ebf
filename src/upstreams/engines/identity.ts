import { domainOf } from '../../kit/addresses.ts';
import { vouchedBy } from '../assurance.ts';
import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure } from '../failure.ts';
import { groupsIn } from '../mapping/groups.ts';
import { mapClaims } from '../mapping/mapping.ts';
import { readPath } from '../mapping/paths.ts';
import { holds } from '../mapping/conditions.ts';
import { issuerOfTenant } from './issuers.ts';
import type { Identified, UpstreamIdentity } from '../upstream.ts';

const LONGEST_SID = 255;

/**
 * The identity in the answers of an upstream, or that whoever it is may not come in. Throws `subject_invalid` when nothing
 * identifies the person.
 */
export function identityFrom(definition: UpstreamDefinition, sources: Record<string, unknown>): Identified {
  const { subject, claims, extra, email, badAddress } = mapClaims(definition.mapping, sources);
  if (subject === undefined) throw new UpstreamFailure('subject_invalid');
  const named = {
    email: bounded(email, definition.domains),
    name: claims.name,
    givenName: claims.given_name,
    familyName: claims.family_name,
    picture: claims.picture,
    groups: definition.groups && groupsIn(definition.groups, sources),
    sid: sidOf(readPath(sources, 'id.sid')),
    vouches: vouchedBy(definition, { acr: readPath(sources, 'id.acr'), amr: readPath(sources, 'id.amr') }),
  };
  const present = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  const isDenied = definition.restrict?.some((condition) => !holds(condition, { ...sources, claims }));
  if (isDenied || !isOfDomain(email, definition.allowed_domains)) return { outcome: 'denied' };
  const identity = { issuer: issuerOfKey(definition, sources), subject, ...present, extra };
  return { outcome: 'identified', identity, badAddress };
}

/** The session there (Back-Channel Logout 1.0, 2.1), as far as it can be kept. */
function sidOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= LONGEST_SID ? value : undefined;
}

/** An address that nobody checked says nothing about who its owner is. */
function isOfDomain(email: UpstreamIdentity['email'], domains: string[] | undefined): boolean {
  if (!domains) return true;
  return email !== undefined && email.trust !== 'unverified' && domains.includes(domainOf(email.value));
}

/**
 * All spellings of an issuer are one issuer: the key of an account must not depend on which one a token carried. Each tenant
 * is an issuer of its own; the claim was verified to be it.
 */
function issuerOfKey({ issuer, tenancy }: UpstreamDefinition, sources: Record<string, unknown>): string {
  return tenancy ? issuerOfTenant(issuer, String(readPath(sources, `id.${tenancy.claim}`))) : issuer;
}

/** Whoever speaks for some domains is believed about no address of another: that one needs proof of its own. */
function bounded(email: UpstreamIdentity['email'], domains: readonly string[]): UpstreamIdentity['email'] {
  const foreign = email && domains.length > 0 && !domains.includes(domainOf(email.value));
  return foreign ? { ...email, trust: 'unverified' } : email;
}
