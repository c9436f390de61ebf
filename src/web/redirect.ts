import type Koa from 'koa';
import { unsafeSchemes } from './unsafe_schemes.ts';

/**
 * Answers 303 (RFC 9700 4.12: never 307, which would send a password along) to a path of ours, or to an absolute URL that
 * the caller has validated. Throws on anything a browser could read as another host's path.
 */
export function redirect(ctx: Koa.Context, to: string): void {
  const path = /^\/(?![/\\])/.test(to);
  const scheme = URL.parse(to)?.protocol;
  if (/\s/.test(to) || (!path && (scheme === undefined || unsafeSchemes.has(scheme)))) {
    throw new TypeError('a redirect goes to a path of ours or to an absolute URL');
  }
  ctx.status = 303;
  ctx.set('Location', to);
  ctx.body = '';
}
