import type { ErrorCode } from '../kit/errors.ts';
import type { Translate } from '../locales/index.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { problem, type Problem } from './problems.ts';
import { stepOf } from './steps.ts';
import { upstreamName } from './upstream_buttons.ts';

interface ShownNote {
  text?: string;
  problems: Problem[];
  error?: ErrorCode;
  status?: number;
}

/** What the login page says about the trip that just ended. Cancelling is a notice, a failure is a problem with its code. */
export function noteFor(t: Translate, { upstreams }: Pick<SignInDeps, 'upstreams'>, visit: Visit): ShownNote {
  const step = stepOf(visit);
  if (step.step !== 'start' || !step.note) return { problems: [] };
  const { note } = step;
  if (note.kind === 'too_many_codes') {
    const { wait } = note;
    return { problems: [problem(t, 'sign_in.problems.too_many_codes', undefined, { wait })], status: 429 };
  }
  if (note.kind === 'address_taken') return { text: t('sign_in.login.address_taken'), problems: [] };
  const name = upstreamName({ upstreams }, note.upstream);
  const say = { name };
  switch (note.kind) {
    case 'cancelled':
      return { text: t('upstreams.cancelled', say), problems: [], error: 'upstream_cancelled' };
    case 'refused':
      return { problems: [problem(t, 'sign_in.problems.link_refused', undefined, { upstream: name })], status: 403 };
    case 'failed':
      return { problems: [problem(t, 'upstreams.failed', undefined, say)], error: 'upstream_failed', status: 400 };
    case 'unavailable':
      return {
        problems: [problem(t, 'upstreams.unavailable', undefined, say)],
        error: 'upstream_unavailable',
        status: 503,
      };
    case 'misconfigured':
      return {
        problems: [problem(t, 'upstreams.misconfigured', undefined, say)],
        error: 'upstream_misconfigured',
        status: 400,
      };
  }
}
