import type { Router } from '@koa/router';
import type Koa from 'koa';
import { ownContext, stateOf } from './request_state.ts';

/**
 * The path (with query) of the page a person is looking at: the URL itself for a GET, for anything else the nearest path
 * above it that answers GET, so that a form posted to `/interaction/x/signup` leads back to a page that exists.
 */
export function nearestPage(ctx: Koa.Context, router: Router): string {
  if (ctx.method === 'GET' || ctx.method === 'HEAD') return ownContext(ctx).originalUrl;
  const segments = stateOf(ctx).path.split('/');
  for (let length = segments.length; length > 1; length -= 1) {
    const path = segments.slice(0, length).join('/');
    if (router.match(path, 'GET').route) return path;
  }
  return '/';
}
