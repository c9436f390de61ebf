import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import { IdpError } from '../kit/errors.ts';
import { secretToken } from '../kit/random.ts';
import type { Outbound } from '../outbound/index.ts';
import { arrive, type Arrival } from './arrive.ts';
import { defineUpstream, type SimulatorAccess, type UpstreamDefinition } from './definition.ts';
import { createKeySet, type KeySet } from './engines/key_set.ts';
import { createOAuth2Upstream } from './engines/oauth2_upstream.ts';
import { createOidcUpstream } from './engines/oidc_upstream.ts';
import { UpstreamFailure } from './failure.ts';
import { discoveredMetadata } from './metadata/discovered_metadata.ts';
import { pinnedMetadata, type Metadata } from './metadata/metadata.ts';
import { postgresMetadataStore } from './metadata/metadata_store.ts';
import { upstreamMistakes, upstreamWarnings } from './mistakes.ts';
import type { Linking, UpstreamSettings } from './settings.ts';
import { postgresTransactionStore, type Sealer } from './transactions/postgres_transaction_store.ts';
import type { Trip } from './transactions/transaction_store.ts';
import type { Upstream, Wishes } from './upstream.ts';

export interface UpstreamsDeps {
  settings: UpstreamSettings[];
  issuer: string;
  mode: 'development' | 'production';
  database: Database;
  sealer: Sealer;
  outbound: Outbound;
  record: RecordEvent;
  /** Development mode only: plays Google and Facebook for upstreams without credentials. */
  simulator?: SimulatorAccess | undefined;
}

/** One upstream as pages see it. */
export interface ListedUpstream {
  id: string;
  /** Who it is: "Google". */
  name: string;
  /** What the button says: the admin's label, else the name. */
  label: string;
  preset: string;
  linking: Linking;
  available: boolean;
  /** Where a form that begins a trip ends, for the page's form-action. */
  origins: string[];
  simulated: boolean;
}

export interface Upstreams {
  list(): ListedUpstream[];
  /** Begins a trip and gives the URL to 303 to. IdpError `not_found`, `upstream_unavailable` or `upstream_misconfigured`. */
  begin(id: string, trip: Omit<Trip, 'upstreamId'> & Wishes): Promise<string>;
  /** Takes a callback (or its resumption) to its end; see Arrival. */
  arrive(
    id: string,
    browserHash: string | undefined,
    method: 'GET' | 'POST',
    params: URLSearchParams,
  ): Promise<Arrival>;
  /** Sentences for the admin, made from the settings. */
  warnings(): string[];
  /** Deletes trips that ended more than a day ago; returns how many. */
  sweep(): Promise<number>;
  close(): Promise<void>;
}

/** Opens every enabled upstream. Needs none of them to answer. Throws when the settings contradict each other. */
export async function openUpstreams(deps: UpstreamsDeps): Promise<Upstreams> {
  const { settings, issuer, mode, record } = deps;
  const [mistake] = upstreamMistakes(settings, { issuer, mode });
  if (mistake) throw new Error(`upstreams.${mistake.path.join('.')}: ${mistake.message}`);
  const simulator = mode === 'development' ? deps.simulator : undefined;
  const enabled = settings.filter((entry) => entry.enabled);
  const definitions = enabled
    .map((entry) => defineUpstream(entry, { issuer, simulator }))
    .filter((definition) => definition !== undefined);
  const keySet = createKeySet(deps.outbound.fetch);
  const opened = await Promise.all(definitions.map((definition) => openOne(deps, definition, keySet)));
  const byId = new Map(opened.map((entry) => [entry.upstream.definition.id, entry.upstream]));
  const store = postgresTransactionStore(deps);
  return {
    list: () => [...byId.values()].map(describe),
    async begin(id, { loginHint, prompt, uiLocales, ...trip }) {
      const upstream = byId.get(id);
      if (!upstream) throw new IdpError('not_found');
      const secrets = { state: secretToken(), nonce: secretToken(), verifier: secretToken() };
      const url = await upstream.begin(secrets, { loginHint, prompt, uiLocales }).catch(asPage);
      await store.create({ ...trip, upstreamId: id }, secrets);
      return url;
    },
    arrive: (id, browserHash, method, params) =>
      arrive({ issuer, find: (wanted) => byId.get(wanted), store, record }, { id, browserHash, method, params }),
    warnings: () => upstreamWarnings(settings, definitions),
    sweep: () => store.sweep(),
    async close() {
      await Promise.all(opened.map((entry) => entry.metadata.close()));
    },
  };
}

async function openOne(
  deps: UpstreamsDeps,
  definition: UpstreamDefinition,
  keySet: (url: string) => KeySet,
): Promise<{ upstream: Upstream; metadata: Metadata }> {
  const metadata = definition.endpoints ? pinnedMetadata(definition.endpoints) : await discover(deps, definition);
  const create = definition.protocol === 'oidc' ? createOidcUpstream : createOAuth2Upstream;
  return { upstream: create({ definition, metadata, keySet, fetch: deps.outbound.fetch }), metadata };
}

function discover(deps: UpstreamsDeps, definition: UpstreamDefinition): Promise<Metadata> {
  return discoveredMetadata({
    issuer: definition.issuer,
    rules: { ownIssuer: deps.issuer, development: deps.mode === 'development' },
    store: postgresMetadataStore(deps.database),
    fetch: deps.outbound.fetch,
    onFailure: ({ reason, security, upstreamError }) =>
      deps.record({
        type: 'upstream.discovery_failed',
        outcome: 'failed',
        upstreamId: definition.id,
        reason,
        detail: { security, ...(upstreamError ? { upstream_error: upstreamError } : {}) },
      }),
  });
}

function describe(upstream: Upstream): ListedUpstream {
  const { id, name, label, preset, linking, simulated } = upstream.definition;
  return {
    id,
    name: name ?? label,
    label,
    preset,
    linking,
    available: upstream.available(),
    origins: [upstream.origin(), ...(upstream.definition.further_origins ?? [])],
    simulated,
  };
}

function asPage(error: unknown): never {
  if (error instanceof UpstreamFailure) throw new IdpError(error.code, { cause: error });
  throw error;
}
