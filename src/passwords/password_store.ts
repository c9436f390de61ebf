import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';

/** The password of an account, as a PHC string. */
interface PasswordStore {
  find(accountId: string): Promise<string | undefined>;
  put(accountId: string, passwordHash: string): Promise<void>;
  /** Replaces a hash by another of the same password; nothing happens when the password was changed meanwhile. */
  renew(accountId: string, passwordHash: string, by: string): Promise<void>;
}

interface Row {
  account_id: string;
  password_hash: string;
}

/** Passwords in PostgreSQL, within a transaction or outside of any. */
export function postgresPasswordStore(knex: Knex): PasswordStore {
  return {
    async find(accountId) {
      const [row] = await knex<Row>('passwords').where({ account_id: accountId }).select('password_hash');
      return row?.password_hash;
    },
    async put(accountId, passwordHash) {
      const row = { account_id: accountId, password_hash: passwordHash, changed_at: now() };
      await knex('passwords').insert(row).onConflict('account_id').merge();
    },
    async renew(accountId, passwordHash, by) {
      await knex('passwords')
        .where({ account_id: accountId, password_hash: passwordHash })
        .update({ password_hash: by });
    },
  };
}
