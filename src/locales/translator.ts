import { en } from './en.ts';
import { ko } from './ko.ts';

/** A language that Gatehouse speaks. */
export type Tag = 'en' | 'ko';

type Paths<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}` }[keyof T & string];

/** Where a text stands: the dotted path into the English file, checked by the compiler. */
export type TextKey = Paths<typeof en>;

/** The text of a key with its `{placeholders}` filled in. Throws on an unknown key and on a missing value. */
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

/** The languages, each under its own name, in the order of the footer. */
export const locales: { tag: Tag; name: string }[] = [
  { tag: 'en', name: 'English' },
  { tag: 'ko', name: '한국어' },
];

const texts: Record<Tag, ReadonlyMap<string, string>> = { en: flatten(en), ko: flatten(ko) };

type Unit = [below: number, unit: string, size: number];
const DAYS: Unit = [Infinity, 'day', 86_400];
const UNITS: Unit[] = [[60, 'second', 1], [5400, 'minute', 60], [172_800, 'hour', 3600], DAYS];

const PLACEHOLDER = /\{(\w+)(?::(\w+))?\}/g;

/**
 * The translate function of one language. A placeholder is `{name}`, or `{name:duration}` for a number of seconds and
 * `{name:minutes}` for a number of minutes, which are written out ("5 minutes", "5분"); `{name:day}` is for an
 * instant as ISO 8601.
 */
export function translator(tag: Tag): Translate {
  return (key, values = {}) => {
    const text = texts[tag].get(key);
    if (text === undefined) throw new Error(`locales: no text '${key}' in '${tag}'`);
    return text.replace(PLACEHOLDER, (_, name: string, format?: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) throw new Error(`locales: text '${key}' needs a value for '${name}'`);
      return format === undefined ? String(value) : formatted(tag, value, format, key);
    });
  };
}

function formatted(tag: Tag, value: string | number, format: string, key: string): string {
  if (format === 'duration') return duration(tag, Number(value));
  if (format === 'minutes') return duration(tag, Number(value) * 60);
  if (format === 'day') return day(tag, value);
  throw new Error(`locales: text '${key}' asks for the unknown format '${format}'`);
}

/** Of an ISO 8601 instant. */
function day(tag: Tag, value: string | number): string {
  return new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(value));
}

/** Rounded up, in a unit that keeps it honest: nobody should come back too early. */
function duration(tag: Tag, seconds: number): string {
  const [, unit, size] = UNITS.find(([below]) => seconds < below) ?? DAYS;
  const format = new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.max(1, Math.ceil(seconds / size)));
}

interface Nested {
  readonly [key: string]: string | Nested;
}

function flatten(nested: Nested, prefix = '', into = new Map<string, string>()): Map<string, string> {
  for (const [key, value] of Object.entries(nested)) {
    if (typeof value === 'string') into.set(prefix + key, value);
    else flatten(value, `${prefix}${key}.`, into);
  }
  return into;
}
