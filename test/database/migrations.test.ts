import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate, migrateDown, migrationStatus, pendingMigrations } from '../../src/database/index.ts';
import { migrations } from '../../migrations/index.ts';
import { testDatabase } from '../support/database.ts';

const names = migrations.map((migration) => migration.name);
const migratingApp = fileURLToPath(new URL('../support/migrating_app.ts', import.meta.url));

type TestDatabase = Awaited<ReturnType<typeof testDatabase>>;

async function tablesOf({ database }: TestDatabase): Promise<string[]> {
  const { rows } = await database.run<{ tablename: string }>(
    { name: 'tables', text: `select tablename from pg_tables where schemaname = 'public' order by tablename` },
    [],
  );
  return rows.map((row) => row.tablename);
}

describe('migrations', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await testDatabase({ empty: true });
  });

  afterAll(() => test.drop());

  it('go up, all the way down without leaving a table, and up again', async () => {
    expect(await pendingMigrations(test.database)).toEqual(names);
    expect(await migrationStatus(test.database)).toEqual({ applied: [], pending: names });
    expect(await migrate(test.database)).toEqual(names);
    const tables = await tablesOf(test);
    expect(tables).toContain('accounts');
    expect(await migrationStatus(test.database)).toEqual({ applied: names, pending: [] });
    expect(await pendingMigrations(test.database)).toEqual([]);
    for (const [index, name] of [...names.entries()].toReversed()) {
      expect(await migrateDown(test.database)).toEqual([name]);
      expect(await pendingMigrations(test.database)).toEqual(names.slice(index));
    }
    expect(await migrateDown(test.database)).toEqual([]);
    expect(await tablesOf(test)).toEqual(['migrations', 'migrations_lock']);
    expect(await migrate(test.database)).toEqual(names);
    expect(await tablesOf(test)).toEqual(tables);
  });

  it('have names that sort in the order in which they run', () => {
    expect(names.toSorted()).toEqual(names);
  });

  it('give every column that refers to another table an index, for whoever deletes there', async () => {
    const unindexed = `
      select conrelid::regclass::text as "table", conkey from pg_constraint where contype = 'f' and not exists (
        select from pg_index where indrelid = conrelid and indkey[0] = conkey[1]
      )`;
    expect((await test.database.knex.raw<{ rows: unknown[] }>(unindexed)).rows).toEqual([]);
  });

  it('do nothing a second time', async () => {
    expect(await migrate(test.database)).toEqual([]);
  });

  it('do not mind one that a newer release has applied', async () => {
    await test.database.knex('migrations').insert({ name: '29990101000000_from_the_future', batch: 9 });
    expect(await migrate(test.database)).toEqual([]);
    expect(await pendingMigrations(test.database)).toEqual([]);
  });

  it('are told to be pending without waiting for a process that migrates', async () => {
    const { database } = test;
    await database.knex.transaction(async (migrating) => {
      await migrating.raw('select pg_advisory_xact_lock(4703101)');
      expect(await pendingMigrations(database)).toEqual([]);
    });
  });
});

describe('two processes that migrate one empty database at once', () => {
  it('share the work: one applies everything, the other waits and finds nothing to do', async () => {
    const test = await testDatabase({ empty: true });
    try {
      const runs = [1, 2].map(() => promisify(execFile)(process.execPath, [migratingApp, test.url]));
      const applied = (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout) as string[]);
      expect(applied.toSorted((left, right) => left.length - right.length)).toEqual([[], names]);
      expect(await migrationStatus(test.database)).toEqual({ applied: names, pending: [] });
    } finally {
      await test.drop();
    }
  });
});
