import type { Context } from 'koa';
import type { ErrorCode } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { problem, refusedForNow, type Problem, type Shown } from '../web/index.ts';
import type { SignInDeps } from './deps.ts';
import { stepOf } from './steps.ts';
import { upstreamPath } from './upstream_buttons.ts';

/** What the pages show beside their form from which people go to upstreams. */
export interface FirstPage {
  status?: number;
  error?: ErrorCode;
  reference?: string;
  note?: string;
  problems: Problem[];
  /** The upstream that may be tried once more, and where its button posts to. */
  retry?: { name: string; action: string };
}

const failures = {
  failed: { key: 'upstreams.failed', error: 'upstream_failed', status: 400 },
  unavailable: { key: 'upstreams.unavailable', error: 'upstream_unavailable', status: 503 },
  loop: { key: 'upstreams.loop', error: 'upstream_loop', status: 400 },
  misconfigured: { key: 'upstreams.misconfigured', error: 'upstream_misconfigured', status: 400 },
} as const;

/** Joins what just happened in this visit with why the page is shown again. Cancelling is a notice, a failure has its code. */
export function firstPage(deps: SignInDeps, ctx: Context, visit: Visit, { status, problems = [] }: Shown): FirstPage {
  const note = noteOf(deps, ctx, visit);
  return {
    status: status ?? note.status,
    error: note.error,
    reference: note.reference,
    note: note.note,
    retry: note.retry,
    problems: [...note.problems, ...problems],
  };
}

function noteOf({ web, upstreams }: SignInDeps, ctx: Context, visit: Visit): FirstPage {
  const t = web.t(ctx);
  const step = stepOf(visit);
  const note = 'note' in step ? step.note : undefined;
  if (!note) return { problems: [] };
  const { reference } = visit;
  switch (note.kind) {
    case 'address_taken':
      return { note: t('sign_in.login.address_taken'), problems: [] };
    case 'password_changed':
      return { note: t('sign_in.login.password_changed'), problems: [] };
    case 'start_over':
      return { problems: [problem(t, 'sign_in.problems.code_dead')], status: 400 };
    case 'too_many_codes':
      return { problems: [], ...refusedForNow(ctx, t, note.wait, 'sign_in.problems.too_many_codes') };
    case 'cancelled': {
      const text = t('upstreams.cancelled', { name: upstreams.nameOf(note.upstream) });
      return { note: text, problems: [], error: 'upstream_cancelled', reference };
    }
    case 'refused': {
      const upstream = upstreams.nameOf(note.upstream);
      return { problems: [problem(t, 'sign_in.problems.link_refused', undefined, { upstream })], status: 403 };
    }
    case 'not_offered':
      return { problems: [problem(t, 'upstreams.not_offered')], status: 404 };
    case 'denied': {
      const name = upstreams.nameOf(note.upstream);
      return { problems: [problem(t, 'upstreams.denied', undefined, { name })], status: 403, reference };
    }
    default: {
      const { error, status, ...failure } = failures[note.kind];
      const name = upstreams.nameOf(note.upstream);
      const { wait } = note;
      const key = wait ? 'upstreams.paused' : failure.key;
      if (wait) ctx.set('Retry-After', String(wait));
      // The others would end alike the next time.
      const again = note.kind === 'failed' || note.kind === 'unavailable';
      const retry = again ? { name, action: upstreamPath(visit, note.upstream) } : undefined;
      return { problems: [problem(t, key, undefined, { name, wait: wait ?? 0 })], error, status, reference, retry };
    }
  }
}
