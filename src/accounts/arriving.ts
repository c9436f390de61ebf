import { parseAddress, type Address } from '../kit/addresses.ts';
import type { NewIdentity } from './account.ts';
import { cleanName, cleanPicture } from './claim_values.ts';
import type { Arrival } from './arrival_door.ts';
import { cleanForeignGroups } from './groups.ts';
import type { Trust } from './linking.ts';
import { cleanExtra, factsOf } from './profile.ts';

const KEY_TEXT = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** Whether something can be a subject or an issuer: 255 characters at most (OIDC Core 2), none that PostgreSQL would change. */
export function isKeyText(value: unknown): value is string {
  return typeof value === 'string' && KEY_TEXT.test(value);
}

/**
 * An arrival with nothing in it but what this room keeps, made storable; undefined when its subject cannot be a key.
 * An address that does not parse is no address.
 */
export function cleanArrival({ upstreamId, identity, typed, locale, invitation }: Arrival): Arrival | undefined {
  const { issuer, subject, email, name, givenName, familyName, picture, sid, groups, extra } = identity;
  if (!isKeyText(subject) || !isKeyText(issuer)) return undefined;
  const address = email && parseAddress(email.value);
  return {
    upstreamId,
    locale,
    invitation,
    typed: typed && { address: typed.address, name: cleanName(typed.name) },
    identity: {
      issuer,
      subject,
      email: email && address && { value: address.stored, trust: email.trust, relay: email.relay === true },
      name: cleanName(name),
      givenName: cleanName(givenName),
      familyName: cleanName(familyName),
      picture: cleanPicture(picture),
      sid: isKeyText(sid) ? sid : undefined,
      groups: groups && cleanForeignGroups(groups),
      extra: extra && cleanExtra(extra),
    },
  };
}

/** The address an arrival stands for. Nobody vouches for what was typed, whatever else the identity brought. */
export function addressOf({ identity, typed }: Arrival): { address?: Address; trust: Trust } {
  if (typed) return { address: typed.address, trust: 'unverified' };
  const address = identity.email && parseAddress(identity.email.value);
  return address && identity.email ? { address, trust: identity.email.trust } : { trust: 'absent' };
}

/** The identity as it is kept. */
export function identityOf(arrival: Arrival): NewIdentity {
  const { upstreamId, identity } = arrival;
  const { issuer, subject } = identity;
  return { upstreamId, issuer, subject, facts: factsOf(identity), trust: addressOf(arrival).trust };
}
