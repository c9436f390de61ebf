import { IdpError } from '../kit/errors.ts';
import { secretToken } from '../kit/random.ts';
import { arrive } from './arrive.ts';
import { defineUpstream, type UpstreamDefinition } from './definition.ts';
import type { UpstreamsDeps } from './deps.ts';
import type { ListedUpstream, Upstreams } from './door.ts';
import { createKeySet, type KeySet } from './engines/key_set.ts';
import { createOAuth2Upstream } from './engines/oauth2_upstream.ts';
import { createOidcUpstream } from './engines/oidc_upstream.ts';
import { UpstreamFailure } from './failure.ts';
import { discoveredMetadata } from './metadata/discovered_metadata.ts';
import { pinnedMetadata, type Metadata } from './metadata/metadata.ts';
import { postgresMetadataStore } from './metadata/metadata_store.ts';
import { upstreamMistakes } from './mistakes.ts';
import { postgresTransactionStore } from './transactions/postgres_transaction_store.ts';
import type { Upstream } from './upstream.ts';

/** Opens every enabled upstream. Needs none of them to answer. Throws when the settings contradict each other. */
export async function openUpstreams(deps: UpstreamsDeps): Promise<Upstreams> {
  const { settings, issuer, mode, record } = deps;
  const mistake = upstreamMistakes(settings, { issuer, mode }).find(({ warning }) => !warning);
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
    nameOf: (id) => byId.get(id)?.definition.name ?? id,
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
        type: 'upstreams.discovery_failed',
        outcome: 'failed',
        upstreamId: definition.id,
        reason,
        detail: { security, ...(upstreamError ? { upstream_error: upstreamError } : {}) },
      }),
  });
}

function describe(upstream: Upstream): ListedUpstream {
  const { id, name, preset, linking, simulated } = upstream.definition;
  return {
    id,
    name,
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
