import { setTimeout as sleep } from 'node:timers/promises';
import { epochSeconds } from '../../kit/clock.ts';
import { OutboundError, type Outbound } from '../../outbound/index.ts';
import { UpstreamFailure } from '../failure.ts';
import { endpointsOf, fetchDocument, type DiscoveryDocument, type DocumentRules } from './discovery_document.ts';
import type { Metadata, Resolved } from './metadata.ts';
import type { MetadataStore } from './metadata_store.ts';

const FRESH_SECONDS = 24 * 3600;
/** A page that needs the upstream asks again at most this often. */
const ASK_AGAIN_SECONDS = 5;
/** Pages wait so long for a document that was never there. The request of a form may hold what others wait for. */
const PATIENCE_MILLISECONDS = 2000;

interface DiscoveryDeps {
  issuer: string;
  rules: DocumentRules;
  store: MetadataStore;
  fetch: Outbound['fetch'];
  /** Hears of a failure when it begins or changes, not of every attempt; must not throw. */
  onFailure: (failure: UpstreamFailure) => Promise<void>;
  /** Sees each new document. */
  onLearned: (document: DiscoveryDocument) => void;
  closed: AbortSignal;
}

/**
 * Keeps an issuer's discovery document: the last good one from the database at once, a new one at the first refresh and
 * then every day. Resolves without the upstream; a bad document never replaces a good one.
 */
export async function discoveredMetadata(deps: DiscoveryDeps): Promise<Metadata> {
  const saved = await deps.store.find(deps.issuer);
  let known = saved && resolve(saved);
  let learnedAt = -Infinity;
  let triedAt = -Infinity;
  let askedAt = 0;
  let running: Promise<Resolved> | undefined;
  let complaint: string | undefined;

  async function learn(): Promise<Resolved> {
    triedAt = epochSeconds();
    askedAt = performance.now();
    try {
      const document = await fetchDocument(deps.issuer, deps.rules, deps.fetch);
      known = resolve(document);
      learnedAt = epochSeconds();
      await deps.store.save(document);
      complaint = undefined;
      deps.onLearned(document);
      return known;
    } catch (error) {
      const failure = explain(error);
      if (!deps.closed.aborted && complaint !== failure.reason) await deps.onFailure(failure);
      complaint = failure.reason;
      throw failure;
    }
  }
  /** Concurrent callers share one fetch. */
  function load(): Promise<Resolved> {
    running ??= learn().finally(() => {
      running = undefined;
    });
    return running;
  }
  return {
    current: () => known,
    async required() {
      if (known) return known;
      if (!running && epochSeconds() - triedAt < ASK_AGAIN_SECONDS) throw new UpstreamFailure('discovery_failed');
      const loading = load();
      return soon(loading, askedAt + PATIENCE_MILLISECONDS - performance.now());
    },
    async refresh() {
      if (epochSeconds() - learnedAt >= FRESH_SECONDS) await load();
    },
  };
}

/** What comes in time; what comes later is there for whoever asks next. */
async function soon(loading: Promise<Resolved>, milliseconds: number): Promise<Resolved> {
  const over = new AbortController();
  const late = sleep(Math.max(0, milliseconds), undefined, { ref: false, signal: over.signal }).then(() => {
    throw new UpstreamFailure('discovery_failed');
  });
  return Promise.race([loading, late]).finally(() => over.abort());
}

function explain(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const reason =
    error instanceof OutboundError && error.reason !== 'timeout' && error.reason !== 'network'
      ? error.reason
      : undefined;
  return new UpstreamFailure(reason ?? 'discovery_failed', { cause: error });
}

function resolve(document: DiscoveryDocument): Resolved {
  return {
    endpoints: endpointsOf(document),
    issOnCallback: document.authorization_response_iss_parameter_supported ?? false,
  };
}
