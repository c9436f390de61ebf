import type { Knex } from 'knex';
import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import type { EnrolledFactors, Preferred } from './door.ts';

/** The authenticator app of an account. The secret is sealed: what opens it stands above this store. */
export interface TotpStore {
  /** What the account has, in one statement. */
  of(accountId: string): Promise<EnrolledFactors>;
  find(accountId: string): Promise<{ secret: string; lastStep: number } | undefined>;
  /** True for exactly one of all who use this step, or an older one, at once. False when the secret is another one by now. */
  use(accountId: string, secret: string, step: number): Promise<boolean>;
  prefer(accountId: string, method: Preferred): Promise<void>;
}

interface Row {
  secret: string;
  /** PostgreSQL's bigint, which comes as text. */
  last_step: string;
}

interface EnrolledRow {
  created_at: Date | null;
  last_used_at: Date | null;
  preferred: Preferred | null;
  codes: number;
  made_at: Date | null;
}

const of = {
  name: 'second_factors_of',
  text: `select s.created_at, s.last_used_at, s.preferred, c.codes, c.made_at
         from (select count(*) filter (where used_at is null)::int as codes, max(created_at) as made_at
               from recovery_codes where account_id = $1) c
         left join totp_seeds s on s.account_id = $1`,
};
const find = {
  name: 'totp_seeds_find',
  text: 'select secret, last_step from totp_seeds where account_id = $1',
};
const use = {
  name: 'totp_seeds_use',
  text: `update totp_seeds set last_step = $3, last_used_at = $4
         where account_id = $1 and secret = $2 and last_step < $3`,
};

/** The same in PostgreSQL. */
export function postgresTotpStore({ run, knex }: Pick<Database, 'run' | 'knex'>): TotpStore {
  return {
    async of(accountId) {
      const row = (await run<EnrolledRow>(of, [accountId])).rows[0];
      return {
        ...(row?.created_at && row.last_used_at && { totp: { addedAt: row.created_at, lastUsedAt: row.last_used_at } }),
        recoveryCodes: row?.codes ?? 0,
        recoveryCodesMadeAt: row?.made_at ?? undefined,
        preferred: row?.preferred ?? undefined,
      };
    },
    async find(accountId) {
      const row = (await run<Row>(find, [accountId])).rows[0];
      return row && { secret: row.secret, lastStep: Number(row.last_step) };
    },
    async use(accountId, secret, step) {
      return (await run(use, [accountId, secret, step, now()])).rowCount === 1;
    },
    async prefer(accountId, method) {
      await knex('totp_seeds').where({ account_id: accountId }).update({ preferred: method });
    },
  };
}

/** Reads what accounts have and changes nothing: what commands need. */
export function readSecondFactors(database: Pick<Database, 'run' | 'knex'>): Pick<TotpStore, 'of'> {
  return { of: postgresTotpStore(database).of };
}

/** Keeps the app of an account that has none; false when it has one. The step is that of the code that confirmed it. */
export async function insertTotp(within: Knex, accountId: string, secret: string, step: number): Promise<boolean> {
  const row = { account_id: accountId, secret, last_step: step, created_at: now(), last_used_at: now() };
  const made = await within('totp_seeds').insert(row).onConflict('account_id').ignore().returning('account_id');
  return made.length === 1;
}

/** Whether the account has an app, as this transaction sees it. */
export async function hasTotp(within: Knex, accountId: string): Promise<boolean> {
  return (await within('totp_seeds').where({ account_id: accountId }).first('account_id')) !== undefined;
}

/** Deletes the app of an account, if it was added since then; false when there was none. */
export async function deleteTotp(within: Knex, accountId: string, since = new Date(0)): Promise<boolean> {
  return (await within('totp_seeds').where({ account_id: accountId }).where('created_at', '>=', since).delete()) === 1;
}
