import type Koa from 'koa';
import { ownContext, stateOf } from './request_state.ts';

/** The pattern of the route that took the request, like `/interaction/:uid`; never the path itself, so the set stays small. */
export function routeOf(ctx: Koa.Context): string {
  const { route } = stateOf(ctx);
  if (route !== undefined) return route;
  // @koa/router leaves it on the context; Koa's types know the context without a router.
  const { _matchedRoute: matched } = ownContext(ctx) as { _matchedRoute?: unknown };
  return typeof matched === 'string' ? matched : 'none';
}

/** A parameter of the matched route, as the router has decoded it; empty where the route has none of that name. */
export function parameterOf(ctx: Koa.Context, name: string): string {
  const parameters: Record<string, unknown> = ctx['params'] ?? {};
  const found = parameters[name];
  return typeof found === 'string' ? found : '';
}
