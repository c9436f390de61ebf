import type { Knex } from 'knex';
import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';

/** The password of an account, as its hash says itself how it was made. */
interface PasswordStore {
  find(accountId: string): Promise<string | undefined>;
  put(accountId: string, passwordHash: string): Promise<void>;
  remove(accountId: string): Promise<void>;
  changedAt(accountId: string): Promise<Date | undefined>;
  /** Puts a new password where there is the one of that time, or none; false when somebody was faster. */
  replace(accountId: string, passwordHash: string, changedAt: Date | undefined): Promise<boolean>;
  /** Replaces a hash by another of the same password; nothing happens when the password was changed meanwhile. */
  renew(accountId: string, passwordHash: string, by: string): Promise<void>;
}

/** A hash from elsewhere, for an account that has none. */
export interface NewPassword {
  accountId: string;
  passwordHash: string;
}

interface Row {
  account_id: string;
  password_hash: string;
  changed_at: Date;
}

const find = {
  name: 'passwords_find',
  text: 'select password_hash from passwords where account_id = $1',
};

/** The look of every sign-in, outside of any transaction. */
export async function findPasswordHash({ run }: Pick<Database, 'run'>, accountId: string): Promise<string | undefined> {
  const { rows } = await run<Pick<Row, 'password_hash'>>(find, [accountId]);
  return rows[0]?.password_hash;
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
    async remove(accountId) {
      await knex('passwords').where({ account_id: accountId }).delete();
    },
    async changedAt(accountId) {
      const [row] = await knex<Row>('passwords').where({ account_id: accountId }).select('changed_at');
      return row?.changed_at;
    },
    async replace(accountId, passwordHash, changedAt) {
      const by = { password_hash: passwordHash, changed_at: now() };
      if (changedAt)
        return (await knex('passwords').where({ account_id: accountId, changed_at: changedAt }).update(by)) === 1;
      const row = { account_id: accountId, ...by };
      return (
        (await knex('passwords').insert(row).onConflict('account_id').ignore().returning('account_id')).length === 1
      );
    },
    async renew(accountId, passwordHash, by) {
      await knex('passwords')
        .where({ account_id: accountId, password_hash: passwordHash })
        .update({ password_hash: by });
    },
  };
}

/**
 * Gives many accounts their hashes from elsewhere, in one statement; ask `describeHash` about each before. Who has a password
 * already keeps it, so that an import can be repeated. Resolves with how many were written; fails when an account is missing.
 */
export async function putMany(within: Knex, rows: readonly NewPassword[]): Promise<number> {
  const ids = rows.map(({ accountId }) => accountId);
  const hashes = rows.map(({ passwordHash }) => passwordHash);
  // Two arrays instead of a parameter a value: any number of rows is one and the same statement.
  const written: { rowCount: number } = await within.raw(
    `insert into passwords (account_id, password_hash, changed_at)
     select id, hash, ? from unnest(?::text[], ?::text[]) as given (id, hash)
     on conflict (account_id) do nothing`,
    [now(), ids, hashes],
  );
  return written.rowCount;
}

/** The hashes of these accounts by account, for an export that an operator asked to have them. */
export async function hashesOf(knex: Knex, accountIds: string[]): Promise<Map<string, string>> {
  const rows: Row[] = await knex('passwords')
    .whereRaw('account_id = any(?::text[])', [accountIds])
    .select('account_id', 'password_hash');
  return new Map(rows.map(({ account_id, password_hash }) => [account_id, password_hash]));
}

/** Those of these accounts that have a password. */
export async function withPassword(knex: Knex, accountIds: string[]): Promise<string[]> {
  const rows: Row[] = await knex('passwords')
    .whereRaw('account_id = any(?::text[])', [accountIds])
    .select('account_id');
  return rows.map(({ account_id }) => account_id);
}
