import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { CHAIN_PARAMETER, type TripEnd } from '../upstreams/index.ts';
import { aboutVisit, bindingOf, type SignInDeps } from './deps.ts';
import { goOn } from './go_on.ts';
import { invitationIn } from './invited.ts';
import { linkByUpstream } from './link_account.ts';
import { federated, interactionPath, moveTo, stepOf } from './steps.ts';

/** Sends the person to the upstream. The trip remembers what it is for: to sign in, or to prove an account before joining. */
export async function beginTrip(deps: SignInDeps, ctx: Context, visit: Visit, upstreamId: string): Promise<void> {
  const { web, upstreams, record } = deps;
  await web.form(ctx);
  const purpose = stepOf(visit).step === 'link-account' ? 'link' : 'login';
  const chain = textIn(visit, CHAIN_PARAMETER);
  if (upstreams.leadsBack(upstreamId, chain)) {
    await record({
      ...aboutVisit(visit),
      upstreamId,
      type: 'sign_in.trip_refused',
      outcome: 'refused',
      reason: 'loop',
    });
    return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'loop', upstream: upstreamId } });
  }
  const url = await upstreams.begin(upstreamId, {
    purpose,
    browserHash: visit.browserHash,
    interactionUid: visit.uid,
    reference: visit.reference,
    uiLocales: web.locale(ctx),
    chain,
    ...wishesOf(visit),
  });
  await record({ ...aboutVisit(visit), upstreamId, type: 'sign_in.trip_begun', outcome: 'ok', detail: { purpose } });
  web.redirect(ctx, url);
}

function textIn({ params }: Visit, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/**
 * What the app asked of us and the upstream can do better. `consent` and `create` are about us, and `none` never travels: it
 * would come back with an error.
 */
function wishesOf(visit: Visit) {
  const asked = textIn(visit, 'prompt')?.split(' ') ?? [];
  return {
    loginHint: textIn(visit, 'login_hint'),
    prompt: ['login', 'select_account'].find((prompt) => asked.includes(prompt)),
    maxAge: textIn(visit, 'max_age'),
    acrValues: textIn(visit, 'acr_values'),
  };
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
  if (!trip) throw new IdpError('code' in end ? end.code : 'internal');
  if (trip.purpose === 'connect') return onReturn.connect(ctx, trip, end);
  const visitPath = interactionPath(trip.interactionUid);
  // This browser's own trip, used or expired: its visit knows whether it goes on, begins again or is over.
  if (end.outcome === 'refused') return web.redirect(ctx, visitPath);
  // Should the way end on an error page, its button begins the same request again.
  const primary = { label: web.t(ctx)('error_page.restart'), href: `${visitPath}/restart` };
  web.note(ctx, { primary, reference: trip.reference });
  const visit = await oidc.find(trip.interactionUid, browserHash);
  if (end.outcome === 'identified') return receive(deps, ctx, visit, { ...end, upstreamId });
  if (end.outcome === 'cancelled') {
    await deps.record({ ...aboutVisit(visit), upstreamId, type: 'sign_in.trip_cancelled', outcome: 'refused' });
  }
  await moveTo(deps, ctx, visit, { step: 'start', note: { kind: noteKindOf(end), upstream: upstreamId } });
}

async function receive(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  { trip, identity, upstreamId }: Extract<TripEnd, { outcome: 'identified' }> & { upstreamId: string },
): Promise<void> {
  if (trip.purpose === 'link') return linkByUpstream(deps, ctx, visit, { upstreamId, ...identity });
  const arrival = { upstreamId, identity, locale: deps.web.locale(ctx), invitation: invitationIn(visit) };
  const outcome = await deps.accounts.arrive(arrival, bindingOf(deps, ctx, visit));
  await goOn(deps, ctx, visit, outcome, { manner: federated(upstreamId), fresh: true });
}

const noteKinds = {
  upstream_failed: 'failed',
  upstream_unavailable: 'unavailable',
  upstream_misconfigured: 'misconfigured',
} as const;

function noteKindOf(end: Extract<TripEnd, { outcome: 'cancelled' | 'denied' | 'failed' }>) {
  return end.outcome === 'failed' ? noteKinds[end.code] : end.outcome;
}
