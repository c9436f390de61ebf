import { createLocalJWKSet, errors, type CryptoKey, type JWSHeaderParameters } from 'jose';
import { z } from 'zod';
import { epochSeconds } from '../../kit/clock.ts';
import type { Outbound } from '../../outbound/index.ts';
import { UpstreamFailure } from '../failure.ts';
import { readJson } from './read_json.ts';

const FRESH_SECONDS = 600;
const USABLE_SECONDS = 24 * 3600;
const REFETCH_SECONDS = 30;
const MOST_CANDIDATES = 5;

const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), issuer: z.string().optional() })).max(100),
});

/** The public keys of one upstream. */
export interface KeySet {
  /**
   * The keys that may have signed a token with this header, at most five; of keys that are bound to an issuer only those that
   * `isBound` lets through. Throws `key_unknown` or `jwks_unavailable`.
   */
  keysFor(header: JWSHeaderParameters, isBound?: (issuer: string) => boolean): Promise<CryptoKey[]>;
}

/**
 * Fetches a JWKS when needed and keeps it: fresh for ten minutes, usable for a day when the upstream does not answer. An
 * unknown `kid` triggers one extra fetch in 30 seconds, so that a rotation is seen at once and made-up kids cause no storm.
 */
export function createKeySet(fetch: Outbound['fetch']): (url: string) => KeySet {
  const sets = new Map<string, KeySet>();
  return (url) => {
    const known = sets.get(url) ?? keySetOf(url, fetch);
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

function keySetOf(url: string, fetch: Outbound['fetch']): KeySet {
  const cache = keyCache(() => load(url, fetch));
  let forcedAt = 0;
  return {
    async keysFor(header, isBound = () => true) {
      const fitting = (set: LocalSet) =>
        candidates(
          set.filter(({ issuer }) => issuer === undefined || isBound(issuer)),
          header,
        );
      const found = await fitting(await cache.current());
      if (found.length > 0) return found;
      if (epochSeconds() - forcedAt < REFETCH_SECONDS) throw new UpstreamFailure('key_unknown');
      forcedAt = epochSeconds();
      const again = await fitting(await cache.reload().catch(unavailable));
      if (again.length === 0) throw new UpstreamFailure('key_unknown');
      return again;
    },
  };
}

/** Holds the last set; concurrent callers share one fetch, and a failed one is not repeated at once while an old set serves. */
function keyCache(fetchSet: () => Promise<LocalSet>) {
  let cached: { set: LocalSet; at: number } | undefined;
  let triedAt = 0;
  let running: Promise<LocalSet> | undefined;

  async function replace(): Promise<LocalSet> {
    triedAt = epochSeconds();
    const set = await fetchSet();
    cached = { set, at: epochSeconds() };
    return set;
  }
  async function reload(): Promise<LocalSet> {
    running ??= replace().finally(() => {
      running = undefined;
    });
    return running;
  }
  async function current(): Promise<LocalSet> {
    const age = cached ? epochSeconds() - cached.at : Infinity;
    const usable = cached && age < USABLE_SECONDS ? cached.set : undefined;
    if (usable && (age < FRESH_SECONDS || epochSeconds() - triedAt < REFETCH_SECONDS)) return usable;
    try {
      return await reload();
    } catch (error) {
      return usable ?? unavailable(error);
    }
  }
  return { current, reload };
}

async function load(url: string, fetch: Outbound['fetch']): Promise<LocalSet> {
  const answer = await fetch(url, { headers: { accept: 'application/json, application/jwk-set+json' } });
  const parsed = keySetSchema.safeParse(answer.ok ? await readJson(answer) : undefined);
  if (!parsed.success) throw new UpstreamFailure('jwks_unavailable');
  // jose imports a key only when it is used, and refuses one that is malformed.
  return [...Map.groupBy(parsed.data.keys, (key) => key.issuer)].map(([issuer, keys]) => ({
    issuer,
    find: createLocalJWKSet({ keys }),
  }));
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
