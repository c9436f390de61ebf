import { IdpError } from '../kit/errors.ts';
import { secretToken } from '../kit/random.ts';
import { arrive } from './arrive.ts';
import { freshFrom } from './assurance.ts';
import { isFull, isInChain, lengthen } from './chain.ts';
import type { UpstreamsDeps } from './deps.ts';
import type { ListedUpstream, Upstreams } from './door.ts';
import { UpstreamFailure } from './failure.ts';
import { sweptNotifications } from './lifecycle/notification_store.ts';
import { createRevocations } from './lifecycle/tokens/revocations.ts';
import { postgresTokenStore } from './lifecycle/tokens/token_store.ts';
import { createUpstreamLogout } from './lifecycle/upstream_logout.ts';
import { groupsThrough } from './mapping/groups.ts';
import { createUpstreamMetrics, outcomeOf } from './metrics.ts';
import type { Opening } from './open_upstream.ts';
import { openRoster } from './roster.ts';
import type { Trip } from './transactions/transaction_store.ts';
import { postgresTransactionStore, sweptTransactions } from './transactions/postgres_transaction_store.ts';
import type { Upstream } from './upstream.ts';

/** Opens every enabled upstream. Needs none of them to answer. Throws when the settings contradict each other. */
export async function openUpstreams(deps: UpstreamsDeps): Promise<Upstreams> {
  const closing = new AbortController();
  const metrics = createUpstreamMetrics(deps.metrics, () => list());
  const opening = { ...deps, metrics, closed: closing.signal };
  const roster = await openRoster(deps, opening);
  const list = () => roster.all().map(describe);
  const store = postgresTransactionStore(deps);
  const { fetch } = deps.outbound;
  const revocations = createRevocations({ ...deps, store: postgresTokenStore(deps), find: roster.find, fetch });
  return {
    list,
    start() {
      roster.start();
      revocations.start();
    },
    nameOf: (id) => roster.get(id)?.definition.name ?? id,
    groupsOf(id, names) {
      const definition = roster.get(id)?.definition;
      return definition ? groupsThrough(definition, names) : [];
    },
    leadsBack(id, chain) {
      const definition = roster.get(id)?.definition;
      return definition?.forward.idp_chain !== undefined && (isFull(chain) || isInChain(chain, definition.issuer));
    },
    async begin(id, { loginHint, prompt, uiLocales, maxAge, acrValues, need, chain, ...trip }, told = []) {
      const upstream = roster.get(id);
      if (!upstream) throw new IdpError('not_found');
      const fresh = { freshFrom: freshFrom({ prompt, maxAge }) };
      const secrets = { state: secretToken(), nonce: secretToken(), verifier: secretToken(), ...fresh };
      const wishes = { loginHint, prompt, uiLocales, maxAge, acrValues, need, chain: lengthen(chain, deps.issuer) };
      const begun = upstream.begin(secrets, wishes);
      const url = await begun.catch((error: unknown) =>
        notBegun(opening, { ...trip, upstreamId: id }, upstream, error),
      );
      await deps.recordDeed([store.creating({ ...trip, upstreamId: id }, secrets)], told);
      return url;
    },
    async arrive(id, browserHash, method, params) {
      const arrival = await arrive(
        { ...deps, find: roster.get, store, keepToken: revocations.keep },
        { id, browserHash, method, params },
      );
      const outcome = outcomeOf(arrival);
      // A label is never what somebody wrote into a URL.
      if (outcome && roster.get(id)) metrics.ended(id, outcome);
      return arrival;
    },
    sender: roster.sender,
    logout: createUpstreamLogout({ ...deps, find: roster.find, fetch }),
    prepare: roster.prepare,
    sweeps: [sweptTransactions, ...sweptNotifications],
    async close() {
      await revocations.stop();
      closing.abort();
      await roster.ended();
    },
  };
}

function describe(upstream: Upstream): ListedUpstream {
  const { id, name, preset, linking, domains, local_passwords: localPasswords, simulated } = upstream.definition;
  return {
    id,
    name,
    preset,
    linking,
    domains,
    localPasswords,
    available: upstream.available(),
    askAgainPrompt: upstream.definition.declined_address?.prompt,
    origins: [upstream.origin(), ...(upstream.definition.further_origins ?? [])],
    simulated,
  };
}

/** Nobody is sent there now: counted and kept like a trip that failed. */
async function notBegun({ record, metrics }: Opening, trip: Trip, upstream: Upstream, error: unknown): Promise<never> {
  if (!(error instanceof UpstreamFailure)) throw error;
  const { upstreamId, reference } = trip;
  metrics.ended(upstreamId, error.code);
  await record({ type: 'upstreams.trip_refused', outcome: 'failed', upstreamId, reference, reason: error.reason });
  throw new IdpError(error.code, { cause: error, retryAfter: upstream.pausedFor() || undefined });
}
