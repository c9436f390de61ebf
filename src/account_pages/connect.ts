import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { AccountTrip, TripEnd } from '../upstreams/index.ts';
import { parameterOf } from '../web/index.ts';
import type { Person } from './frame.ts';
import { end, type EndingName } from './identity_endings.ts';
import type { AccountPagesDeps } from './page_deps.ts';

/**
 * Sends a person who has just signed in to an upstream. The trip remembers account and session: it connects nothing for
 * anybody else who may sit there when it ends.
 */
export async function connectFrom(deps: AccountPagesDeps, ctx: Context, { session }: Person): Promise<void> {
  const { web, upstreams } = deps;
  const upstreamId = parameterOf(ctx, 'upstream');
  const reference = web.referenceOf(ctx);
  const { accountId, uid: sessionUid } = session;
  const trip = { purpose: 'connect', accountId, sessionUid, reference, browserHash: web.browser.ensure(ctx) } as const;
  const wishes = { prompt: 'select_account', uiLocales: web.locale(ctx) };
  const event = { type: 'account_pages.trip_begun', outcome: 'ok', accountId, upstreamId, reference } as const;
  const begun = await upstreams.begin(upstreamId, { ...trip, ...wishes }, [event]).catch(unavailability);
  if (typeof begun === 'object') return end(deps, ctx, begun.ending, upstreamId);
  web.redirect(ctx, begun);
}

/** Takes whoever comes back. It must be the session in which the trip began, which was fresh then; a trip takes ten minutes at most. */
export async function returnFromConnect(
  deps: AccountPagesDeps,
  ctx: Context,
  trip: AccountTrip,
  tripEnd: TripEnd,
): Promise<void> {
  const { accountId, upstreamId, reference } = trip;
  const ending = await endingOfTrip(deps, ctx, trip, tripEnd);
  await deps.events.record({
    type: 'account_pages.trip_ended',
    outcome: ending === 'connected' ? 'ok' : 'refused',
    reason: ending,
    accountId,
    upstreamId,
    reference,
  });
  end(deps, ctx, ending, upstreamId);
}

async function endingOfTrip(
  { web, oidc, accounts }: AccountPagesDeps,
  ctx: Context,
  { accountId, sessionUid, upstreamId, reference }: AccountTrip,
  tripEnd: TripEnd,
): Promise<EndingName> {
  if (tripEnd.outcome === 'refused') return 'over';
  if (tripEnd.outcome === 'cancelled' || tripEnd.outcome === 'denied') return tripEnd.outcome;
  if (tripEnd.outcome === 'failed') return tripEnd.code;
  const session = await oidc.session(ctx);
  if (session?.accountId !== accountId || session.uid !== sessionUid) return 'over';
  const arrival = { upstreamId, identity: tripEnd.identity, locale: web.locale(ctx) };
  const joined = await accounts.connect(session, arrival, { reference });
  return joined.ok ? 'connected' : refusals[joined.reason];
}

const refusals = {
  taken: 'taken',
  upstream_taken: 'upstream_taken',
  unusable: 'upstream_failed',
  disabled: 'over',
  outdated: 'over',
  unverified: 'over',
} as const;

/** An upstream that cannot take anybody now is no error page: the person is on a page of theirs that can say so. */
function unavailability(cause: unknown): { ending: EndingName } {
  const code = cause instanceof IdpError ? cause.code : undefined;
  if (code === 'upstream_unavailable' || code === 'upstream_misconfigured' || code === 'upstream_failed') {
    return { ending: code };
  }
  throw cause;
}
