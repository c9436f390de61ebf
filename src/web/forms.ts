import type Koa from 'koa';
import { IdpError } from '../kit/errors.ts';
import { createReadText } from './read_text.ts';

const URLENCODED = 'application/x-www-form-urlencoded';
const MOST_FIELDS = 100;

/** Reads the fields of a posted form. */
export type ReadForm = (ctx: Koa.Context) => Promise<Record<string, string>>;

/**
 * Reads a form of at most `limit` bytes. A field is a name and a text: nobody gets objects or arrays out of `a[b]=c` and
 * `a=1&a=2`. Throws request_invalid, 413 above the limit, and 415 for another type or an encoded body.
 */
export function createReadForm(limit: number): ReadForm {
  const read = createReadText(limit, URLENCODED);
  return async (ctx) => parseFields(await read(ctx));
}

function parseFields(body: string): Record<string, string> {
  const pairs = body.split('&').filter((pair) => pair !== '');
  if (pairs.length > MOST_FIELDS) throw invalid('has too many fields');
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const end = pair.includes('=') ? pair.indexOf('=') : pair.length;
    const name = decode(pair.slice(0, end));
    if (name === '' || /[[\]]/.test(name)) throw invalid('has a field that is not a plain name');
    if (fields.has(name)) throw invalid('repeats a field');
    fields.set(name, decode(pair.slice(end + 1)));
  }
  return Object.fromEntries(fields);
}

function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw invalid('is not well encoded', cause);
  }
  if (decoded.includes('\0')) throw invalid('contains a NUL');
  return decoded;
}

function invalid(what: string, cause?: unknown): IdpError {
  return new IdpError('request_invalid', { facts: { body: what }, cause });
}
