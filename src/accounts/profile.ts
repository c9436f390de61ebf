import type { ArrivingIdentity } from './doors.ts';
import type { IdentityFacts, Profile } from './account.ts';

const LONGEST_NAME = 200;
const LONGEST_URL = 2000;

/**
 * What somebody typed or an upstream sent, made harmless: one line, no control or direction characters, no more than 200
 * characters; empty becomes undefined. It is still text: whoever shows it escapes it (security.md B15).
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

/** What we keep of an identity for its owner's eyes. */
export function factsOf(identity: ArrivingIdentity): IdentityFacts {
  const facts = { email: cleanName(identity.email?.value), name: cleanName(identity.name) };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
