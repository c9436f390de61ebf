import { availableParallelism } from 'node:os';
import type { Knex } from 'knex';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import { IdpError } from '../kit/errors.ts';
import { secretToken } from '../kit/random.ts';
import { hashQueue } from './hash_queue.ts';
import { argon2Hasher, isUsable } from './password_hash.ts';
import { isTooLong, problemsOf, type PasswordProblem } from './password_rules.ts';
import type { PasswordSettings } from './password_settings.ts';
import { postgresPasswordStore } from './password_store.ts';

export interface Passwords {
  minLength: number;
  /** What is wrong with a new password, for this person; empty when nothing is. */
  problems(password: string, person: { address?: string }): PasswordProblem[];
  /** The hash to store. Rejects with `busy` when too many wait; whoever calls has looked at `problems` before. */
  hash(password: string): Promise<string>;
  /**
   * Whether this is the account's password. Takes as long without an account or a password as with one. Rejects with
   * `busy` when too many wait. An over-long password is wrong at once, for everybody.
   */
  verify(accountId: string | undefined, password: string): Promise<boolean>;
  set(within: Knex, accountId: string, passwordHash: string): Promise<void>;
  has(accountId: string, within?: Knex): Promise<boolean>;
}

export interface PasswordsDeps {
  database: Database;
  settings: PasswordSettings;
  /** The name of the service, which nobody may choose as a password. */
  brand: () => string;
  record: RecordEvent;
}

/** Node's thread pool has four threads by default: one stays free for files and names, however many cores there are. */
const AT_ONCE = Math.min(availableParallelism(), 3);
/** About a second of waiting. */
const WAITING = 32 * AT_ONCE;

/** Opens the passwords over the database. */
export function openPasswords({ database, settings, brand, record }: PasswordsDeps): Passwords {
  const store = postgresPasswordStore(database.knex);
  const queue = hashQueue({ atOnce: AT_ONCE, waiting: WAITING });
  const hasher = argon2Hasher(settings);
  // What is verified where there is no hash: made once, of a password nobody knows.
  const decoy = hasher.hash(secretToken());
  decoy.catch(() => {});

  async function hash(password: string): Promise<string> {
    if (isTooLong(password)) throw new IdpError('too_large');
    return queue.run(() => hasher.hash(password));
  }
  async function usableHash(accountId: string | undefined): Promise<string | undefined> {
    const stored = await store.find(accountId ?? '');
    if (stored === undefined || isUsable(stored)) return stored;
    await record({ type: 'passwords.hash_unusable', outcome: 'failed', accountId });
    return undefined;
  }
  async function renew(accountId: string, stored: string, password: string): Promise<void> {
    // Busy now: the next right password will do.
    const renewed = await hash(password).catch(() => undefined);
    if (renewed !== undefined) await store.renew(accountId, stored, renewed);
  }

  return {
    minLength: settings.min_length,
    problems: (password, { address }) =>
      problemsOf(password, { minLength: settings.min_length, brand: brand(), address }),
    hash,
    async verify(accountId, password) {
      if (isTooLong(password)) return false;
      const stored = await usableHash(accountId);
      const compared = stored ?? (await decoy);
      const right = await queue.run(() => hasher.verify(compared, password));
      if (!right || stored === undefined || accountId === undefined) return false;
      if (hasher.isDated(stored)) await renew(accountId, stored, password);
      return true;
    },
    set: (within, accountId, passwordHash) => postgresPasswordStore(within).put(accountId, passwordHash),
    async has(accountId, within = database.knex) {
      return (await postgresPasswordStore(within).find(accountId)) !== undefined;
    },
  };
}
