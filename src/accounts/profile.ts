import type { IdentityFacts, Profile } from './account.ts';
import { claimRules } from './claim_table.ts';
import { cleanName } from './claim_values.ts';
import type { ArrivingIdentity } from './arrival_door.ts';

/** A profile of clean values; what is empty or no value of its claim is left out. */
export function cleanProfile(profile: Readonly<Record<string, unknown>>): Profile {
  const cleaned = claimRules.flatMap(([name, { clean }]) => {
    const value = clean(profile[name]);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(cleaned) as Profile; // each value comes from the cleaner of its own claim
}

/** The profile of an account that an upstream vouches for; a name the person typed wins. */
export function profileOf(identity: ArrivingIdentity, typedName?: string): Profile {
  const { name, givenName, familyName, picture } = identity;
  return cleanProfile({ name: typedName || name, given_name: givenName, family_name: familyName, picture });
}

const EXTRA_NAME = /^[a-z][a-z0-9_]{0,40}$/;
const MOST_EXTRA = 50;

/** Further attributes: so many plain names, each with one line of text or a yes or no. */
export function cleanExtra(extra: Record<string, unknown>): Record<string, string | boolean> {
  const entries = Object.entries(extra)
    .filter(([name]) => EXTRA_NAME.test(name))
    .slice(0, MOST_EXTRA);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const kept = typeof value === 'boolean' ? value : cleanName(value);
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}

/** What we keep of an identity that was cleaned. */
export function factsOf({ email, name, groups = [], extra = {} }: ArrivingIdentity): IdentityFacts {
  const facts: IdentityFacts = {
    email: email?.value,
    relay: email?.relay ? true : undefined,
    name,
    groups: groups.length > 0 ? groups : undefined,
    extra: Object.keys(extra).length > 0 ? extra : undefined,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
