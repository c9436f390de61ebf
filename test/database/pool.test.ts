import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/database/index.ts';
import { testDatabase } from '../support/database.ts';

describe('the database', () => {
  let test: Awaited<ReturnType<typeof testDatabase>>;

  beforeAll(async () => {
    test = await testDatabase();
  });

  afterAll(() => test.drop());

  it('answers a ping', async () => {
    await expect(test.database.ping()).resolves.toBeUndefined();
  });

  it('gives rows and their count, and the count of rows that a change met', async () => {
    const select = { name: 'numbers', text: 'select n from generate_series(1, $1::int) n' };
    expect(await test.database.run(select, [2])).toEqual({ rows: [{ n: 1 }, { n: 2 }], rowCount: 2 });
    const remove = { name: 'remove_nothing', text: 'delete from accounts where id = $1' };
    expect(await test.database.run(remove, ['nobody'])).toEqual({ rows: [], rowCount: 0 });
  });

  it('has what is found by a key planned once, and nothing else', async () => {
    const mode = { name: 'mode', text: 'show plan_cache_mode' };
    expect((await test.database.run(mode, [])).rows).toEqual([{ plan_cache_mode: 'force_generic_plan' }]);
    expect((await test.database.knex.raw<{ rows: unknown[] }>(mode.text)).rows).toEqual([{ plan_cache_mode: 'auto' }]);
  });

  it('opens no more connections than it was allowed to', async () => {
    const database = openDatabase({ url: test.url }, { poolSize: 2, knexPoolSize: 1 });
    try {
      const statement = { name: 'backend', text: 'select pg_backend_pid() as pid, pg_sleep(0.01)' };
      const hot = await Promise.all(Array.from({ length: 8 }, () => database.run<{ pid: number }>(statement, [])));
      expect(new Set(hot.map(({ rows }) => rows[0]?.pid)).size).toBe(2);
      const calls = Array.from({ length: 4 }, () => database.knex.select(database.knex.raw('pg_backend_pid() as pid')));
      expect(new Set((await Promise.all(calls)).map(([row]) => (row as { pid: number }).pid)).size).toBe(1);
    } finally {
      await database.close();
    }
  });

  it('rejects a ping within two seconds when the server takes the connection and says nothing', async () => {
    const silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo; // it listens on a port, so it has one
    const database = openDatabase({ url: `postgres://nobody@127.0.0.1:${port}/none` });
    await expect(database.ping()).rejects.toThrow('did not answer within 2000 ms');
    silent.close();
    await database.close();
  });
});
