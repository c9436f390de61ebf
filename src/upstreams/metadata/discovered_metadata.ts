import { setTimeout as sleep } from 'node:timers/promises';
import { epochSeconds } from '../../kit/clock.ts';
import { OutboundError, type Outbound } from '../../outbound/index.ts';
import { UpstreamFailure } from '../failure.ts';
import { fetchDocument, type DiscoveryDocument, type DocumentRules } from './discovery_document.ts';
import type { Metadata, Resolved } from './metadata.ts';
import type { MetadataStore } from './metadata_store.ts';

const REFRESH_MS = 24 * 3600 * 1000;
const RETRY_MS = 30_000;
/** A page that needs the upstream asks again at most this often. */
const ASK_AGAIN_SECONDS = 5;

interface DiscoveryDeps {
  issuer: string;
  rules: DocumentRules;
  store: MetadataStore;
  fetch: Outbound['fetch'];
  /** Hears of a failure when it begins or changes, not of every attempt; must not throw. */
  onFailure: (failure: UpstreamFailure) => Promise<void>;
}

/**
 * Keeps an issuer's discovery document: the last good one from the database at once, a new one in the background now and
 * every day, again in 30 seconds after a failure. Resolves without the upstream; a bad document never replaces a good one.
 */
export async function discoveredMetadata(deps: DiscoveryDeps): Promise<Metadata> {
  const saved = await deps.store.find(deps.issuer);
  const closing = new AbortController();
  const document = keptDocument(deps, closing.signal, saved && resolve(saved));
  const background = repeat(document.load, closing.signal);
  return {
    current: document.known,
    async required() {
      const known = document.known();
      if (known) return known;
      if (document.wasJustTried()) throw new UpstreamFailure('discovery_failed');
      return document.load();
    },
    async close() {
      closing.abort();
      await background;
      await document.settled();
    },
  };
}

/** The newest good document; concurrent loads share one fetch, and a failure that lasts is told once. */
function keptDocument(deps: DiscoveryDeps, closed: AbortSignal, saved: Resolved | undefined) {
  const fetchUntilClosed: Outbound['fetch'] = (input, init) => deps.fetch(input, { ...init, signal: closed });
  let known = saved;
  let triedAt = 0;
  let running: Promise<Resolved> | undefined;
  let complaint: string | undefined;

  async function fetchNew(): Promise<Resolved> {
    triedAt = epochSeconds();
    try {
      const document = await fetchDocument(deps.issuer, deps.rules, fetchUntilClosed);
      known = resolve(document);
      await deps.store.save(document);
      complaint = undefined;
      return known;
    } catch (error) {
      const failure = explain(error);
      if (!closed.aborted && complaint !== failure.reason) await deps.onFailure(failure);
      complaint = failure.reason;
      throw failure;
    }
  }
  return {
    known: () => known,
    wasJustTried: () => !running && epochSeconds() - triedAt < ASK_AGAIN_SECONDS,
    load(): Promise<Resolved> {
      running ??= fetchNew().finally(() => {
        running = undefined;
      });
      return running;
    },
    settled: async () => void (await running?.catch(() => {})),
  };
}

/** Attempts now, daily after a success and every 30 seconds after a failure, until closed. Keeps no process alive. */
async function repeat(attempt: () => Promise<unknown>, closed: AbortSignal): Promise<void> {
  while (!closed.aborted) {
    const wait = await attempt().then(
      () => REFRESH_MS,
      () => RETRY_MS,
    );
    // Rejects only when closed, which ends the loop.
    await sleep(wait, undefined, { ref: false, signal: closed }).catch(() => {});
  }
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
    endpoints: {
      authorization: document.authorization_endpoint,
      token: document.token_endpoint,
      jwks: document.jwks_uri,
      userinfo: document.userinfo_endpoint,
    },
    issOnCallback: document.authorization_response_iss_parameter_supported ?? false,
  };
}
