import type Koa from 'koa';
import { ownContext } from './request_state.ts';

/** Every cookie there is, apart from the signatures beside them. */
export type CookieName =
  | 'session'
  | 'browser'
  | 'interaction'
  | 'resume'
  | 'locale'
  | 'last_upstream'
  | 'trusted_device'
  | 'demo';

/** The signed cookies of a request. */
export interface Cookies {
  /** The value, or undefined when it is missing or its signature is not ours. */
  get(ctx: Koa.Context, name: CookieName): string | undefined;
  /** Sets a signed cookie, for this browser session unless `maxAge` (seconds) says longer; null removes it. */
  set(ctx: Koa.Context, name: CookieName, value: string | null, options?: { maxAge?: number; path?: string }): void;
  /** The name on the wire. */
  nameOf(name: CookieName): string;
}

// oidc-provider binds these two to the path of one visit, which `__Host-` forbids (RFC 6265bis 4.1.3.2).
const BOUND_TO_PATH = new Set<CookieName>(['interaction', 'resume']);

/** The cookies of an issuer: HttpOnly, Lax, signed; prefixed and Secure on https, plain on a loopback http issuer. */
export function createCookies(issuer: string): Cookies {
  const secure = issuer.startsWith('https:');

  const nameOf = (name: CookieName): string => {
    const prefix = BOUND_TO_PATH.has(name) ? '__Secure-' : '__Host-';
    return `${secure ? prefix : ''}gatehouse_${name}`;
  };

  return {
    nameOf,
    get: (ctx, name) => ownContext(ctx).cookies.get(nameOf(name), { signed: true }),
    set(ctx, name, value, { maxAge, path = '/' } = {}) {
      if (path !== '/' && !BOUND_TO_PATH.has(name)) throw new TypeError(`the cookie ${name} has the path /`);
      ownContext(ctx).cookies.set(nameOf(name), value, {
        signed: true,
        httpOnly: true,
        sameSite: 'lax',
        secure,
        path,
        overwrite: true,
        ...(maxAge === undefined ? {} : { maxAge: maxAge * 1000 }),
      });
    },
  };
}
