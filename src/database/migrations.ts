import { isNativeError } from 'node:util/types';
import type { Knex } from 'knex';
import { migrations } from '../../migrations/index.ts';
import type { Database } from './pool.ts';

type Migration = (typeof migrations)[number];

const source: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...migrations],
  getMigrationName: (migration) => migration.name,
  getMigration: async (migration) => migration,
};

const config: Knex.MigratorConfig = {
  migrationSource: source,
  tableName: 'migrations',
  // A process of the previous release may start over a newer schema: migrations that it does not know are no mistake.
  disableMigrationsListValidation: true,
};

/** Any fixed number: whoever migrates this database holds this advisory lock meanwhile. */
const MIGRATION_LOCK = 4_703_101;

interface MigrationStatus {
  applied: string[];
  pending: string[];
}

/** Applies what is pending, all or nothing, and returns its names. Of several processes at once one works and the others wait. */
export async function migrate(database: Database): Promise<string[]> {
  return exclusively(database, async (trx) => {
    const [, applied] = (await trx.migrate.latest(config)) as [number, string[]];
    return applied;
  });
}

/** Takes back the newest migration and returns its name, or nothing when there is none. */
export async function migrateDown(database: Database): Promise<string[]> {
  return exclusively(database, async (trx) => {
    const [, undone] = (await trx.migrate.down(config)) as [number, string[]];
    return undone;
  });
}

/** What is applied and what is not yet. */
export async function migrationStatus(database: Database): Promise<MigrationStatus> {
  return exclusively(database, async (trx) => {
    const [applied, pending] = (await trx.migrate.list(config)) as [{ name: string }[], Migration[]];
    return { applied: applied.map((row) => row.name), pending: pending.map((migration) => migration.name) };
  });
}

/**
 * The names of those that are not applied, for a probe that asks every second: one plain select, no lock and no
 * transaction. Over a database that nobody has migrated these are all.
 */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const applied = await appliedNames(database);
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

const UNDEFINED_TABLE = '42P01';

async function appliedNames({ knex }: Database): Promise<Set<string>> {
  try {
    return new Set(await knex<{ name: string }>('migrations').pluck('name'));
  } catch (error) {
    if (isNativeError(error) && 'code' in error && error.code === UNDEFINED_TABLE) return new Set();
    throw error;
  }
}

/**
 * Knex creates its own tables before it takes its lock, so that two processes that start over an empty database collide
 * there; the advisory lock comes before that and ends with the transaction. Waiting for it has no time limit.
 */
async function exclusively<Result>(
  database: Database,
  work: (trx: Knex.Transaction) => Promise<Result>,
): Promise<Result> {
  return database.knex.transaction(async (trx) => {
    await trx.raw('set local statement_timeout = 0');
    await trx.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    return work(trx);
  });
}
