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

/** `5 minutes ago`, `yesterday`; a date beyond a week. */
export function momentOf(locale: Tag, at: Date): Moment {
  return { words: wordsOf(locale, at), iso: at.toISOString() };
}

function wordsOf(locale: Tag, at: Date): string {
  const past = Math.max(0, epochSeconds() - at.getTime() / 1000);
  if (past >= WEEK) return dateOf(locale, at);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (past >= DAY) return relative.format(-Math.floor(past / DAY), 'day');
  if (past >= HOUR) return relative.format(-Math.floor(past / HOUR), 'hour');
  return relative.format(-Math.max(1, Math.floor(past / 60)), 'minute');
}

/** `21 Nov 2026`, in the order of the language. */
export function dateOf(locale: Tag, at: Date): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(at);
}

/** `Firefox on Linux`, as far as it is known; undefined when nothing is. */
export function deviceWords(t: Translate, { browser, os }: KnownDevice): string | undefined {
  if (typeof browser === 'string' && typeof os === 'string') return t('account.device', { browser, os });
  return [browser, os].find((name) => typeof name === 'string');
}
