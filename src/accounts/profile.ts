import type { ArrivingIdentity } from './door.ts';
import type { IdentityFacts, Profile } from './account.ts';

const LONGEST_NAME = 200;
const LONGEST_URL = 2000;

/**
 * What somebody typed or an upstream sent, made harmless: one line, no control or direction characters, no more than 200
 * characters; empty becomes undefined. It is still text: whoever shows it escapes it.
 */
export function cleanName(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const line = text
    .slice(0, LONGEST_NAME * 10)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{C}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return Array.from(line).slice(0, LONGEST_NAME).join('').trim() || undefined;
}

/** A picture's URL when it is https; nothing else may ever reach an `src`. */
export function cleanPicture(url: unknown): string | undefined {
  if (typeof url !== 'string' || url.length > LONGEST_URL) return undefined;
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' && parsed.username === '' ? parsed.href : undefined;
}

/** A profile of clean values; empty ones are left out. */
export function cleanProfile(profile: { [Field in keyof Profile]?: unknown }): Profile {
  const cleaned: Profile = {
    name: cleanName(profile.name),
    given_name: cleanName(profile.given_name),
    family_name: cleanName(profile.family_name),
    picture: cleanPicture(profile.picture),
  };
  return Object.fromEntries(Object.entries(cleaned).filter(([, value]) => value !== undefined));
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
export function factsOf({ email, name, extra = {} }: ArrivingIdentity): IdentityFacts {
  const facts: IdentityFacts = {
    email: email?.value,
    relay: email?.relay ? true : undefined,
    name,
    extra: Object.keys(extra).length > 0 ? extra : undefined,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
