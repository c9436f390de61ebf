import type { Router } from '@koa/router';
import type Koa from 'koa';
import { describeError } from '../kit/errors.ts';
import type { Logger } from '../kit/logger.ts';
import { reference as newReference } from '../kit/random.ts';
import { barePage } from './bare_page.ts';
import { contentSecurityPolicy } from './content_security_policy.ts';
import { errorPage } from './error_page.ts';
import { failureOf, type Failure } from './failure.ts';
import type { Language } from './language.ts';
import type { Renderer } from './render.ts';
import { stateOf } from './request_state.ts';
import { routeOf } from './route.ts';

/** The one security event of an error that somebody was shown. */
export interface ErrorEvent {
  type: 'web.error_shown';
  outcome: 'refused' | 'failed';
  reference: string;
  reason: string;
  detail: Record<string, string | number>;
}

/** How errors are answered. */
export interface Errors {
  /** Catches whatever is thrown behind it. */
  middleware: Koa.Middleware;
  /** Answers an error: a page, or JSON for who asks for it. Never throws, never shows a cause. */
  fail: (ctx: Koa.Context, error: unknown) => Promise<void>;
  /** The visit's reference, else one made for this request. */
  referenceOf: (ctx: Koa.Context) => string;
}

interface Dependencies {
  issuer: string;
  development: boolean;
  support: () => string | undefined;
  logger: Logger;
  record: (event: ErrorEvent) => Promise<void>;
  language: Language;
  renderer: Renderer;
  router: Router;
}

/** What a handler may have set for the answer it did not get to give. */
const OF_THE_LOST_ANSWER = ['Content-Encoding', 'Content-Disposition', 'ETag', 'Last-Modified', 'Location', 'Allow'];

/** The one place where errors become answers, log lines and events. */
export function createErrors(deps: Dependencies): Errors {
  const fail = async (ctx: Koa.Context, error: unknown): Promise<void> => {
    const failure = failureOf(error);
    const reference = failure.details.reference ?? referenceOf(ctx);
    log(deps.logger, ctx, failure, reference);
    if (ctx.headerSent || !ctx.writable) {
      ctx.res.destroy();
      return;
    }
    await record(deps, ctx, failure, reference);
    ctx.remove('Content-Length');
    for (const name of OF_THE_LOST_ANSWER) ctx.remove(name);
    ctx.set('Cache-Control', 'no-store');
    if (failure.allow !== undefined) ctx.set('Allow', failure.allow);
    if (failure.details.retryAfter !== undefined) ctx.set('Retry-After', String(failure.details.retryAfter));
    // What is still to come of a body nobody reads would hold the connection.
    if (!ctx.req.complete) ctx.set('Connection', 'close');
    await answer(deps, ctx, failure, reference);
  };

  return {
    fail,
    referenceOf,
    async middleware(ctx, next) {
      try {
        await next();
      } catch (error) {
        await fail(ctx, error);
      }
    },
  };
}

function referenceOf(ctx: Koa.Context): string {
  const known = stateOf(ctx).reference;
  if (known !== undefined) return known;
  const made = newReference();
  stateOf(ctx).reference = made;
  return made;
}

async function answer(deps: Dependencies, ctx: Koa.Context, failure: Failure, reference: string): Promise<void> {
  if (ctx.accepts('html', 'json') !== 'html') {
    ctx.status = failure.status;
    ctx.set('Content-Security-Policy', contentSecurityPolicy());
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = { error: failure.code, reference };
    return;
  }
  try {
    await deps.renderer.page(ctx, errorPage({ ...deps, support: deps.support() }, ctx, failure, reference));
  } catch (error) {
    deps.logger.error({ id: stateOf(ctx).requestId, reference, error: describeError(error) }, 'the error page failed');
    ctx.status = failure.status;
    ctx.set('Content-Security-Policy', contentSecurityPolicy());
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = barePage(failure.code, reference);
  }
}

function log(logger: Logger, ctx: Koa.Context, failure: Failure, reference: string): void {
  const { code, status, details } = failure;
  const line = {
    id: stateOf(ctx).requestId,
    reference,
    code,
    route: routeOf(ctx),
    ...(details.cause === undefined ? {} : { error: describeError(details.cause) }),
  };
  if (status >= 500) logger.error(line, 'request failed');
  else logger.info(line, 'request refused');
}

async function record(deps: Dependencies, ctx: Koa.Context, failure: Failure, reference: string): Promise<void> {
  const { code, status, details } = failure;
  // Anybody can ask for any address, by any method: that is no event, or a scan would fill the table.
  if (code === 'not_found' || status === 405) return;
  const recorded = deps.record({
    type: 'web.error_shown',
    outcome: status >= 500 ? 'failed' : 'refused',
    reference,
    reason: code,
    detail: {
      ...keptFacts(details.facts),
      ...(details.mistake && { mistake: details.mistake }),
      status,
      method: ctx.method,
      route: routeOf(ctx),
    },
  });
  // Events are kept in the database: when that is away, nobody waits for it twice.
  if (code !== 'database_unavailable') await recorded;
}

/** The facts that the page shows to developers, as they may be kept: an app may have put a code or a password into a URL. */
function keptFacts(facts: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, withoutQuery(value)]));
}

function withoutQuery(value: string): string {
  const url = URL.parse(value);
  if (!url) return value.split(/[?#]/, 1)[0] ?? '';
  return `${url.protocol}//${url.host}${url.pathname}`;
}
