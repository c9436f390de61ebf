import type Koa from 'koa';
import { secretToken, sha256 } from '../kit/random.ts';
import type { Cookies } from './cookies.ts';
import { stateOf } from './request_state.ts';

/** Seconds for which the cookies last that last longest. */
export const LONGEST_COOKIE = 365 * 86_400;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The secret that ties visits to one browser. Rooms see its hash only; the secret itself keys the forms. */
export interface BrowserBinding {
  /** SHA-256 of the cookie, or undefined when the browser has none. */
  read(ctx: Koa.Context): string | undefined;
  /** The same; sets a new cookie when there is none. */
  ensure(ctx: Koa.Context): string;
  /** The secret itself, for the form token and nothing else. */
  secret(ctx: Koa.Context): string | undefined;
  /** The same; sets a new cookie when there is none. */
  ensureSecret(ctx: Koa.Context): string;
}

/** The binding cookie: 256 random bits, `__Host-` on https, so that no sibling domain can plant one. */
export function createBrowserBinding(cookies: Cookies): BrowserBinding {
  const secret = (ctx: Koa.Context): string | undefined => {
    const state = stateOf(ctx);
    if (state.binding !== undefined) return state.binding;
    const value = cookies.get(ctx, 'browser');
    if (value !== undefined && TOKEN.test(value)) state.binding = value;
    return state.binding;
  };
  const ensureSecret = (ctx: Koa.Context): string => {
    const known = secret(ctx);
    if (known !== undefined) return known;
    const made = secretToken();
    stateOf(ctx).binding = made;
    cookies.set(ctx, 'browser', made, { maxAge: LONGEST_COOKIE });
    return made;
  };
  return {
    secret,
    ensureSecret,
    read(ctx) {
      const value = secret(ctx);
      return value === undefined ? undefined : sha256(value);
    },
    ensure: (ctx) => sha256(ensureSecret(ctx)),
  };
}
