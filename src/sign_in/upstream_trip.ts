import type { Context } from 'koa';
import { IdpError, type ErrorCode } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import type { Arrival, Trip } from '../upstreams/index.ts';
import { goOn } from './arrival.ts';
import type { SignInDeps } from './deps.ts';
import { linkByUpstream } from './link_account.ts';
import { bindingOf, moveTo } from './move.ts';
import { stepOf, type Note } from './steps.ts';

/** Sends the person to the upstream. The trip remembers what it is for: to sign in, or to prove an account before joining. */
export async function beginTrip(deps: SignInDeps, ctx: Context, visit: Visit, upstreamId: string): Promise<void> {
  const { web, upstreams, record } = deps;
  await web.form(ctx);
  const purpose = stepOf(visit).step === 'link-account' ? 'link' : 'login';
  const hint = visit.params['login_hint'];
  const url = await upstreams.begin(upstreamId, {
    purpose,
    browserHash: visit.browserHash,
    interactionUid: visit.uid,
    reference: visit.reference,
    loginHint: typeof hint === 'string' ? hint : undefined,
    uiLocales: web.locale(ctx),
  });
  const about = { reference: visit.reference, clientId: visit.client.id, upstreamId };
  await record({ ...about, type: 'upstream.begun', outcome: 'ok', detail: { purpose } });
  web.redirect(ctx, url);
}

/**
 * `/upstream/:id/callback` and `/resume`. The interaction cookie does not reach here: the row of the transaction knows
 * the interaction, and the browser binding must fit both (design: one visit, step 4).
 */
export async function arriveFromUpstream(
  deps: SignInDeps,
  ctx: Context,
  upstreamId: string,
  parameters: URLSearchParams,
): Promise<void> {
  const { web, upstreams, oidc } = deps;
  const browserHash = web.browser.read(ctx);
  const arrival = await upstreams.arrive(upstreamId, browserHash, ctx.method === 'POST' ? 'POST' : 'GET', parameters);
  if (arrival.outcome === 'resume') return web.redirect(ctx, arrival.url);
  if (arrival.outcome === 'refused' || !arrival.trip) return refuse(deps, ctx, arrival);
  const visit = await oidc.find(arrival.trip.interactionUid, browserHash);
  ctx.state['reference'] = visit.reference;
  if (arrival.outcome !== 'identified') {
    if (arrival.outcome === 'cancelled') await recordCancelled(deps, visit, upstreamId);
    return moveTo(deps, ctx, visit, { step: 'start', note: noteOf(arrival, upstreamId) });
  }
  const { identity, trip } = arrival;
  if (trip.purpose === 'link') return linkByUpstream(deps, ctx, visit, { upstreamId, ...identity });
  const here = { upstreamId, identity, locale: web.locale(ctx) };
  const outcome = await deps.accounts.arrive(here, bindingOf(visit));
  deps.mail.wake();
  await goOn(deps, ctx, visit, outcome, { arrival: here, manner: { method: 'fed', remember: false, upstreamId } });
}

/** Nothing is known of a visit, or it is another browser's: a page of its own, from which the visit may start again. */
function refuse(
  { web }: SignInDeps,
  ctx: Context,
  { code = 'internal', trip }: { code?: ErrorCode; trip?: Trip },
): never {
  if (trip) {
    const href = `/interaction/${trip.interactionUid}/restart`;
    ctx.state['primary'] = { label: web.t(ctx)('error_page.restart'), href };
  }
  throw new IdpError(code, { reference: trip?.reference });
}

type Unsuccessful = Exclude<Arrival, { outcome: 'identified' | 'refused' | 'resume' }>;

const noteKinds = {
  upstream_failed: 'failed',
  upstream_unavailable: 'unavailable',
  upstream_misconfigured: 'misconfigured',
} as const;

function noteOf(arrival: Unsuccessful, upstream: string): Note {
  return { kind: arrival.outcome === 'cancelled' ? 'cancelled' : noteKinds[arrival.code], upstream };
}

/** A failure has its event already, with its reason, from whoever found it. */
async function recordCancelled({ record }: SignInDeps, visit: Visit, upstreamId: string): Promise<void> {
  const about = { reference: visit.reference, clientId: visit.client.id, upstreamId };
  await record({ ...about, type: 'upstream.cancelled', outcome: 'refused' });
}
