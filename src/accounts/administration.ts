import { isDeepStrictEqual } from 'node:util';
import type { Knex } from 'knex';
import type { Database, Sweep, SweepStep } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Address } from '../kit/addresses.ts';
import { inSeconds, now } from '../kit/clock.ts';
import type { Tag } from '../locales/index.ts';
import type { Account, Profile } from './account.ts';
import { lockAddress } from './address_lock.ts';
import type { Factors } from './deps.ts';
import { groupsFault } from './groups.ts';
import { holdAccount, lockAccount } from './hold_account.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { THROW_AWAY_SECONDS, throwAwayAddress, throwAwayPattern } from './throw_away.ts';

/** What an admin may do to accounts beside reading them. */
export interface Administration {
  /** Undefined when the address has an account. It is never a shell, verified or not. */
  create(account: AccountByAdmin): Promise<Account | undefined>;
  /** Nobody gets in any more, and whatever was open has ended. True when it was not disabled before. */
  disable(id: string): Promise<boolean>;
  /** True when it was disabled. */
  enable(id: string): Promise<boolean>;
  /**
   * Gives an account groups and takes others away; what came through an upstream stays. The groups that it has now by an admin, or
   * why there is none of it: a name that is none, too many, or the account is gone.
   */
  changeGroups(
    id: string,
    change: GroupChange,
  ): Promise<{ ok: true; groups: string[] } | { ok: false; reason: string }>;
  /** Ends everything and leaves a tombstone; the address and the identities are free at once. */
  remove(id: string): Promise<void>;
  /** An account for a command to sign in with, past the rules for new ones. Whoever makes it removes it. */
  createThrowAway(passwordHash: string): Promise<Account>;
  /** Removes those that a command could not take away any more. */
  removeLeftThrowAways(): Promise<SweepStep>;
  /** The same, from time to time. */
  sweeps: readonly Sweep[];
}

/** An account as an admin makes it. */
export interface AccountByAdmin {
  address: Address;
  verified: boolean;
  profile: Profile;
  locale?: Tag;
  passwordHash?: string;
}

/** Which groups an admin gives, and which they take away. */
export interface GroupChange {
  add: readonly string[];
  remove: readonly string[];
}

/** What administering works with. */
export interface AdministrationDeps {
  database: Pick<Database, 'knex'>;
  record: RecordEvent;
  setPassword: Factors['setPassword'];
  /** Ends all sessions, grants and tokens in this transaction: the engine, which stands above this room, does it. */
  endEverythingOf(accountId: string, within: Knex): Promise<void>;
}

/** Opens what an admin may do. */
export function openAdministration(deps: AdministrationDeps): Administration {
  const { database, record, endEverythingOf } = deps;
  return {
    create: (account) => create(deps, account),
    async disable(id) {
      const changed = await database.knex.transaction(async (within) => {
        const usable = within('accounts').where({ id, deleted_at: null, disabled_at: null });
        const disabled = (await usable.update({ disabled_at: now() })) > 0;
        await endEverythingOf(id, within);
        return disabled;
      });
      if (changed) await record({ type: 'accounts.disabled', outcome: 'ok', accountId: id });
      return changed;
    },
    async enable(id) {
      const found = database.knex('accounts').where({ id, deleted_at: null }).whereNotNull('disabled_at');
      const changed = (await found.update({ disabled_at: null })) > 0;
      if (changed) await record({ type: 'accounts.enabled', outcome: 'ok', accountId: id });
      return changed;
    },
    changeGroups: (id, change) => changeGroups(deps, id, change),
    remove: (id) => deleteAccount(deps, id),
    async createThrowAway(passwordHash) {
      const account = {
        address: throwAwayAddress(),
        verified: true,
        profile: { name: 'Gatehouse doctor' },
        passwordHash,
      };
      const made = await create(deps, account);
      if (!made) throw new Error('a random address was taken');
      return made;
    },
    removeLeftThrowAways: () => removeLeftThrowAways(deps),
    sweeps: [{ table: 'addresses', column: 'canonical', step: () => removeLeftThrowAways(deps) }],
  };
}

async function removeLeftThrowAways(deps: AdministrationDeps): Promise<SweepStep> {
  const left = deps.database.knex('addresses').join('accounts', 'accounts.id', 'addresses.account_id');
  const old = left
    .where('canonical', 'like', throwAwayPattern)
    .where('created_at', '<', inSeconds(-THROW_AWAY_SECONDS));
  const ids: string[] = await old.where({ origin: 'admin' }).pluck('accounts.id');
  for (const id of ids) await deleteAccount(deps, id);
  return { removed: ids.length, more: false };
}

async function changeGroups(
  { database, record }: AdministrationDeps,
  id: string,
  { add, remove }: GroupChange,
): Promise<{ ok: true; groups: string[] } | { ok: false; reason: string }> {
  const changed = await database.knex.transaction(async (within) => {
    const account = await holdAccount(within, id);
    if (!account) return { ok: false as const, reason: 'the account is gone' };
    const { own } = account.groups;
    const groups = [...new Set([...own, ...add])].filter((name) => !remove.includes(name)).toSorted();
    const fault = groupsFault(groups);
    if (fault !== undefined) return { ok: false as const, reason: fault };
    const same = isDeepStrictEqual(groups, own);
    if (!same) await within('accounts').where({ id }).update({ groups, updated_at: now() });
    return { ok: true as const, groups, before: same ? undefined : own };
  });
  if (!changed.ok || changed.before === undefined) return changed;
  const { before, groups } = changed;
  // Not all that there were and are: of a long text only the beginning is kept, and what was changed may stand at its end.
  const detail = {
    added: groups.filter((name) => !before.includes(name)).join(' '),
    removed: before.filter((name) => !groups.includes(name)).join(' '),
  };
  await record({ type: 'accounts.groups_changed', outcome: 'ok', accountId: id, detail });
  return changed;
}

/** One transaction. The account comes first: so it does for everybody who ends what one has open. */
async function deleteAccount(
  { database, record, endEverythingOf }: Pick<AdministrationDeps, 'database' | 'record' | 'endEverythingOf'>,
  id: string,
): Promise<void> {
  const deleted = await database.knex.transaction(async (within) => {
    if (!(await lockAccount(within, id))) return false;
    await endEverythingOf(id, within);
    await postgresAccountStore(within).bury(id);
    return true;
  });
  if (deleted) await record({ type: 'accounts.deleted', outcome: 'ok', accountId: id });
}

async function create(
  { database, record, setPassword }: AdministrationDeps,
  { address, verified, profile, locale, passwordHash }: AccountByAdmin,
): Promise<Account | undefined> {
  const account = await database.knex.transaction(async (within) => {
    await lockAddress(within, address.canonical);
    const wanted = { address, profile, locale, origin: 'admin' as const };
    const made = await postgresAccountStore(within).insert(wanted, verified ? now() : undefined);
    if (made && passwordHash !== undefined) await setPassword(within, made.id, passwordHash);
    return made;
  });
  if (account) await record({ type: 'accounts.created', outcome: 'ok', accountId: account.id });
  return account;
}
