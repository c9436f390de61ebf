import {
  exportAccounts,
  importAccounts,
  openAdministration,
  type Account,
  type FileRecord,
  type ImportCounts,
  type ImportWishes,
} from '../accounts/index.ts';
import { describeHash, hashesOf, putMany } from '../passwords/index.ts';
import { resetSecondStep } from '../second_factors/index.ts';
import { doctorMark } from '../web/index.ts';
import { openBase, type AppDeps } from './base.ts';
import { sweepsOf } from './sweeping.ts';
import { openVisits } from './visits.ts';

/**
 * Opens the rooms as they are opened to serve, for a command: nothing listens, and what it queues for people and apps waits
 * for a process that serves. So there is one way to end what an account has open.
 */
export async function openForCommand({ settings, ...given }: AppDeps) {
  const deps = { ...given, settings: () => settings };
  const base = await openBase(deps);
  const oidc = openVisits(deps, base);
  const { passwords, upstreams, outbound, strangers } = base;
  const { endEverythingOf, registrations } = oidc;
  const { record } = base.events;
  const { knex } = deps.database;
  const accounts = openAdministration({
    database: deps.database,
    record,
    setPassword: passwords.set,
    endEverythingOf,
  });
  return {
    passwords,
    invitations: base.accounts.invitations,
    preview: oidc.preview,
    registrations,
    accounts,
    sweeps: sweepsOf({ ...base, oidc, administration: accounts }),
    doctorMark: () => doctorMark(base.keys.derive('doctor')),
    resetSecondStep: (account: Account) =>
      resetSecondStep({ ...base, database: deps.database, record, endEverythingOf }, account),
    /** Makes the accounts of a file, and keeps one event about all of them. */
    async importAccounts(records: AsyncIterable<FileRecord>, wishes: ImportWishes): Promise<ImportCounts> {
      const counts = await importAccounts({ knex, hashFault, keepHashes: putMany }, records, wishes);
      if (!wishes.dryRun) await record({ type: 'accounts.imported', outcome: 'ok', detail: { ...counts } });
      return counts;
    },
    exportAccounts: ({ withHashes }: { withHashes: boolean }) =>
      exportAccounts({ knex, ...(withHashes && { hashesOf: (ids: string[]) => hashesOf(knex, ids) }) }),
    async close(): Promise<void> {
      await passwords.close();
      await upstreams.close();
      await outbound.close();
      await strangers.close();
    },
  };
}

const FAULTS = {
  unknown_kind: 'is of no kind that we can compare with',
  malformed: 'is damaged, or cut off',
  too_costly: 'would take too long to compare with',
};

function hashFault(passwordHash: string): string | undefined {
  const described = describeHash(passwordHash);
  return described.ok ? undefined : FAULTS[described.reason];
}
