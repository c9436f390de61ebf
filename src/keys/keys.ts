import type { JWK } from 'jose';
import type { Database } from '../database/index.ts';
import { loadOrCreate } from './key_store.ts';
import { createSealer, deriveKey, type Sealer } from './sealer.ts';

export interface KeysDeps {
  database: Database;
  /** 32 bytes each: the first encrypts, all decrypt. */
  encryptionKeys: Buffer[];
  /** Keeps an event; the events room's `record`. */
  record: (event: { type: string; outcome: 'ok'; detail?: Record<string, string> }) => Promise<void>;
}

export interface Keys {
  /** Private JWKs with kid, use and alg, RS256 first: for the protocol engine only. */
  signingKeys(): JWK[];
  /** Secrets that sign cookies: the first signs, all verify. */
  cookieKeys(): string[];
  sealer: Sealer;
  /** 32 bytes for one purpose, from the first encryption key. */
  derive(purpose: string): Buffer;
}

const KEY_BYTES = 32;

/**
 * Opens the keys, making them at the first start; processes that start at once end with the same. Throws IdpError
 * `internal` when they were encrypted with a key that is not configured.
 */
export async function openKeys({ database, encryptionKeys, record }: KeysDeps): Promise<Keys> {
  const [first] = encryptionKeys;
  if (!first || encryptionKeys.some((key) => key.length !== KEY_BYTES)) {
    throw new TypeError('encryption keys have 32 bytes');
  }
  const sealer = createSealer(encryptionKeys);
  const { signing, cookie, created } = await loadOrCreate(database, sealer);
  for (const key of created) await record({ type: 'keys.created', outcome: 'ok', detail: key });
  return {
    signingKeys: () => structuredClone(signing),
    cookieKeys: () => [...cookie],
    sealer,
    derive: (purpose) => deriveKey(first, `derived ${purpose}`),
  };
}
