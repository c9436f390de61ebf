import type { Context } from 'koa';
import type { Sent } from '../accounts/index.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { Visit } from '../oidc/index.ts';
import { refusedForNow, type Shown } from '../web/index.ts';
import type { SignInDeps } from './deps.ts';
import { moveTo, type Manner } from './steps.ts';

/** Shows the page on which the person is once more. */
export type ShowAgain = (shown: Shown) => Promise<void>;

/**
 * Goes to "Check your e-mail" when a code is on its way. When the address got too many mails, `again` says so on the page
 * where the person is; where there is none, the first page does.
 */
export async function awaitCode(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  sent: Sent,
  next: { address: string; manner: Manner; linked?: boolean; changeable?: boolean; again?: ShowAgain },
): Promise<void> {
  if (sent.ok) {
    const { address, manner, linked, changeable } = next;
    const { proofId } = sent;
    const sentAt = epochSeconds();
    return moveTo(deps, ctx, visit, { step: 'check-email', proofId, address, sentAt, linked, changeable, manner });
  }
  if (sent.reason === 'over') return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'start_over' } });
  const wait = sent.retryAfter;
  if (next.again) return next.again(refusedForNow(ctx, deps.web.t(ctx), wait, 'sign_in.problems.too_many_codes'));
  return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'too_many_codes', wait } });
}
