import type { RecordEvent } from '../events/index.ts';
import type { Logger } from '../kit/logger.ts';
import { OutboundError } from '../outbound/index.ts';
import type { Arrival } from './door.ts';
import { UpstreamFailure, factsOf } from './failure.ts';
import type { Revocations } from './lifecycle/tokens/revocations.ts';
import type { Consumed, Refusal, TransactionStore, Trip } from './transactions/transaction_store.ts';
import type { Identified, TripSecrets, Upstream } from './upstream.ts';

/** What an arrival works with. */
interface ArrivalDeps {
  issuer: string;
  find: (id: string) => Upstream | undefined;
  store: TransactionStore;
  record: RecordEvent;
  logger: Logger;
  keepToken: Revocations['keep'];
}

/** One request to a callback, or to its resumption. */
interface Callback {
  id: string;
  browserHash: string | undefined;
  method: 'GET' | 'POST';
  params: URLSearchParams;
}

const NOT_FOUND = { outcome: 'refused', code: 'not_found' } as const;

const LONGEST_KEY = 200;

/**
 * Takes a callback to its end: consumes the trip once, from its own browser only, then reads the answer, redeems the code
 * and identifies the person. Touches no account. What the upstream does wrong is an outcome; only our own faults are thrown.
 */
export async function arrive(deps: ArrivalDeps, callback: Callback): Promise<Arrival> {
  const { id, browserHash, method, params } = callback;
  const upstream = deps.find(id);
  const byForm = upstream?.definition.response_mode === 'form_post';
  if (!upstream) return gone(deps, callback);
  const isAnswer = method === 'POST' || params.has('state');
  if (isAnswer && (method === 'POST') !== byForm) return { outcome: 'refused', code: 'method_not_allowed' };
  if (method === 'POST') return keep(deps, id, params);
  const key = single(params, byForm ? 'tx' : 'state');
  if (key === undefined) return { outcome: 'refused', code: 'interaction_expired' };
  const consumed = await deps.store.consume(byForm ? { resume: key } : { state: key }, id, browserHash);
  if (!consumed.ok) return refuse(deps, id, consumed);
  return finish(deps, upstream, consumed, consumed.callback ?? params);
}

/** Nobody of this id is configured, but somebody may be on the way back since before: their visit goes on without it. */
async function gone(deps: ArrivalDeps, { id, browserHash, method, params }: Callback): Promise<Arrival> {
  if (method === 'POST') return keep(deps, id, params);
  const state = single(params, 'state');
  const resume = single(params, 'tx');
  const key = resume === undefined ? state && { state } : { resume };
  const consumed = key && (await deps.store.consume(key, id, browserHash));
  if (!consumed || (!consumed.ok && consumed.reason === 'unknown')) return NOT_FOUND;
  if (!consumed.ok) return refuse(deps, id, consumed);
  return fail(deps, consumed.trip, new UpstreamFailure('upstream_gone'));
}

/** A cross-site POST carries no Lax cookie, so it signs nobody in: it waits in the row until a GET with cookies takes it. */
async function keep({ store, issuer }: ArrivalDeps, id: string, params: URLSearchParams): Promise<Arrival> {
  const state = single(params, 'state');
  const resume = state && (await store.keepCallback(id, state, params));
  if (!resume) return { outcome: 'refused', code: 'interaction_expired' };
  return { outcome: 'resume', url: `${issuer}/upstream/${id}/resume?tx=${resume}` };
}

async function finish(
  deps: ArrivalDeps,
  upstream: Upstream,
  { trip, secrets }: Extract<Consumed, { ok: true }>,
  params: URLSearchParams,
): Promise<Arrival> {
  try {
    const found = await identify(deps, upstream, secrets, params);
    if (!found) return { outcome: 'cancelled', trip };
    if (found.outcome === 'denied') return await deny(deps, trip);
    if (found.badAddress) await tellOfBadAddress(deps, trip);
    return { outcome: 'identified', trip, identity: found.identity };
  } catch (error) {
    return fail(deps, trip, explain(error));
  }
}

async function fail({ record, logger, find }: ArrivalDeps, trip: Trip, failure: UpstreamFailure): Promise<Arrival> {
  const { code, reason, admin } = failure;
  const { upstreamId, reference } = trip;
  const detail = factsOf(failure);
  if (admin) logger.error({ upstream: upstreamId, reference, reason, ...detail }, 'upstream needs an admin');
  await record({ type: 'upstreams.answer_refused', outcome: 'failed', upstreamId, reference, reason, detail });
  const retryAfter = Math.max(failure.retryAfter, find(upstreamId)?.pausedFor() ?? 0);
  return { outcome: 'failed', trip, code, reason, retryAfter };
}

/** Who came back, or undefined when the person said no. */
async function identify(
  { keepToken }: ArrivalDeps,
  upstream: Upstream,
  secrets: TripSecrets,
  params: URLSearchParams,
): Promise<Identified | undefined> {
  const answer = upstream.parseCallback(params);
  if (answer.outcome === 'cancelled') return undefined;
  const tokens = await upstream.exchange(answer.code, secrets);
  const found = await upstream.identify(tokens, params);
  if (found.outcome === 'identified') await keepToken(upstream.definition, found.identity, tokens);
  return found;
}

/** The upstream did its part; our own config keeps this person out. */
async function deny({ record }: ArrivalDeps, trip: Trip): Promise<Arrival> {
  const { upstreamId, reference } = trip;
  await record({ type: 'upstreams.person_denied', outcome: 'refused', upstreamId, reference, reason: 'restricted' });
  return { outcome: 'denied', trip };
}

/** What was sent is not kept: it may be anything. The person is asked for an address, as if there were none. */
function tellOfBadAddress({ record }: ArrivalDeps, { upstreamId, reference }: Trip): Promise<void> {
  return record({ type: 'upstreams.address_dropped', outcome: 'refused', upstreamId, reference, reason: 'malformed' });
}

function explain(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  if (error instanceof OutboundError) return new UpstreamFailure(error.reason, { cause: error });
  throw error;
}

const REFUSALS = {
  unknown: 'interaction_expired',
  expired: 'interaction_expired',
  used: 'interaction_expired',
  other_upstream: 'interaction_foreign',
  foreign_browser: 'interaction_foreign',
  no_browser: 'cookies_missing',
} as const;
const SECURITY: ReadonlySet<Refusal['reason']> = new Set(['other_upstream', 'foreign_browser']);

async function refuse({ record }: ArrivalDeps, id: string, refusal: Refusal): Promise<Arrival> {
  const trip = 'trip' in refusal ? refusal.trip : undefined;
  await record({
    type: 'upstreams.callback_refused',
    outcome: 'refused',
    upstreamId: id,
    reference: trip?.reference,
    reason: refusal.reason,
    detail: { security: SECURITY.has(refusal.reason) },
  });
  return { outcome: 'refused', code: REFUSALS[refusal.reason], trip };
}

/** The one value of a parameter; undefined when it is missing, repeated, or longer than any of ours. */
function single(params: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = params.getAll(name);
  return value && others.length === 0 && value.length <= LONGEST_KEY ? value : undefined;
}
