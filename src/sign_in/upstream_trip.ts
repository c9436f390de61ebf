import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import { vouchedFor, type Visit } from '../oidc/index.ts';
import type { TripEnd } from '../upstreams/index.ts';
import { aboutVisit, bindingOf, type SignInDeps } from './deps.ts';
import { goOn } from './go_on.ts';
import { invitationIn } from './invited.ts';
import { backWith, failureNote, leaveFor, refuseWay } from './leave.ts';
import { linkByUpstream } from './link_account.ts';
import { federated, interactionPath, stepOf } from './steps.ts';
import { isOnlyWay, takesWay } from './ways.ts';

/** Sends the person to the upstream whose button was pressed. */
export async function beginTrip(deps: SignInDeps, ctx: Context, visit: Visit, upstreamId: string): Promise<void> {
  await deps.web.form(ctx);
  await leaveFor(deps, ctx, visit, upstreamId);
}

/**
 * `/upstream/:id/callback` and `/resume`. The interaction cookie does not reach here: the row of the transaction knows
 * the interaction, and the browser binding must fit both. What began elsewhere, ends there: the row knows that, too.
 */
export async function arriveFromUpstream(
  deps: SignInDeps,
  ctx: Context,
  upstreamId: string,
  parameters: URLSearchParams,
): Promise<void> {
  const { web, upstreams, oidc, onReturn } = deps;
  const browserHash = web.browser.read(ctx);
  const end = await upstreams.arrive(upstreamId, browserHash, ctx.method === 'POST' ? 'POST' : 'GET', parameters);
  if (end.outcome === 'resume') return web.redirect(ctx, end.url);
  const { trip } = end;
  if (!trip) return refuseArrival(ctx, 'code' in end ? end.code : 'internal');
  if (trip.purpose === 'connect') return onReturn.connect(ctx, trip, end);
  const visitPath = interactionPath(trip.interactionUid);
  // This browser's own trip, used or expired: its visit knows whether it goes on, begins again or is over.
  if (end.outcome === 'refused') return web.redirect(ctx, visitPath);
  // Should the way end on an error page, its button begins the same request again.
  const primary = { label: web.t(ctx)('error_page.restart'), href: `${visitPath}/restart` };
  web.note(ctx, { primary, reference: trip.reference });
  const visit = await oidc.find(trip.interactionUid, browserHash);
  await endTrip(deps, ctx, visit, { ...end, upstreamId });
}

/** A trip that came to its end within its visit, which goes on whatever the end is. */
type Ended = Exclude<TripEnd, { outcome: 'refused' }> & { upstreamId: string };

async function endTrip(deps: SignInDeps, ctx: Context, visit: Visit, end: Ended): Promise<void> {
  const { upstreams, record } = deps;
  const { upstreamId: upstream } = end;
  if (end.outcome === 'cancelled') {
    await record({ ...aboutVisit(visit), upstreamId: upstream, type: 'sign_in.trip_cancelled', outcome: 'refused' });
    return cancelled(deps, ctx, visit, upstream);
  }
  // Before anything is done with who came: the app may have stopped taking this way while they were away.
  if (!takesWay(visit, upstream)) return refuseWay(deps, ctx, visit, upstream);
  if (end.outcome === 'identified') return receive(deps, ctx, visit, end);
  if (end.outcome === 'denied') return backWith(deps, ctx, visit, { kind: 'denied', upstream });
  const gone = upstreams.list().every(({ id }) => id !== upstream);
  return backWith(deps, ctx, visit, gone ? { kind: 'not_offered' } : failureNote(end.code, upstream, end.retryAfter));
}

/** Whoever was sent off by the app, or had no other way, meant to go back to the app; anybody else may choose again. */
async function cancelled(deps: SignInDeps, ctx: Context, visit: Visit, upstream: string): Promise<void> {
  const step = stepOf(visit);
  const sentByApp = step.step === 'start' && step.hinted === true;
  if (!sentByApp && !isOnlyWay(deps, visit, upstream)) {
    return backWith(deps, ctx, visit, { kind: 'cancelled', upstream });
  }
  deps.web.redirect(ctx, await deps.oidc.abort(visit, 'access_denied'));
}

function refuseArrival(ctx: Context, code: Extract<TripEnd, { code: string }>['code'] | 'internal'): never {
  // The upstream comes back by the other one of these two.
  if (code === 'method_not_allowed') ctx.throw(405, { allow: ctx.method === 'POST' ? 'GET' : 'POST' });
  throw new IdpError(code);
}

async function receive(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  { trip, identity, upstreamId }: Extract<Ended, { outcome: 'identified' }>,
): Promise<void> {
  if (trip.purpose === 'link') {
    return linkByUpstream(deps, ctx, visit, { proving: { upstreamId, ...identity }, link: trip.link });
  }
  const arrival = { upstreamId, identity, locale: deps.web.locale(ctx), invitation: invitationIn(visit) };
  const outcome = await deps.accounts.arrive(arrival, bindingOf(deps, ctx, visit));
  const manner = federated(arrival);
  // What the upstream vouches for is about who comes, and they open their own account with it: never one that they prove otherwise.
  if (identity.vouches) manner.methods.push(vouchedFor(identity.vouches));
  await goOn(deps, ctx, visit, outcome, { manner, fresh: true });
}
