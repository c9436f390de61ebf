import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase, startEmbedded, sweepAll, type Database } from '../../src/database/index.ts';
import { createCpuMeter } from './cpu_meter.ts';
import { percentile, print } from './figures.ts';

const ROUNDS = 3;
/** Rows of one statement, as the combining store sends them under load. */
const AT_ONCE = 32;
const HOUR = 3_600_000;
const BORN = Date.parse('2026-01-01T00:00:00Z');

/** As the library makes one in a code flow. */
const payload = {
  iat: 1795300000,
  exp: 1795303600,
  accountId: 'v7Yq3l0aX9bC2dE4fG6hIj',
  grantId: 'k2J8n5B1v4C7x0Z3a6S9d2F5g8H1j4K7l0Q3w6E9r2T',
  sessionUid: 'p0O9i8U7y6T5r4E3w2Q1a',
  kind: 'AccessToken',
  clientId: 'wiki',
  scope: 'openid profile email',
  gty: 'authorization_code',
  claims: {},
  expiresWithSession: true,
};

/** A way to keep access tokens that end after an hour. */
interface Way {
  name: string;
  table: string;
  /** How a row is told from another one of the table. */
  key: string;
  /** Hours that are there at once. */
  hours: number;
}

const ways: Way[] = [
  { name: 'one table, swept', table: 'access_tokens', key: 'id', hours: 1 },
  { name: '2 partitions', table: 'parted_2', key: 'id, expires_at', hours: 2 },
  { name: '25 partitions', table: 'parted_25', key: 'id, expires_at', hours: 25 },
];

/** One place to measure in. */
interface Bench {
  database: Database;
  postmaster: number;
  rows: number;
}

/**
 * `expiry [rows]`: what it costs PostgreSQL to keep and to end one access token, in one table that is swept and vacuumed, and in
 * partitions by the hour of which the oldest is dropped.
 */
