import { epochSeconds } from '../kit/clock.ts';
import type { Tag, Translate } from '../locales/index.ts';

/** A moment as people say it, with the exact one beside it. */
interface Moment {
  words: string;
  iso: string;
}

/** What is known of a device: names of our own lists. */
interface KnownDevice {
  browser?: unknown;
  os?: unknown;
}

const HOUR = 3600;
const DAY = 86_400;
const WEEK = 7 * DAY;

/** `5 minutes ago`, `yesterday`; beyond a week a date where its reader is at home. */
export function momentOf(locale: Tag, at: Date, zone: string | undefined): Moment {
  return { words: wordsOf(locale, at, zone), iso: at.toISOString() };
}

function wordsOf(locale: Tag, at: Date, zone: string | undefined): string {
  const past = Math.max(0, epochSeconds() - at.getTime() / 1000);
  if (past >= WEEK) return dateOf(locale, at, zone);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (past >= DAY) return relative.format(-Math.floor(past / DAY), 'day');
  if (past >= HOUR) return relative.format(-Math.floor(past / HOUR), 'hour');
  return relative.format(-Math.max(1, Math.floor(past / 60)), 'minute');
}

/** `21 Nov 2026`, in the order of the language; in UTC where the zone is not known. */
export function dateOf(locale: Tag, at: Date, zone = 'UTC'): string {
  try {
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: zone }).format(at);
  } catch {
    // What another system once called a zone must not keep a page from being shown.
    return dateOf(locale, at);
  }
}

/** `Firefox on Linux`, as far as it is known; undefined when nothing is. */
export function deviceWords(t: Translate, { browser, os }: KnownDevice): string | undefined {
  if (typeof browser === 'string' && typeof os === 'string') return t('account.device', { browser, os });
  return [browser, os].find((name) => typeof name === 'string');
}
