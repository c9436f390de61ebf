import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openForCommand } from '../../src/app/index.ts';
import { createSweeper, openDatabase, sweepAll, type Sweep } from '../../src/database/index.ts';
import { createLogger } from '../../src/kit/logger.ts';
import { formatMistakes, loadConfig } from '../../src/config/index.ts';
import { secretsOf } from '../../src/serve/index.ts';
import { worldWith, type World } from '../cli/world.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

/** Tables whose rows do not end by themselves, and why that is right. */
const stays = {
  accounts: 'a tombstone keeps an id from being used again; what stands beside it goes when it is buried',
  addresses: 'as long as their account',
  applied_configs: 'fifty at most',
  cookie_keys: 'a few a year; a gone one has lost its secret',
  derived_secrets: 'one for each purpose',
  identities: 'as long as their account',
  migrations: 'of knex',
  migrations_lock: 'of knex',
  passkey_owners: 'as long as their account',
  passkeys: 'as long as their account',
  passwords: 'as long as their account',
  recovery_codes: 'as long as their account',
  signing_keys: 'a few a year; a gone one has lost its private half',
  totp_seeds: 'as long as their account',
  upstream_keys: 'one for each upstream',
  upstream_metadata: 'one for each upstream',
  upstream_tokens: 'until the upstream was told, or given up',
};

/** Few of their rows ever end. */
const rare = ['addresses', 'accounts'];
const writtenOnce = ['access_tokens', 'client_credentials', 'replay_detections'];

let test: Awaited<ReturnType<typeof testDatabase>>;
let commands: World;
let sweeps: Sweep[];

beforeAll(async () => {
  test = await testDatabase();
  commands = worldWith(`issuer: http://localhost:3000\nmode: development\ndatabase: { url: "${test.url}" }\n`);
  const config = await loadConfig({ GATEHOUSE_CONFIG: 'gatehouse.yaml' }, commands.cwd);
  if (!config.ok) throw new Error(formatMistakes(config.mistakes));
  const rooms = await openForCommand({
    settings: config.settings,
    secrets: secretsOf(config.settings, join(commands.cwd, 'data')),
    config: () => ({ hash: '' }),
    database: test.database,
    logger: createLogger('silent'),
  });
  ({ sweeps } = rooms);
  await rooms.close();
});
afterAll(async () => {
  commands.remove();
  await test.drop();
});

async function rowsOf<Row>(sql: string, bindings: Record<string, string> = {}): Promise<Row[]> {
  return (await test.database.knex.raw<{ rows: Row[] }>(sql, bindings)).rows;
}

