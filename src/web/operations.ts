import type Koa from 'koa';
import { DOCTOR_PATH, isDoctor, seenOf } from './doctor.ts';
import type { Readiness } from './health.ts';
import type { Metrics } from './metrics.ts';
import { stateOf } from './request_state.ts';

/**
 * /health/live, /health/ready and /metrics, which answer under any Host: a balancer asks by address. With a port of its
 * own, /metrics is not here. /health/doctor is there for our own command only.
 */
export function operations(deps: {
  ready: () => Promise<Readiness>;
  metrics: Metrics;
  metricsElsewhere: boolean;
  doctorKey?: Buffer | undefined;
}): Koa.Middleware {
  const answers: Record<string, (ctx: Koa.Context) => Promise<void>> = {
    async '/health/live'(ctx) {
      ctx.body = { status: 'ok' };
    },
    async '/health/ready'(ctx) {
      const readiness = await deps.ready();
      ctx.status = readiness.status === 'ok' ? 200 : 503;
      ctx.body = readiness;
    },
  };
  if (!deps.metricsElsewhere) {
    answers['/metrics'] = async (ctx) => {
      ctx.type = deps.metrics.registry.contentType;
      ctx.body = await deps.metrics.text();
    };
  }

  return (ctx, next) => {
    if (ctx.path === DOCTOR_PATH && isDoctor(ctx, deps.doctorKey)) {
      stateOf(ctx).route = ctx.path;
      ctx.body = seenOf(ctx);
      return undefined;
    }
    const answer = Object.hasOwn(answers, ctx.path) ? answers[ctx.path] : undefined;
    if (!answer || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    stateOf(ctx).route = ctx.path;
    return answer(ctx);
  };
}
