import type { Layer } from '@koa/router';
import type Koa from 'koa';
import { IdpError } from '../kit/errors.ts';

/** The end of the line: 204 for OPTIONS and 405 for another method on a path of ours, else not_found. */
export const notFound: Koa.Middleware = async (ctx) => {
  // @koa/router leaves the layers whose path fits on the context, also when their method does not.
  const layers = ((ctx as { matched?: Layer[] }).matched ?? []).filter((layer) => layer.methods.length > 0);
  const methods = new Set(layers.flatMap((layer) => layer.methods));
  if (methods.size === 0 || methods.has(ctx.method)) throw new IdpError('not_found');
  const allow = [...methods, 'OPTIONS'].join(', ');
  if (ctx.method !== 'OPTIONS') ctx.throw(405, { allow });
  ctx.status = 204;
  ctx.set('Allow', allow);
};