describe('every table', () => {
  it('is swept, or ends with one that is, or stays for a reason', async () => {
    const tables = await rowsOf<{ name: string; owners: string[] }>(`
      select c.relname as name, array(
        select confrelid::regclass::text from pg_constraint where conrelid = c.oid and contype = 'f' and confdeltype = 'c'
      ) as owners
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`);
    const swept = new Set(sweeps.filter((sweep) => !rare.includes(sweep.table)).map(({ table }) => table));
    const others = tables.filter(({ name, owners }) => !swept.has(name) && !owners.some((owner) => swept.has(owner)));
    expect(others.map(({ name }) => name).toSorted()).toEqual(Object.keys(stays));
  });

  it('has an index over the end of its rows where a sweep goes by it, and nowhere else', async () => {
    const indexed = await rowsOf<{ name: string }>(`
      select distinct c.relname || '.' || a.attname as name
      from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where c.relnamespace = 'public'::regnamespace`);
    const names = new Set(indexed.map(({ name }) => name));
    const wanted = sweeps.map(({ table, column }) => `${table}.${column}`);
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
    const ends = [...names].filter((name) => /\.(?:expires_at|\w+_until)$/.test(name));
    expect(ends.filter((name) => !wanted.includes(name))).toEqual([]);
  });

  it('that is swept is vacuumed after 2 % of dead rows, or 10 % where none changes, and leaves room for those that do', async () => {
    const options = await rowsOf<{ name: string; reloptions: string[] | null }>(
      `select relname as name, reloptions from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
    );
    const of = new Map(options.map(({ name, reloptions }) => [name, reloptions ?? []]));
    const churning = sweeps.map(({ table }) => table).filter((table) => !rare.includes(table));
    const share = (table: string) => (writtenOnce.includes(table) ? '0.1' : '0.02');
    const vacuumed = (table: string) => of.get(table)?.includes(`autovacuum_vacuum_scale_factor=${share(table)}`);
    expect(churning.filter((table) => !vacuumed(table))).toEqual([]);
    for (const [table, fillfactor] of Object.entries({ authorization_codes: 50, refresh_tokens: 80, sessions: 80 })) {
      expect(of.get(table)).toContain(`fillfactor=${fillfactor}`);
    }
  });
});

const ENDED = new Date(Date.now() - 86_400_000);
const tokens: Sweep = { table: 'access_tokens', column: 'expires_at' };

async function seed(count: number, expiresAt = ENDED): Promise<void> {
  await test.database.knex.raw(
    `insert into access_tokens (id, payload, expires_at) select gen_random_uuid()::text, '{}', ? from generate_series(1, ?)`,
    [expiresAt, count],
  );
}

async function left(): Promise<number> {
  return (await rowsOf<{ n: number }>('select count(*)::int as n from access_tokens'))[0]?.n ?? 0;
}

describe('a sweep', () => {
  it('removes in batches all that has ended, and nothing else', async () => {
    await seed(12_001);
    await seed(3, new Date(Date.now() + 60_000));
    const steps: number[] = [];
    const swept = await sweepAll(test.database, [tokens], (_, removed) => steps.push(removed));
    expect([swept, steps, await left()]).toEqual([{ access_tokens: 12_001 }, [5000, 5000, 2001], 3]);
    await test.database.knex('access_tokens').delete();
  });

  it('leaves a row that somebody works with to the next one, and waits for nobody', async () => {
    await seed(3);
    await test.database.knex.transaction(async (within) => {
      const [row] = await within('access_tokens').forUpdate().limit(1).select('id');
      expect(await sweepAll(test.database, [tokens])).toEqual({ access_tokens: 2 });
      await within('access_tokens')
        .where(row)
        .update({ expires_at: new Date(Date.now() + 60_000) });
    });
    expect(await sweepAll(test.database, [tokens])).toEqual({ access_tokens: 0 });
    expect(await test.database.knex('access_tokens').delete()).toBe(1);
  });
});

/** A sweeper that makes pass after pass, and what came of them. */
function sweeperOf(over: Sweep[], database = test.database) {
  const passes: { swept: Record<string, number>; behind: string[] }[] = [];
  const failed: string[] = [];
  const sweeper = createSweeper({
    database,
    sweeps: over,
    every: 1,
    passed: (pass) => void passes.push(pass),
    failed: (_, table) => void failed.push(table),
  });
  return { ...sweeper, passes, failed };
}

describe('the sweeper of a process', () => {
  it('leaves what is too much for one pass to the next, so that no table waits for another', async () => {
    await seed(100_001);
    await test.database.knex('visits').delete();
    const own = sweeperOf([tokens, { table: 'visits', column: 'restartable_until' }]);
    own.start();
    await until(() => own.passes.length >= 2);
    await own.stop();
    expect(own.passes.slice(0, 2)).toEqual([
      { swept: { access_tokens: 100_000, visits: 0 }, behind: ['access_tokens'] },
      { swept: { access_tokens: 1, visits: 0 }, behind: [] },
    ]);
  });

  it('leaves the pass to another process that is at it', async () => {
    await seed(1);
    const own = sweeperOf([tokens]);
    await test.database.knex.transaction(async (within) => {
      await within.raw('select pg_advisory_xact_lock(4703102)');
      own.start();
      await until(() => own.passes.length >= 2);
      expect(await left()).toBe(1);
    });
    await until(() => own.passes.some(({ swept }) => swept['access_tokens'] === 1));
    await own.stop();
    expect([await left(), own.failed]).toEqual([0, []]);
  });

  it('shares the work with others, row by row exactly once', async () => {
    await seed(30_000);
    const other = openDatabase({ url: test.url });
    const all = [sweeperOf([tokens]), sweeperOf([tokens], other)];
    const sum = () =>
      all.flatMap(({ passes }) => passes).reduce((n, { swept }) => n + (swept['access_tokens'] ?? 0), 0);
    for (const { start } of all) start();
    await until(() => sum() >= 30_000);
    await Promise.all(all.map(({ stop }) => stop()));
    await other.close();
    expect([sum(), await left()]).toEqual([30_000, 0]);
  });

  it('goes on behind a table that cannot be swept, and tries that one again', async () => {
    const own = sweeperOf([{ table: 'nowhere', column: 'expires_at' }, tokens]);
    own.start();
    await until(() => own.passes.length >= 2);
    await own.stop();
    expect(own.failed.slice(0, 2)).toEqual(['nowhere', 'nowhere']);
    expect(own.passes[0]).toEqual({ swept: { access_tokens: 0 }, behind: [] });
  });

  it('has done its last step when it has stopped', async () => {
    await seed(20_000);
    const own = sweeperOf([tokens]);
    own.start();
    while ((await left()) === 20_000) await Promise.resolve();
    await own.stop();
    const after = await left();
    expect(after % 5000).toBe(0);
    expect([await left(), own.failed]).toEqual([after, []]);
    await test.database.knex('access_tokens').delete();
  });
});

describe('./gatehouse sweep', () => {
  it('removes all that has ended, also while a server sweeps, and says how much of what', async () => {
    await seed(7);
    let over = false;
    const running = await test.database.knex.transaction(async (within) => {
      await within.raw('select pg_advisory_xact_lock(4703102)');
      const command = commands.run('sweep').finally(() => (over = true));
      const tries = `select 1 from pg_stat_activity where query like '%try_advisory%access_tokens%' and pid <> pg_backend_pid()`;
      while (!over && (await rowsOf(tries)).length === 0) await Promise.resolve();
      return { command };
    });
    const { code, out } = await running.command;
    expect({ code, out }).toEqual({ code: 0, out: 'TABLE          ROWS REMOVED\naccess_tokens  7\n' });
    expect((await commands.run('sweep')).out).toMatch(/^nothing had ended in \d+ tables\n$/);
    const json: unknown = JSON.parse((await commands.run('sweep', '--json')).out);
    expect(json).toMatchObject({ access_tokens: 0, accounts: 0, visits: 0 });
    expect((await commands.run('sweep', 'access_tokens')).code).toBe(2);
  });

  it('says where it stopped, and ends with 1', async () => {
    await test.database.knex.raw('alter table visits rename to visits_elsewhere');
    const { code, err } = await commands.run('sweep');
    await test.database.knex.raw('alter table visits_elsewhere rename to visits');
    expect(code).toBe(1);
    expect(err).toMatch(
      /^the sweep stopped behind \w+: relation "visits" does not exist; what was removed stays removed\n$/,
    );
  });
});
