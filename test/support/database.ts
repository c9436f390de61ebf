import { randomBytes } from 'node:crypto';
import knexFactory from 'knex';
import { openDatabase, type Database } from '../../src/database/index.ts';

/** The URL of another database of the same server, be that on a host or a unix socket. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.href;
}

/** The server of this test run, started (or found in TEST_DATABASE_URL) by global_setup. */
function serverUrl(database: string): string {
  const url = process.env['GATEHOUSE_TEST_SERVER'];
  if (!url) throw new Error('global_setup has not started a database server');
  return withDatabase(url, database);
}

/** Asks a database by a connection of its own. */
export async function queryAt(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const { knex, close } = openDatabase({ url }, { poolSize: 1 });
  try {
    return (await knex.raw<{ rows: Record<string, unknown>[] }>(sql)).rows;
  } finally {
    await close();
  }
}

/** A fresh, migrated database of its own, dropped again by `drop`. `empty`: without any table. */
export async function testDatabase(
  options: { empty?: boolean } = {},
): Promise<{ database: Database; url: string; drop: () => Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.empty ? 'template0' : (process.env['GATEHOUSE_TEST_TEMPLATE'] ?? '');
  const admin = knexFactory({ client: 'pg', connection: serverUrl('postgres'), pool: { min: 0, max: 1 } });
  await admin.raw('create database ?? template ??', [name, template]);
  const url = serverUrl(name);
  const database = openDatabase({ url }, { poolSize: 5 });
  return {
    database,
    url,
    async drop() {
      await database.close();
      await admin.raw('drop database ?? with (force)', [name]);
      await admin.destroy();
    },
  };
}
