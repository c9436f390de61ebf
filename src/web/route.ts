import type Koa from 'koa';
import { noted, ownContext } from './request_state.ts';

/** The pattern of the route that took the request, like `/interaction/:uid`; never the path itself, so the set stays small. */
export function routeOf(ctx: Koa.Context): string {
  const noticed = noted(ctx, 'route');
  if (noticed !== undefined) return noticed;
  // @koa/router leaves it on the context; Koa's types know the context without a router.
  const { _matchedRoute: matched } = ownContext(ctx) as { _matchedRoute?: unknown };
  return typeof matched === 'string' ? matched : 'none';
}
