import type { UpstreamDefinition } from './definition.ts';
import type { UpstreamsDeps } from './deps.ts';
import { createKeySets } from './engines/key_set.ts';
import { createOAuth2Upstream } from './engines/oauth2_upstream.ts';
import { createOidcUpstream } from './engines/oidc_upstream.ts';
import { factsOf } from './failure.ts';
import { openLine, type Line } from './calls/line.ts';
import { discoveredMetadata } from './metadata/discovered_metadata.ts';
import { postgresKeyStore } from './metadata/key_store.ts';
import { pinnedMetadata, type Metadata } from './metadata/metadata.ts';
import { postgresMetadataStore } from './metadata/metadata_store.ts';
import type { UpstreamMetrics } from './metrics.ts';
import type { Kept } from './upkeep.ts';
import type { Upstream } from './upstream.ts';

/** What all upstreams are opened with. */
export type Opening = Omit<UpstreamsDeps, 'metrics'> & { metrics: UpstreamMetrics; closed: AbortSignal };

/** Opens one upstream and what keeps it fresh. Needs nothing of it to answer. */
export async function openUpstream(
  opening: Opening,
  definition: UpstreamDefinition,
): Promise<{ upstream: Upstream; upkeep: Kept }> {
  const { outbound, database, metrics, logger, closed } = opening;
  const { id: upstreamId, http: settings, endpoints } = definition;
  const line = openLine({ upstreamId, settings, fetch: outbound.fetch, metrics, logger, closed });
  const metadata = endpoints ? pinnedMetadata(endpoints) : await discover(opening, definition, line);
  const keySet = createKeySets({ fetch: line.fetch('keys'), store: postgresKeyStore(database) });
  const create = definition.protocol === 'oidc' ? createOidcUpstream : createOAuth2Upstream;
  return { upstream: create({ definition, metadata, keySet, line }), upkeep: { line, metadata, keySet, closed } };
}

function discover(deps: Opening, definition: UpstreamDefinition, line: Line): Promise<Metadata> {
  const { id: upstreamId } = definition;
  return discoveredMetadata({
    issuer: definition.issuer,
    rules: { ownIssuer: deps.issuer, development: deps.mode === 'development' },
    store: postgresMetadataStore(deps.database),
    fetch: line.fetch('discovery'),
    closed: deps.closed,
    async onFailure(failure) {
      const { reason, admin } = failure;
      const detail = factsOf(failure);
      if (admin) deps.logger.error({ upstream: upstreamId, reason, ...detail }, 'upstream needs an admin');
      await deps.record({ type: 'upstreams.discovery_failed', outcome: 'failed', upstreamId, reason, detail });
    },
    onLearned({ code_challenge_methods_supported: methods }) {
      const unannounced = definition.pkce === 'S256' && methods?.includes('S256') === false;
      // Who leaves it out mostly knows it all the same, and without PKCE a stolen code could be redeemed.
      if (unannounced) deps.logger.warn({ upstream: upstreamId }, 'upstream does not announce S256, which it is sent');
    },
  });
}
