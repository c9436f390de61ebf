import { availableParallelism } from 'node:os';
import { IdpError } from '../kit/errors.ts';
import { secretToken } from '../kit/random.ts';
import type { PasswordsDeps } from './deps.ts';
import type { Passwords } from './door.ts';
import { hashQueue } from './hash_queue.ts';
import { argon2Hasher, isUsable } from './password_hash.ts';
import { isTooLong, problemsOf } from './password_rules.ts';
import type { PasswordSettings } from './password_settings.ts';
import { postgresPasswordStore } from './password_store.ts';

/** Node's thread pool has four threads by default: one stays free for files and names, however many cores there are. */
const AT_ONCE = Math.min(availableParallelism(), 3);
/** About a second of waiting. */
const WAITING = 32 * AT_ONCE;

/** Opens the passwords over the database. */
export function openPasswords({ database, settings, brand, record }: PasswordsDeps): Passwords {
  const store = postgresPasswordStore(database.knex);
  const hashes = hashesInTurn(settings);

  async function usableHash(accountId: string | undefined): Promise<string | undefined> {
    const stored = await store.find(accountId ?? '');
    if (stored === undefined || isUsable(stored)) return stored;
    await record({ type: 'passwords.hash_unusable', outcome: 'failed', accountId });
    return undefined;
  }
  async function renew(accountId: string, stored: string, password: string): Promise<void> {
    // Busy now: the next right password will do.
    const renewed = await hashes.make(password).catch(() => undefined);
    if (renewed !== undefined) await store.renew(accountId, stored, renewed);
  }

  return {
    minLength: settings.min_length,
    problems: (password, { address }) =>
      problemsOf(password, { minLength: settings.min_length, brand: brand(), address }),
    hash: hashes.make,
    async verify(accountId, password) {
      if (isTooLong(password)) return false;
      const stored = await usableHash(accountId);
      const right = await hashes.fit(stored, password);
      if (!right || stored === undefined || accountId === undefined) return false;
      if (hashes.isDated(stored)) await renew(accountId, stored, password);
      return true;
    },
    set: (within, accountId, passwordHash) => postgresPasswordStore(within).put(accountId, passwordHash),
    async has(accountId, within = database.knex) {
      return (await postgresPasswordStore(within).find(accountId)) !== undefined;
    },
  };
}

/** Makes and compares hashes, so many at once. Where there is none, comparing takes as long and says no. */
function hashesInTurn(settings: PasswordSettings) {
  const queue = hashQueue({ atOnce: AT_ONCE, waiting: WAITING });
  const hasher = argon2Hasher(settings);
  // What is compared where there is no hash: made once, of a password nobody knows.
  const decoy = hasher.hash(secretToken());
  decoy.catch(() => {});
  return {
    async make(password: string): Promise<string> {
      if (isTooLong(password)) throw new IdpError('too_large');
      return queue.run(() => hasher.hash(password));
    },
    async fit(stored: string | undefined, password: string): Promise<boolean> {
      const compared = stored ?? (await decoy);
      const right = await queue.run(() => hasher.verify(compared, password));
      return right && stored !== undefined;
    },
    isDated: hasher.isDated,
  };
}
