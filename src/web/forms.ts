import { bodyParser } from '@koa/bodyparser';
import type Koa from 'koa';
import { IdpError } from '../kit/errors.ts';

const URLENCODED = 'application/x-www-form-urlencoded';
const MOST_FIELDS = 100;

/** Reads the fields of a posted form. */
export type ReadForm = (ctx: Koa.Context) => Promise<Record<string, string>>;

/**
 * Reads a form of at most `limit` bytes. The library stops at the limit; the fields are taken apart here, because its
 * parser makes objects and arrays of `a[b]=c` and `a=1&a=2`. Throws request_invalid, 413 above the limit, and 415 for another
 * type or an encoded body.
 */
export function createReadForm(limit: number): ReadForm {
  const read = createReadText(limit, URLENCODED);
  return async (ctx) => parseFields(await read(ctx));
}

/** Reads a body of one media type as it is, of at most `limit` bytes. Throws 413 above the limit, and 415 as createReadForm does. */
export function createReadText(limit: number, type: string): (ctx: Koa.Context) => Promise<string> {
  const read = bodyParser({
    enableTypes: ['text'],
    extendTypes: { text: [type] },
    textLimit: `${limit}b`,
    parsedMethods: ['POST'],
  });
  return async (ctx) => {
    const encoding = ctx.get('Content-Encoding');
    if (ctx.request.type.toLowerCase() !== type || (encoding !== '' && encoding !== 'identity')) ctx.throw(415);
    await read(ctx, async () => {});
    return typeof ctx.request.body === 'string' ? ctx.request.body : '';
  };
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
