import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import knexFactory from 'knex';
import pg from 'pg';
import { isDatabaseUnavailable, openDatabase, type Connection, type Database } from '../../src/database/index.ts';
import { testDatabase } from '../support/database.ts';
import { layDatabaseLine } from '../support/database_line.ts';

const ping = { name: 'test.ping', text: 'select 1' };

async function errorsOf(connection: Connection): Promise<unknown[]> {
  const database = openDatabase(connection);
  const tries = await Promise.allSettled([database.run(ping, []), database.knex.raw('select 1')]);
  await database.close();
  return tries.map((result) => (result.status === 'rejected' ? result.reason : 'answered'));
}

async function until({ knex }: Pick<Database, 'knex'>, sql: string, n: number): Promise<void> {
  while ((await knex.raw<{ rows: { n: number }[] }>(sql)).rows[0]?.n !== n) await new Promise(setImmediate);
}

describe('telling that the database is away', () => {
  it('knows a port where nobody listens', async () => {
    const errors = await errorsOf({ url: 'postgres://nobody@127.0.0.1:1/none' });
    expect(errors.map(isDatabaseUnavailable)).toEqual([true, true]);
  });

  it('knows a socket that is not there', async () => {
    const errors = await errorsOf({ host: '/nowhere', user: 'nobody', database: 'none' });
    expect(errors.map(isDatabaseUnavailable)).toEqual([true, true]);
  });

  it('knows a connection that was closed before it was used', async () => {
    const own = await testDatabase();
    const client = new pg.Client(own.url);
    await client.connect();
    await client.end();
    const error: unknown = await client.query('select 1').catch((reason: unknown) => reason);
    await own.drop();
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it('knows a server that hangs up', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const errors = await errorsOf({ url: `postgres://nobody@127.0.0.1:${port}/none` });
    server.close();
    expect(errors.map(isDatabaseUnavailable)).toEqual([true, true]);
  });

  it('knows a database that does not exist', async () => {
    const { url, drop } = await testDatabase();
    const gone = new URL(url);
    gone.pathname = '/not_there';
    const errors = await errorsOf({ url: gone.href });
    await drop();
    expect(errors.map(isDatabaseUnavailable)).toEqual([true, true]);
  });

  it('knows a connection that the server ended', async () => {
    const { database, drop } = await testDatabase();
    const ending = database.knex.raw('select pg_terminate_backend(pg_backend_pid())');
    const ended = await ending.catch((error: unknown) => error);
    await drop();
    expect(isDatabaseUnavailable(ended)).toBe(true);
  });

  it('knows a connection that breaks off under a statement, a transaction and a set of steps', async () => {
    const { url, drop } = await testDatabase();
    const line = await layDatabaseLine(url);
    const database = openDatabase({ url: line.url });
    const sleep = { name: 'test.sleep', text: 'select pg_sleep(20)' };
    await Promise.all([database.run(ping, []), database.knex.raw('select 1')]);
    const asked = Promise.allSettled([
      database.run(sleep, []),
      database.together([
        { statement: ping, values: [] },
        { statement: sleep, values: [] },
      ]),
      database.knex.raw(sleep.text),
      database.knex.transaction((within) => within.raw(sleep.text)),
    ]);
    await until(database, `select count(*)::int as n from pg_stat_activity where wait_event = 'PgSleep'`, 4);
    await line.cut();
    const errors = (await asked).map((result) => (result.status === 'rejected' ? result.reason : 'answered'));
    await database.close();
    await drop();
    expect(errors.map(isDatabaseUnavailable)).toEqual([true, true, true, true]);
  });

  it('knows a pool that is full', async () => {
    const { url, drop } = await testDatabase();
    const pool = { min: 0, max: 1 };
    const log = { warn() {}, error() {} };
    const small = knexFactory({ client: 'pg', connection: url, pool, acquireConnectionTimeout: 3000, log });
    const holding = await small.transaction();
    const full = await small.raw('select 1').catch((error: unknown) => error);
    await holding.rollback();
    await small.destroy();
    await drop();
    expect(isDatabaseUnavailable(full)).toBe(true);
  });

  it('does not take our own mistakes for an outage', async () => {
    const { database, drop } = await testDatabase();
    const mistakes = ['select nonsense', 'select 1/0', "select 'x'::int"];
    for (const sql of mistakes) {
      const error = await database.knex.raw(sql).catch((caught: unknown) => caught);
      expect([sql, isDatabaseUnavailable(error)]).toEqual([sql, false]);
    }
    expect(isDatabaseUnavailable(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' }))).toBe(false);
    expect(isDatabaseUnavailable('ECONNREFUSED')).toBe(false);
    await drop();
  });
});
