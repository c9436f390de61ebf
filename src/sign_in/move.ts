import type { Context } from 'koa';
import type { VisitBinding } from '../accounts/index.ts';
import { sha256 } from '../kit/random.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { pathOf, type Step } from './steps.ts';

/** Notes on the server how far the visit got, and sends the browser to the page of that step. */
export async function moveTo(
  { oidc, web }: Pick<SignInDeps, 'oidc' | 'web'>,
  ctx: Context,
  visit: Visit,
  step: Step,
): Promise<void> {
  await oidc.progress(visit.uid, step);
  web.redirect(ctx, pathOf(visit, step));
}

/** What a proof of this visit is bound to. The uid is a cookie's value: only its hash is kept beside proofs. */
export function bindingOf(visit: Visit): VisitBinding {
  return { interactionUid: sha256(visit.uid), browserHash: visit.browserHash, reference: visit.reference };
}
