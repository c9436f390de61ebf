import { IdpError } from '../kit/errors.ts';
import { argon2Maker } from './argon2_hash.ts';
import { breachCheck } from './breach_check.ts';
import type { PasswordsDeps } from './deps.ts';
import type { Passwords } from './door.ts';
import { hashThreads } from './hash_threads.ts';
import { openHashWorkers, type HashWorkers } from './hash_workers.ts';
import { isTooLong, normalisePassword, problemsOf } from './password_rules.ts';
import type { PasswordSettings } from './password_settings.ts';
import { findPasswordHash, postgresPasswordStore } from './password_store.ts';
import { readHash } from './stored_hash.ts';

/** Opens the passwords over the database. */
export function openPasswords({ database, settings, brand, record, fetch, processes }: PasswordsDeps): Passwords {
  const store = postgresPasswordStore(database.knex);
  const workers = openHashWorkers(hashThreads(processes));
  const open = (given: PasswordSettings) => ({
    minLength: given.min_length,
    hashes: hashesBy(workers, given),
    isBreached: breachCheck({ settings: given.breach_check, fetch, record }),
  });
  let live = open(settings);

  async function usableHash(accountId: string | undefined): Promise<string | undefined> {
    const stored = await findPasswordHash(database, accountId ?? '');
    if (stored === undefined || readHash(stored).ok) return stored;
    await record({ type: 'passwords.hash_unusable', outcome: 'failed', accountId });
    return undefined;
  }
  async function renew(accountId: string, stored: string, password: string): Promise<void> {
    // Busy now: the next right password will do.
    const renewed = await live.hashes.make(password).catch(() => undefined);
    if (renewed !== undefined) await store.renew(accountId, stored, renewed);
  }

  return {
    get minLength() {
      return live.minLength;
    },
    async problems(password, { address }) {
      const { minLength, isBreached } = live;
      const found = problemsOf(password, { minLength, brand: brand(), address });
      if (found.length > 0 || !(await isBreached(password))) return found;
      return [{ key: 'passwords.problems.breached' }];
    },
    hash: (password) => live.hashes.make(password),
    async verify(accountId, password) {
      const { hashes } = live;
      if (isTooLong(password)) return false;
      const stored = await usableHash(accountId);
      const right = await hashes.fit(stored, password);
      if (!right || stored === undefined || accountId === undefined) return false;
      if (hashes.isDated(stored)) await renew(accountId, stored, password);
      return true;
    },
    set: (within, accountId, passwordHash) => postgresPasswordStore(within).put(accountId, passwordHash),
    remove: (within, accountId) => postgresPasswordStore(within).remove(accountId),
    changedAt: store.changedAt,
    async has(accountId, within = database.knex) {
      return (await postgresPasswordStore(within).find(accountId)) !== undefined;
    },
    prepare(next) {
      const opened = open(next);
      return () => void (live = opened);
    },
    close: workers.close,
  };
}

/**
 * Makes and compares hashes. Where there is none, comparing takes as long as with one of our own and says no. A hash from
 * elsewhere is the exception: it takes as long as its parameters ask for, and its own length of time tells that the account
 * exists. Its first right password ends that, and only who knows the password sees the upgrade.
 */
function hashesBy(workers: HashWorkers, { argon2 }: PasswordSettings) {
  const { decoy, isDated } = argon2Maker(argon2);
  return {
    async make(password: string): Promise<string> {
      if (isTooLong(password)) throw new IdpError('too_large');
      return workers.make(normalisePassword(password), argon2);
    },
    async fit(stored: string | undefined, password: string): Promise<boolean> {
      const hash = stored ?? decoy();
      // Ours are made of the normal form; other systems took what was typed. For nearly everybody that is the same.
      for (const form of new Set([normalisePassword(password), password]))
        if (await workers.fits(form, hash)) return stored !== undefined;
      return false;
    },
    isDated,
  };
}
