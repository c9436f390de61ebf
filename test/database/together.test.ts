import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase, type Step } from '../../src/database/index.ts';
import { testDatabase } from '../support/database.ts';

describe('statements together', () => {
  let test: Awaited<ReturnType<typeof testDatabase>>;
  let table: string;

  beforeAll(async () => {
    test = await testDatabase({ empty: true });
  });

  beforeEach(async () => {
    table = `things_${randomBytes(4).toString('hex')}`;
    await test.database.knex.raw(`create table ${table} (id int primary key, at_transaction bigint)`);
  });

  afterAll(() => test.drop());

  const add = (id: unknown): Step => ({
    statement: { name: `${table}_add`, text: `insert into ${table} values ($1, pg_current_xact_id()::text::bigint)` },
    values: [id],
  });
  const kept = async (): Promise<{ id: number; at_transaction: string }[]> =>
    test.database.knex(table).orderBy('id').select('*');

  it('are one transaction', async () => {
    await test.database.together([add(1), add(2), add(3)]);
    const rows = await kept();
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(new Set(rows.map((row) => row.at_transaction)).size).toBe(1);
  });

  it('leave nothing behind when one of them fails, and tell why that one did', async () => {
    await expect(test.database.together([add(1), add(1), add(2)])).rejects.toMatchObject({ code: '23505' });
    await expect(test.database.together([add(1), add('no number'), add(2)])).rejects.toMatchObject({ code: '22P02' });
    expect(await kept()).toEqual([]);
  });

  it('are not done at all when a decisive one of them meets no row', async () => {
    const take = (id: number): Step => ({
      statement: { name: `${table}_take`, text: `delete from ${table} where id = $1` },
      values: [id],
      decisive: true,
    });
    await test.database.together([add(1)]);
    expect(await test.database.together([add(2), take(9), add(3)])).toBe(false);
    expect((await kept()).map(({ id }) => id)).toEqual([1]);
    const races = Array.from({ length: 32 }, (_, n) => test.database.together([take(1), add(100 + n)]));
    expect((await Promise.all(races)).filter(Boolean)).toHaveLength(1);
    expect(await kept()).toHaveLength(1);
  });

  it('tell a division of their own by zero from a decisive step', async () => {
    const divide = { statement: { name: 'divide', text: 'select 1 / $1::int' }, values: [0] };
    await expect(test.database.together([add(1), divide])).rejects.toMatchObject({ code: '22012' });
  });

  it('go on after a failure as if it had not been', async () => {
    for (let time = 0; time < 20; time += 1) {
      await Promise.allSettled([
        test.database.together([add(1), add(1)]),
        test.database.together([add(2), { statement: { name: 'no_such', text: 'select from no_such' }, values: [] }]),
      ]);
    }
    await test.database.together([add(1), add(2)]);
    await test.database.together([add(3)]);
    await test.database.together([]);
    expect((await kept()).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('reject when their connection dies, and the next ones get another', async () => {
    const die = {
      statement: { name: 'die', text: 'select pg_terminate_backend(pg_backend_pid())' },
      values: [],
    };
    await expect(test.database.together([add(1), die, add(2)])).rejects.toThrow(/terminat/i);
    expect(await kept()).toEqual([]);
    await test.database.together([add(1), add(2)]);
    expect((await kept()).map(({ id }) => id)).toEqual([1, 2]);
  });

  it('leave no time limit behind, which would end a connection that has long gone on to others', async () => {
    const unprepared = openDatabase({ url: test.url, prepared: false }, { poolSize: 1 });
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await unprepared.run({ name: 'one', text: 'select $1::int' }, [1]);
    const before = timers();
    for (let turn = 0; turn < 20; turn += 1) await unprepared.together([add(2 * turn), add(2 * turn + 1)]);
    await expect(unprepared.together([add(99), add(99)])).rejects.toMatchObject({ code: '23505' });
    await unprepared.run({ name: 'one', text: 'select $1::int' }, [1]);
    // One or another is a pool's own, for a connection that rests.
    expect(timers()).toBeLessThan(before + 10);
    await unprepared.close();
  });

  it('do not mix with what others send at the same time', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => test.database.together([add(3 * n), add(3 * n + 1), add(3 * n + 2)])),
    );
    const rows = await kept();
    expect(rows).toHaveLength(180);
    const groups = Map.groupBy(rows, (row) => row.at_transaction);
    expect([...groups.values()].every((group) => group.length === 3)).toBe(true);
  });
});
