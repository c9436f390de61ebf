import { locales, type Tag } from '../locales/index.ts';
import type { Profile } from './account.ts';
import { claimRules } from './claim_table.ts';
import { cleanProfile } from './profile.ts';

/** Values by name, out of a file. */
export type Members = Readonly<Record<string, unknown>>;

/** The claims of a file, and the language in which we write to the person when it is one of ours. */
export type ReadClaims = { ok: true; profile: Profile; locale?: Tag } | { ok: false; reason: string };

/** What is said: null and the empty text are nothing. */
export function saidOf(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== ''));
}

/**
 * Reads claims that somebody wrote down, strictly: a name that is none, or a value that its claim does not take as it is,
 * is a reason and not dropped in silence. The reason never repeats a value.
 */
export function readClaims(given: Members): ReadClaims {
  const claims = saidOf(given);
  const profile = cleanProfile(claims);
  const unknown = Object.keys(claims).find((name) => !claimRules.some(([claim]) => claim === name));
  if (unknown !== undefined) return { ok: false, reason: `has a member that nobody knows: ${quoted(unknown)}` };
  const wrong = claimRules.find(([name]) => isLost(claims[name], profile[name]));
  if (wrong) return { ok: false, reason: `${wrong[0]} must be ${wrong[1].takes}` };
  return { ok: true, profile, locale: locales.find(({ tag }) => tag === profile.locale?.split('-')[0])?.tag };
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

/** Whether cleaning took something away that the file says. */
function isLost(given: unknown, kept: unknown): boolean {
  if (given === undefined) return false;
  if (typeof given !== 'object' || given === null || typeof kept !== 'object' || kept === null)
    return kept === undefined;
  return Object.keys(saidOf(Object.fromEntries(Object.entries(given)))).some((name) => !Object.hasOwn(kept, name));
}
