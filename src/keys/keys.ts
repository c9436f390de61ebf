import { IdpError } from '../kit/errors.ts';
import type { Keys } from './door.ts';
import type { KeysDeps } from './deps.ts';
import { checkSigningKeys, loadOrCreate } from './key_store.ts';
import { createSealer, deriveKey } from './sealer.ts';

const KEY_BYTES = 32;

/**
 * Opens the keys, making them at the first start; processes that start at once end with the same. Rejects with a sentence
 * for the operator when they were encrypted with a key that is not configured.
 */
export async function openKeys({ database, encryptionKeys, record }: KeysDeps): Promise<Keys> {
  const [first] = encryptionKeys;
  if (!first || encryptionKeys.some((key) => key.length !== KEY_BYTES)) {
    throw new TypeError('encryption keys have 32 bytes');
  }
  const sealer = createSealer(encryptionKeys);
  const { signing, cookie, created } = await loadOrCreate(database, sealer).catch(explain);
  for (const key of created) await record({ type: 'keys.created', outcome: 'ok', detail: key });
  return {
    signingKeys: () => structuredClone(signing),
    cookieKeys: () => [...cookie],
    sealer,
    derive: (purpose) => deriveKey(first, `derived ${purpose}`),
    check: () => checkSigningKeys(database, sealer, signing),
  };
}

const NOT_OURS =
  'this database was encrypted with a key that is not configured: put that encryption_key back (it may stand second in a ' +
  'list), or start with an empty database';

/** The sealer knows only that a value does not open; here it is known what that means. */
function explain(error: unknown): never {
  throw error instanceof IdpError ? new Error(NOT_OURS, { cause: error }) : error;
}
