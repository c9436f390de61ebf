import type { Router } from '@koa/router';
import type Koa from 'koa';
import { now } from '../kit/clock.ts';
import { clientMistakes, type ErrorCode, type ErrorDetails } from '../kit/errors.ts';
import type { Failure } from './failure.ts';
import type { Language } from './language.ts';
import { nearestPage } from './nearest_page.ts';
import type { Page } from './render.ts';
import { stateOf } from './request_state.ts';

/** Codes after which the same page is worth another try. */
const AGAIN = new Set<ErrorCode>([
  'form_stale',
  'cookies_missing',
  'too_many_requests',
  'busy',
  'database_unavailable',
  'upstream_unavailable',
  'internal',
]);

interface Dependencies {
  issuer: string;
  /** Whoever sees a page is a developer then. */
  development: boolean;
  support?: string;
  language: Language;
  router: Router;
}

/**
 * What the details of the page tell: all of it to developers on their own machine; to the world what came, and what was wrong
 * about it where that says nothing of what is registered. The rest is for `explain`.
 */
function developerFacts(development: boolean, { facts = {}, mistake, registered = {} }: ErrorDetails) {
  const all = development || mistake === undefined || !clientMistakes[mistake];
  return {
    facts: Object.entries(facts),
    mistake: all ? mistake : undefined,
    registered: development ? Object.entries(registered) : [],
    explain: !development && mistake !== undefined,
  };
}

/** The page of a failure. Its one button is what a room noted, else another try where that may help, else the start page. */
export function errorPage(deps: Dependencies, ctx: Koa.Context, failure: Failure, reference: string): Page {
  const t = deps.language.t(ctx);
  const again = AGAIN.has(failure.code)
    ? { label: t('error_page.again'), href: deps.issuer + nearestPage(ctx, deps.router) }
    : { label: t('error_page.home'), href: '/' };
  return {
    view: 'error',
    screen: 'error',
    title: t(`errors.${failure.code}.title`),
    status: failure.status,
    error: failure.code,
    locals: {
      code: failure.code,
      reference,
      when: now(),
      ...developerFacts(deps.development, failure.details),
      retryAfter: failure.details.retryAfter,
      primary: stateOf(ctx).primary ?? again,
      support: deps.support,
    },
  };
}
