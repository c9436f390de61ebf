import type { Context } from 'koa';
import type { Translate } from '../locales/index.ts';
import { problem, refusedForNow, type Shown } from '../web/index.ts';

/** Why a passkey was not added, for the page that is shown again. */
export function notAdded(
  ctx: Context,
  t: Translate,
  refused: { reason: 'refused' | 'full' | 'stale' } | { reason: 'throttled'; retryAfter: number },
): Shown {
  if (refused.reason === 'throttled') return refusedForNow(ctx, t, refused.retryAfter);
  const key = refused.reason === 'full' ? 'passkeys.problems.full' : 'passkeys.problems.not_made';
  return { status: 422, problems: [problem(t, key)] };
}
