import type { Context } from 'koa';
import type { Sent } from '../accounts/index.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { moveTo } from './move.ts';
import { problem, type Problem } from './problems.ts';
import type { Manner } from './steps.ts';

/**
 * Goes to "Check your e-mail" when a code is on its way. When the address got too many mails, `otherwise` shows that on the
 * page where the person is; without one the login page says it.
 */
export async function awaitCode(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  sent: Sent,
  next: { address: string; manner: Manner; otherwise?: (problems: Problem[]) => Promise<void> },
): Promise<void> {
  if (!sent.ok) {
    const wait = sent.retryAfter;
    if (!next.otherwise) return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'too_many_codes', wait } });
    ctx.set('Retry-After', String(wait));
    return next.otherwise([problem(deps.web.t(ctx), 'sign_in.problems.too_many_codes', undefined, { wait })]);
  }
  deps.mail.wake();
  const { address, manner } = next;
  await moveTo(deps, ctx, visit, {
    step: 'check-email',
    proofId: sent.proofId,
    address,
    sentAt: epochSeconds(),
    ...manner,
  });
}
