import type { Knex } from 'knex';
import { combine, type Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { accountId } from '../kit/random.ts';
import type { Tag } from '../locales/index.ts';
import type { Account, AccountState, NewAccount, Origin, Profile } from './account.ts';
import type { AccountChanges, AccountLooks, AccountStore } from './account_store.ts';

/** A row of `accounts` joined with its address. */
export interface AccountRow {
  id: string;
  profile: Profile;
  locale: Tag | null;
  groups: string[];
  groups_through: Record<string, string[]> | null;
  terms_version: string | null;
  origin: Origin;
  created_at: Date;
  updated_at: Date;
  disabled_at: Date | null;
  delete_at: Date | null;
  proven_from: Date | null;
  proof_epoch: number;
  second_step_at: Date | null;
  canonical: string | null;
  stored: string | null;
  verified_at: Date | null;
}

const unproven = 'exists (select from addresses where account_id = accounts.id and verified_at is null)';

/** The rule of `stateOf`. */
const inState: Record<AccountState, string> = {
  deleting: 'delete_at is not null',
  disabled: 'delete_at is null and disabled_at is not null',
  unverified: `delete_at is null and disabled_at is null and ${unproven}`,
  active: `delete_at is null and disabled_at is null and not ${unproven}`,
};

/** What the identities of an account say of groups, by upstream; a suspended one says nothing. */
const groupsThrough = (account: string) => `(select jsonb_object_agg(g.upstream_id, g.facts->'groups') from identities g
  where g.account_id = ${account} and g.suspended_at is null and g.facts->'groups' is not null) as groups_through`;

/** Columns of an AccountRow, of `accounts a` and `addresses m`. Named one by one: a prepared statement that takes whatever columns there are breaks when a later release adds one. */
export const ACCOUNT_COLUMNS = `a.id, a.profile, a.locale, a.terms_version, a.origin, a.created_at, a.updated_at, a.disabled_at,
  a.delete_at, a.proven_from, a.proof_epoch, a.second_step_at, m.canonical, m.stored, m.verified_at, a.groups,
  ${groupsThrough('a.id')}`;
const findById = {
  name: 'accounts_find',
  text: `select ${ACCOUNT_COLUMNS} from accounts a left join addresses m on m.account_id = a.id
         where a.id = any($1) and a.deleted_at is null`,
};

/** How a statement of another room reads an account along with a row of its own: nothing but the row's id of it is asked. */
export const accountAlong = {
  columns: ACCOUNT_COLUMNS,
  /** The joins; `id` is what the statement calls the id of the account. */
  join: (id: string) =>
    `left join accounts a on a.id = ${id} and a.deleted_at is null left join addresses m on m.account_id = a.id`,
  /** The account of a row of that statement, if there was one. */
  // Without an account every column of it is null, and with one the row is whole.
  of: (row: AccountAlong): Account | undefined => (row.id === null ? undefined : accountOf(row as AccountRow)),
};

/** What those columns hold. */
export type AccountAlong = { [Column in keyof AccountRow]: AccountRow[Column] | null };
const findByCanonical = {
  name: 'accounts_find_by_address',
  text: `select ${ACCOUNT_COLUMNS} from addresses m join accounts a on a.id = m.account_id
         where m.canonical = $1 and a.deleted_at is null`,
};

/** The same, and whether the account knows a browser. */
const findAtBrowser = {
  name: 'accounts_find_at_browser',
  text: `select ${ACCOUNT_COLUMNS}, exists (
           select from known_browsers k where k.account_id = a.id and k.browser_hash = $2
         ) as known
         from addresses m join accounts a on a.id = m.account_id
         where m.canonical = $1 and a.deleted_at is null`,
};

/** The looks of every sign-in, outside of any transaction. */
export function findingAccounts({ run }: Pick<Database, 'run'>): AccountLooks {
  const find = combine<string, Account | undefined>({
    again: { as: 'join', copy: structuredClone },
    async run(ids) {
      const { rows } = await run<AccountRow>(findById, [ids]);
      const found = new Map(rows.map((row) => [row.id, optionalAccount(row)]));
      return ids.map((id) => found.get(id));
    },
  });
  return {
    find: (id) => find(id, id),
    findByAddress: async (canonical) => optionalAccount((await run<AccountRow>(findByCanonical, [canonical])).rows[0]),
    async findAtBrowser(canonical, browserHash) {
      const { rows } = await run<AccountRow & { known: boolean }>(findAtBrowser, [canonical, browserHash]);
      return { account: optionalAccount(rows[0]), known: rows[0]?.known ?? false };
    },
  };
}

/** Accounts in PostgreSQL, within a transaction or outside of any. */
export function postgresAccountStore(knex: Knex): AccountStore {
  const accounts = (from: string | Knex.QueryBuilder = 'accounts') =>
    knex<AccountRow>(from)
      .leftJoin('addresses', 'addresses.account_id', 'accounts.id')
      .whereNull('accounts.deleted_at')
      .select<AccountRow[]>('accounts.*', 'addresses.canonical', 'addresses.stored', 'addresses.verified_at')
      .select(knex.raw(groupsThrough('accounts.id')));
  const find = async (id: string) => optionalAccount((await accounts().where('accounts.id', id))[0]);

  return {
    find,
    async findByAddress(canonical) {
      return optionalAccount((await accounts().where('addresses.canonical', canonical))[0]);
    },
    async list({ after = '', limit, state }) {
      // The page comes first: joined before it is cut off, every page would read all addresses up to its own.
      const page = knex('accounts').where('id', '>', after).whereNull('deleted_at').orderBy('id').limit(limit);
      if (state) void page.whereRaw(inState[state]);
      return (await accounts(page.as('accounts')).orderBy('accounts.id')).map(accountOf);
    },
    async newestAddress() {
      const newest = knex<{ stored: string; verified_at: Date | null }>('addresses').whereNotNull('verified_at');
      return (await newest.orderBy('verified_at', 'desc').first('stored'))?.stored;
    },
    insert: (account, verifiedAt) => insert(knex, account, verifiedAt),
    async verify(id) {
      await knex('addresses').where({ account_id: id, verified_at: null }).update({ verified_at: now() });
      await knex('accounts').where({ id, deleted_at: null }).update({ updated_at: now() });
      return find(id);
    },
    async change(id, changes) {
      await change(knex, id, changes);
      return find(id);
    },
    bury: (id) => bury(knex, id),
  };
}

const insertWithAddress = `
  with free as (
    insert into addresses (canonical, stored, account_id, verified_at) values (:canonical, :stored, :id, :verifiedAt)
    on conflict (canonical) do nothing returning account_id
  )
  insert into accounts (id, profile, locale, origin, terms_version, created_at, updated_at)
  select account_id, :profile, :locale, :origin, :termsVersion, :at, :at from free returning id`;

/** One statement: the account exists only if its address was free, and the reference is checked when the statement ends. */
async function insert(knex: Knex, account: NewAccount, verifiedAt: Date | undefined): Promise<Account | undefined> {
  const { address, profile, locale, origin, termsVersion } = account;
  const [id, at] = [accountId(), now()];
  const values = { ...address, id, at, origin, verifiedAt: verifiedAt ?? null, locale: locale ?? null };
  const written = { ...values, profile: JSON.stringify(profile), termsVersion: termsVersion ?? null };
  const { rows } = await knex.raw<{ rows: unknown[] }>(insertWithAddress, written);
  if (rows.length === 0) return undefined;
  return {
    id,
    profile,
    locale,
    groups: { own: [], through: {} },
    origin,
    termsVersion,
    createdAt: at,
    updatedAt: at,
    proofEpoch: 0,
    secondStep: false,
    address: { ...address, verifiedAt },
  };
}

/** `updated_at` is about what apps are told: a deletion that may be taken back is not part of that (OIDC Core 5.1). */
async function change(knex: Knex, id: string, { profile, locale, address, deleteAt }: AccountChanges): Promise<void> {
  const told = profile !== undefined || locale !== undefined || address !== undefined;
  const columns = {
    ...(profile && { profile: JSON.stringify(profile) }),
    ...(locale !== undefined && { locale }),
    ...(deleteAt !== undefined && { delete_at: deleteAt }),
    ...(told && { updated_at: now() }),
  };
  if (Object.keys(columns).length === 0) return;
  const changed = await knex('accounts').where({ id, deleted_at: null }).update(columns);
  if (changed > 0 && address) {
    const { canonical, stored } = address;
    await knex('addresses').where({ account_id: id }).update({ canonical, stored, verified_at: now() });
  }
}

/** Deleting the row takes along every row of every room that refers to it; the tombstone comes in the same transaction. */
async function bury(knex: Knex, id: string): Promise<void> {
  await knex.transaction(async (within) => {
    const [gone] = await within('accounts')
      .where({ id, deleted_at: null })
      .delete()
      .returning(['origin', 'created_at']);
    if (!gone) return;
    const at = now();
    await within('accounts').insert({ id, ...gone, updated_at: at, deleted_at: at });
  });
}

function optionalAccount(row: AccountRow | undefined): Account | undefined {
  return row && accountOf(row);
}

/** The account of a row. */
export function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    profile: row.profile,
    locale: row.locale ?? undefined,
    groups: { own: row.groups, through: row.groups_through ?? {} },
    origin: row.origin,
    termsVersion: row.terms_version ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    disabledAt: row.disabled_at ?? undefined,
    deleteAt: row.delete_at ?? undefined,
    provenFrom: row.proven_from ?? undefined,
    proofEpoch: row.proof_epoch,
    secondStep: row.second_step_at !== null,
    address:
      row.canonical === null || row.stored === null
        ? undefined
        : { canonical: row.canonical, stored: row.stored, verifiedAt: row.verified_at ?? undefined },
  };
}
