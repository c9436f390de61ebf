import { randomUUID } from 'node:crypto';
import type Koa from 'koa';
import type { Logger } from '../kit/logger.ts';
import type { Metrics } from './metrics.ts';
import { adopt, stateOf } from './request_state.ts';
import { routeOf } from './route.ts';

/**
 * The outermost middleware: gives the request its id and, when the answer is out or the connection gone, writes one line
 * and counts it. A line has the route and never the path itself, whose segments may be a cookie's value; never a query,
 * header, cookie or body.
 */
export function requestLog(deps: { logger: Logger; metrics: Metrics }): Koa.Middleware {
  return (ctx, next) => {
    const started = performance.now();
    adopt(ctx);
    const state = stateOf(ctx);
    state.requestId = randomUUID();
    state.path = ctx.path;
    state.clientAddress = '';
    ctx.res.setHeader('X-Request-Id', state.requestId);
    ctx.res.once('close', () => {
      const route = routeOf(ctx);
      const { method } = ctx.req;
      const status = ctx.res.statusCode;
      const milliseconds = performance.now() - started;
      deps.metrics.observe({ route, method: method ?? '', status, seconds: milliseconds / 1000 });
      const line = {
        id: state.requestId,
        method,
        route,
        status,
        ms: Math.round(milliseconds * 10) / 10,
        ...(ctx.res.writableFinished ? {} : { aborted: true }),
      };
      // A balancer asks every second.
      if (route.startsWith('/health/') || route === '/metrics') deps.logger.debug(line, 'request');
      else deps.logger.info(line, 'request');
    });
    return next();
  };
}
