import { now } from '../kit/clock.ts';

/** Makes a value of a claim harmless, or answers undefined when it is none. What it answers, it answers unchanged. */
export type CleanClaim<Value> = (value: unknown) => Value | undefined;

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
  return cleanUrl(url, ['https:']);
}

/** A page of a person: apps link to it and load nothing from it, so that http will do. */
export function cleanPage(url: unknown): string | undefined {
  return cleanUrl(url, ['https:', 'http:']);
}

function cleanUrl(url: unknown, schemes: string[]): string | undefined {
  if (typeof url !== 'string' || url.length > LONGEST_URL) return undefined;
  const parsed = URL.parse(url);
  if (!parsed || !schemes.includes(parsed.protocol) || parsed.username !== '' || parsed.password !== '')
    return undefined;
  // Escaping makes it longer, and what was let in once must be let in again.
  return parsed.href.length > LONGEST_URL ? undefined : parsed.href;
}

/** `YYYY-MM-DD`, `0000-MM-DD` without a year, or `YYYY`, from 1850 until today (OIDC Core 5.1, ISO 8601-1). */
export function cleanBirthdate(date: unknown): string | undefined {
  if (typeof date !== 'string') return undefined;
  const [whole, year = '', monthAndDay] = /^(\d{4})(-\d\d-\d\d)?$/.exec(date) ?? [];
  if (whole === undefined) return undefined;
  // A day without its year may be the 29th of February.
  const full = `${year === '0000' ? '2000' : year}${monthAndDay ?? '-01-01'}`;
  const parsed = new Date(`${full}T00:00:00Z`);
  const exists = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(full);
  if (!exists || (year === '0000' ? monthAndDay === undefined : year < '1850' || parsed > now())) return undefined;
  return whole;
}

const zones = new Map(Intl.supportedValuesOf('timeZone').map((name) => [name.toLowerCase(), name]));

/** The name of a time zone that Intl knows, older and newer names alike; an offset is no name. */
export function cleanZone(zone: unknown): string | undefined {
  if (typeof zone !== 'string' || !/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(zone)) return undefined;
  const listed = zones.get(zone.toLowerCase());
  if (listed !== undefined) return listed;
  try {
    // Another name of a zone: Asia/Kolkata for Asia/Calcutta.
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone === '' ? undefined : zone;
  } catch {
    return undefined;
  }
}

/** A BCP 47 language tag in its usual spelling; also `ko_KR`, which many write (OIDC Core 5.1). */
export function cleanLocale(tag: unknown): string | undefined {
  if (typeof tag !== 'string' || !/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,8}$/.test(tag)) return undefined;
  try {
    return Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

/** E.164 with the plus sign, and an extension as RFC 3966 writes it; spaces, dots, hyphens and brackets are for the eye only. */
export function cleanPhone(phone: unknown): string | undefined {
  if (typeof phone !== 'string' || phone.length > 64) return undefined;
  const number = phone.replaceAll(/[\s().-]/g, '');
  return /^\+[1-9]\d{1,14}(;ext=\d{1,10})?$/.test(number) ? number : undefined;
}

/** True or false and nothing like it. */
export function cleanFlag(flag: unknown): boolean | undefined {
  return typeof flag === 'boolean' ? flag : undefined;
}

/** The members of the `address` claim (OIDC Core 5.1.1). */
export const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'] as const;

/** Where somebody lives or works, as the `address` claim has it. */
export type PostalAddress = Partial<Record<(typeof addressMembers)[number], string>>;

/** A postal address of clean members, the first two of several lines perhaps; undefined when none is left. */
export function cleanPostalAddress(address: unknown): PostalAddress | undefined {
  if (typeof address !== 'object' || address === null || Array.isArray(address)) return undefined;
  const given = new Map(Object.entries(address));
  const members = addressMembers.flatMap((member) => {
    const clean = member === 'formatted' || member === 'street_address' ? cleanLines : cleanText;
    const cleaned = clean(given.get(member));
    return cleaned === undefined ? [] : [[member, cleaned] as const];
  });
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

/** A line that an app may show; nothing is cut off, so that a longer one is none. `null` is what careless exports write. */
export function cleanText(text: unknown): string | undefined {
  if (typeof text !== 'string' || Array.from(text.slice(0, LONGEST_NAME * 10)).length > LONGEST_NAME) return undefined;
  const cleaned = cleanName(text);
  return cleaned === 'null' ? undefined : cleaned;
}

const MOST_LINES = 10;

function cleanLines(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const lines = text.split(/\r\n|\r|\n/, MOST_LINES).flatMap((line) => cleanText(line) ?? []);
  return lines.length > 0 ? lines.join('\n') : undefined;
}
