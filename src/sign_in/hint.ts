import type { Context } from 'koa';
import type { Visit } from '../oidc/index.ts';
import { aboutVisit, type SignInDeps } from './deps.ts';
import { leaveFor } from './leave.ts';
import { offeredUpstreams } from './ways.ts';

/**
 * Goes where the app wants its people to go (`idp_hint`) instead of showing our page. Once in a visit and only before
 * anything else happened in it: whoever comes back, by the Back button too, gets the page. `among`: who must sign in again
 * may only go where that account is known. False when the page is shown.
 */
export async function followHint(deps: SignInDeps, ctx: Context, visit: Visit, among?: string[]): Promise<boolean> {
  const hint = visit.params['idp_hint'];
  if (typeof hint !== 'string' || visit.continued || Object.keys(visit.progress).length > 0) return false;
  const offered = offeredUpstreams(deps, visit).find(({ id }) => id === hint);
  if (offered && (among?.includes(hint) ?? true)) {
    await leaveFor(deps, ctx, visit, hint, { hinted: true });
    return true;
  }
  await deps.record({
    ...aboutVisit(visit),
    upstreamId: offered?.id,
    type: 'sign_in.hint_ignored',
    outcome: 'refused',
  });
  await deps.oidc.progress(visit.uid, { step: 'start' });
  return false;
}
