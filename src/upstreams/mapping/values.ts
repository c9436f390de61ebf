import { parseAddress } from '../../kit/addresses.ts';
import { isTrue } from './conditions.ts';

/** What a mapped value must become; a value that cannot is dropped. */
export const conversions = ['string', 'id-string', 'email', 'https-url', 'locale', 'bool'] as const;
/** One of these. */
export type Conversion = (typeof conversions)[number];

const MOST_CHARACTERS = 200;
const MOST_BYTES = 2048;
/** Control characters and the marks that turn the reading direction of what follows. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const LOCALE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$/;

const converters: Record<Conversion, (value: unknown) => string | boolean | undefined> = {
  string: text,
  'id-string': idString,
  email: (value) => (typeof value === 'string' ? parseAddress(value)?.stored : undefined),
  'https-url': httpsUrl,
  locale,
  bool: isTrue,
};

/** Converts what an upstream sent, or gives undefined. No result is longer than 2 kB. */
export function convert(value: unknown, conversion: Conversion): string | boolean | undefined {
  return converters[conversion](value);
}

/** A subject as text. A number must be exact; text stays as it is, and is refused rather than mended. */
export function idString(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  if (typeof value !== 'string' || value.length === 0 || value.length > 255) return undefined;
  return /[\p{Cc}\p{Cs}]/u.test(value) || value.trim() !== value ? undefined : value;
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  const clean = value.slice(0, MOST_BYTES).toWellFormed().replaceAll(UNSEEN, '').trim();
  return [...clean].slice(0, MOST_CHARACTERS).join('').trim() || undefined;
}

function httpsUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MOST_BYTES) return undefined;
  const url = URL.parse(value);
  if (url?.protocol !== 'https:' || url.username || url.password || url.href.length > MOST_BYTES) return undefined;
  return url.href;
}

/** A language tag; some upstreams write `en_US`, LinkedIn sends an object. */
function locale(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null && 'language' in value && typeof value.language === 'string') {
    const country = 'country' in value && typeof value.country === 'string' ? `-${value.country}` : '';
    return locale(`${value.language}${country}`);
  }
  if (typeof value !== 'string') return undefined;
  const tag = value.replaceAll('_', '-');
  return LOCALE.test(tag) ? tag : undefined;
}