export async function benchExpiry([count = '1000000']: string[]): Promise<{ lost: number }> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  const embedded = await startEmbedded({ dataDir: join(scratch, 'postgres') });
  const database = openDatabase(embedded.connection, { poolSize: 1 });
  try {
    await migrate(database);
    const postmaster = Number((await readFile(join(embedded.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    for (const way of ways) await measureWay({ database, postmaster, rows: Number(count) }, way);
  } finally {
    await database.close();
    await embedded.stop();
    await rm(scratch, { recursive: true, force: true });
  }
  return { lost: 0 };
}

async function measureWay(bench: Bench, way: Way): Promise<void> {
  const { database, rows } = bench;
  const { knex } = database;
  const { table, hours, name } = way;
  if (table !== 'access_tokens') await makePartitions(bench, way);
  await knex.raw(`alter table ${table === 'access_tokens' ? table : `${table}_0`} set (autovacuum_enabled = off)`);
  await fill(bench, way);
  await vacuum(bench, table);
  await knex.raw(`analyze ${table}`);
  const some = (await knex(table).orderByRaw('md5(id)').limit(6400).pluck('id')) as string[]; // a text column
  const few = Math.round(rows / 50);
  const found = await metered(bench, some.length, () => find(bench, way, some));
  const alone = await metered(bench, 640, () => find(bench, way, some.slice(0, 640), 1));
  print(`${name}: found, ${AT_ONCE} a statement`, found);
  print(`${name}: found, one a statement`, alone);
  print(`${name}: added, ${AT_ONCE} a statement`, await metered(bench, few, () => add(bench, way, few)));
  if (table !== 'access_tokens') {
    print(`${name}: ended`, await metered(bench, rows / hours, () => knex.raw(`drop table ${table}_0`)));
    return;
  }
  for (const share of [0.02, 0.1]) await measureSweeps(bench, way, share);
}

/** Ends a share of the rows, sweeps them, and vacuums, as autovacuum does once so many are dead. */
async function measureSweeps(bench: Bench, { table, name }: Way, share: number): Promise<void> {
  const { database, rows } = bench;
  const { knex } = database;
  const count = Math.round(rows * share);
  const sweep = { table, column: 'expires_at', before: () => new Date(BORN + HOUR / 2) };
  const ending = `update ${table} set expires_at = ? where ctid = any(array(
    select ctid from ${table} where expires_at >= ? order by expires_at limit ?))`;
  const swept: string[] = [];
  const vacuumed: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await knex.raw(ending, [new Date(BORN), new Date(BORN + HOUR / 2), count]);
    await vacuum(bench, table);
    swept.push(await metered(bench, count, () => sweepAll(database, [sweep])));
    vacuumed.push(await metered(bench, count, () => vacuum(bench, table)));
  }
  print(`${name}: ended, 5000 a statement`, middle(swept));
  print(`${name}: vacuumed, ${share * 100} % of it dead`, middle(vacuumed));
}

/** By the first figure of the line. */
function middle(lines: string[]): string {
  const figures = lines.map(Number.parseFloat);
  return lines[figures.indexOf(percentile(figures, 0.5))] ?? '';
}

async function vacuum({ database: { knex } }: Bench, table: string): Promise<void> {
  // On the one connection that there is.
  await knex.raw('set statement_timeout = 0');
  await knex.raw(`vacuum ${table}`);
}

async function makePartitions({ database: { knex } }: Bench, { table, key, hours }: Way): Promise<void> {
  await knex.raw(`create table ${table} (id text not null, payload jsonb not null, expires_at timestamptz not null,
    grant_id text, primary key (${key})) partition by range (expires_at)`);
  await knex.raw(`create index on ${table} (grant_id)`);
  for (let hour = 0; hour < hours; hour += 1) {
    const [from, to] = [hour, hour + 1].map((at) => new Date(BORN + at * HOUR).toISOString());
    await knex.raw(`create table ${table}_${hour} partition of ${table} for values from ('${from}') to ('${to}')`);
  }
}

/** Ids lie all over the index, as hashes do; ends follow the order in which rows were written, as they do. */
async function fill({ database: { knex }, rows }: Bench, { table, hours }: Way): Promise<void> {
  const until = hours === 1 ? [HOUR / 2, HOUR / 2] : [0, hours * HOUR];
  await knex.transaction(async (within) => {
    await within.raw('set local statement_timeout = 0');
    await within.raw(
      `insert into ${table} (id, payload, expires_at, grant_id)
       select encode(sha256(n::text::bytea), 'hex'), ?::jsonb, ?::timestamptz + n * ?::interval, 'grant ' || n
       from generate_series(0, ? - 1) as n`,
      [JSON.stringify(payload), new Date(BORN + (until[0] ?? 0)), `${(until[1] ?? 0) / rows} milliseconds`, rows],
    );
  });
}

async function find({ database }: Bench, { table }: Way, ids: string[], atOnce = AT_ONCE): Promise<void> {
  const text = `select id, payload from ${table} where id = any($1) and (expires_at is null or expires_at > $2)`;
  for (let at = 0; at < ids.length; at += atOnce) {
    await database.run({ name: `find_${table}`, text }, [ids.slice(at, at + atOnce), new Date(BORN)]);
  }
}

async function add({ database }: Bench, { table, key, hours }: Way, count: number): Promise<void> {
  const text = `insert into ${table} (id, payload, expires_at, grant_id)
    select * from unnest($1::text[], $2::jsonb[], $3::timestamptz[], $4::text[])
    on conflict (${key}) do update set payload = excluded.payload`;
  const ends = new Date(BORN + hours * HOUR - 1);
  for (let at = 0; at < count; at += AT_ONCE) {
    const ids = Array.from({ length: AT_ONCE }, () => randomBytes(32).toString('base64url'));
    const values = [ids, ids.map(() => JSON.stringify(payload)), ids.map(() => ends), ids];
    await database.run({ name: `add_${table}`, text }, values);
  }
}

/** CPU of all of PostgreSQL and WAL, for each row. */
async function metered({ database, postmaster }: Bench, count: number, work: () => Promise<unknown>): Promise<string> {
  const walNow = async () => {
    const { rows } = await database.knex.raw<{ rows: { at: string }[] }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as at`,
    );
    return Number(rows[0]?.at);
  };
  const before = await walNow();
  const cpu = createCpuMeter({ node: process.pid, postmaster });
  await work();
  const { postgres } = cpu.lap();
  const wal = (await walNow()) - before;
  return `${((postgres * 1000) / count).toFixed(1)} µs of PostgreSQL's CPU, ${Math.round(wal / count)} bytes of WAL a row`;
}
