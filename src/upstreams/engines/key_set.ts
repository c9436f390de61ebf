import { createLocalJWKSet, errors, type CryptoKey, type JWSHeaderParameters } from 'jose';
import { epochSeconds } from '../../kit/clock.ts';
import type { Outbound } from '../../outbound/index.ts';
import { UpstreamFailure } from '../failure.ts';
import { keySetSchema, type KeyStore, type PublishedKeys } from '../metadata/key_store.ts';
import { readJson } from './read_json.ts';

const USABLE_SECONDS = 24 * 3600;
const REFETCH_SECONDS = 30;
const MOST_CANDIDATES = 5;

/** The public keys of one upstream. */
export interface KeySet {
  /**
   * The keys that may have signed a token with this header, at most five; of keys that are bound to an issuer only those that
   * `isBound` lets through. Throws `key_unknown` or `jwks_unavailable`.
   */
  keysFor(header: JWSHeaderParameters, isBound?: (issuer: string) => boolean): Promise<CryptoKey[]>;
  /** Fetches the set when what there is is older than so many seconds; nobody has to wait for it. */
  refresh(oldest: number): Promise<void>;
}

interface KeySetDeps {
  fetch: Outbound['fetch'];
  store: KeyStore;
}

/**
 * Keeps the JWKS of each address, also across a restart: usable for a day, whether the upstream answers or not. An unknown
 * `kid` triggers one extra fetch in 30 seconds, so that a rotation is seen at once and made-up kids cause no storm.
 */
export function createKeySets(deps: KeySetDeps): (url: string) => KeySet {
  const sets = new Map<string, KeySet>();
  return (url) => {
    const known = sets.get(url) ?? keySetOf(url, deps);
    sets.set(url, known);
    return known;
  };
}

/** The keys of one issuer, or of nobody in particular; jose keeps what it imported with them. */
interface LocalKeys {
  issuer: string | undefined;
  find: ReturnType<typeof createLocalJWKSet>;
}
type LocalSet = LocalKeys[];

function keySetOf(url: string, deps: KeySetDeps): KeySet {
  const cache = keyCache(url, deps);
  let forced: { at: number; done: Promise<unknown> } | undefined;
  return {
    async keysFor(header, isBound = () => true) {
      const fitting = (set: LocalSet) =>
        candidates(
          set.filter(({ issuer }) => issuer === undefined || isBound(issuer)),
          header,
        );
      const found = await fitting(await cache.current());
      if (found.length > 0) return found;
      if (!forced || epochSeconds() - forced.at >= REFETCH_SECONDS) {
        forced = { at: epochSeconds(), done: cache.reload() };
      }
      // Whoever comes while it runs waits for the same fetch: a rotation meets many at once.
      await forced.done.catch(unavailable);
      const again = await fitting(await cache.current());
      if (again.length === 0) throw new UpstreamFailure('key_unknown');
      return again;
    },
    async refresh(oldest) {
      if ((await cache.age()) >= oldest) await cache.reload();
    },
  };
}

/** Holds the last set; concurrent callers share one fetch. */
function keyCache(url: string, { fetch, store }: KeySetDeps) {
  let cached: { set: LocalSet; at: number } | undefined;
  let looked: Promise<void> | undefined;
  let running: Promise<LocalSet> | undefined;
  const ageOf = () => (cached ? epochSeconds() - cached.at : Infinity);

  async function lookInStore(): Promise<void> {
    const saved = await store.find(url);
    if (saved) cached ??= { set: localSet(saved.keys), at: Math.floor(saved.fetchedAt.getTime() / 1000) };
  }
  async function replace(): Promise<LocalSet> {
    const keys = await fetchKeys(url, fetch);
    const set = localSet(keys);
    cached = { set, at: epochSeconds() };
    // Only a restart would miss it.
    await store.save(url, keys).catch(() => {});
    return set;
  }
  async function reload(): Promise<LocalSet> {
    running ??= replace().finally(() => {
      running = undefined;
    });
    return running;
  }
  async function age(): Promise<number> {
    looked ??= lookInStore().catch((cause: unknown) => {
      looked = undefined;
      throw cause;
    });
    await looked;
    return ageOf();
  }
  async function current(): Promise<LocalSet> {
    const old = await age();
    return cached && old < USABLE_SECONDS ? cached.set : reload().catch(unavailable);
  }
  return { age, current, reload };
}

/** Fetches a JWKS as it is. Throws `jwks_unavailable` when it is none. */
export async function fetchKeys(url: string, fetch: Outbound['fetch']): Promise<PublishedKeys> {
  const answer = await fetch(url, { headers: { accept: 'application/json, application/jwk-set+json' } });
  const parsed = keySetSchema.safeParse(answer.ok ? await readJson(answer) : undefined);
  if (!parsed.success) throw new UpstreamFailure('jwks_unavailable');
  return parsed.data;
}

function localSet({ keys }: PublishedKeys): LocalSet {
  const groups = Map.groupBy(keys, (key) => key.issuer);
  return [...groups].map(([issuer, group]) => ({ issuer, find: createLocalJWKSet({ keys: group }) }));
}

function unavailable(cause: unknown): never {
  throw new UpstreamFailure('jwks_unavailable', { cause });
}

async function candidates(set: LocalSet, header: JWSHeaderParameters): Promise<CryptoKey[]> {
  const found = await Promise.all(set.map(({ find }) => matching(find, header)));
  return found.flat().slice(0, MOST_CANDIDATES);
}

/** A token without `kid` may fit several keys; jose then hands them out one by one. */
async function matching(find: LocalKeys['find'], header: JWSHeaderParameters): Promise<CryptoKey[]> {
  try {
    return [await find(header)];
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return firstOf(error);
    if (error instanceof errors.JWKSNoMatchingKey) return [];
    throw new UpstreamFailure('key_unknown', { cause: error });
  }
}

async function firstOf(keys: AsyncIterable<CryptoKey>): Promise<CryptoKey[]> {
  const found: CryptoKey[] = [];
  for await (const key of keys) {
    found.push(key);
    if (found.length === MOST_CANDIDATES) break;
  }
  return found;
}
