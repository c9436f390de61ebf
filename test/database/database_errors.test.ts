import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import knexFactory from 'knex';
import pg from 'pg';
import { isDatabaseUnavailable, openDatabase, type Connection, type Database } from '../../src/database/index.ts';
import { DatabaseBusy, isRefusedStatement } from '../../src/database/database_errors.ts';
import { testDatabase } from '../support/database.ts';
import { faults, layFaultyLine } from '../support/database_faults.ts';
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

const coded = (code: string, more: object = {}): Error => Object.assign(new Error('in words'), { code, ...more });
const named = (name: string): Error => Object.assign(new Error('in words'), { name });

/** With what a database that is away, or may not work, can make a question fail: who says so, and how. */
const AWAY: [string, Error[]][] = [
  [
    'a socket, of a connection that breaks',
    ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EPROTO'].map((code) =>
      coded(code, { syscall: 'read' }),
    ),
  ],
  [
    'a socket that was closed before',
    ['ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'].map((code) => coded(code)),
  ],
  [
    'a socket, while a connection is made',
    ['ECONNREFUSED', 'ENOENT', 'EACCES', 'EAGAIN', 'EADDRNOTAVAIL', 'EMFILE', 'EHOSTUNREACH'].map((code) =>
      coded(code, { syscall: 'connect' }),
    ),
  ],
  ['several addresses of one host', [Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })]],
  [
    'the resolver',
    ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'].map((code) => coded(code, { syscall: 'getaddrinfo' })),
  ],
  [
    'TLS',
    [
      ...['ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT'].map((code) => coded(code)),
      ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'].map((code) => coded(code)),
      coded('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'),
    ],
  ],
  ['PostgreSQL, of the connection', ['08000', '08003', '08006', '08P01'].map((code) => coded(code))],
  ['PostgreSQL that is being set up', ['28000', '28P01', '3D000'].map((code) => coded(code))],
  ['PostgreSQL that is full', ['53000', '53100', '53200', '53300'].map((code) => coded(code))],
  [
    'PostgreSQL that stops or starts',
    ['57014', '57P01', '57P02', '57P03', '57P04', '57P05'].map((code) => coded(code)),
  ],
  ['PostgreSQL whose disk fails', ['58000', '58030', '58P01'].map((code) => coded(code))],
  ['a standby', ['25006', '40001'].map((code) => coded(code))],
  ['PostgreSQL that ended a transaction', ['25P03', '25P04', '40P01'].map((code) => coded(code))],
  [
    'pg',
    [
      'Connection terminated',
      'Connection terminated unexpectedly',
      'timeout expired',
      'Query read timeout',
      'Client has encountered a connection error and is not queryable',
      'Client was closed and is not queryable',
      'Received unexpected commandComplete message from backend.',
      'received invalid response: 48',
      'SASL: Last message was not SASLResponse',
      'The server does not support SSL connections',
      'There was an error establishing an SSL connection',
    ].map((sentence) => new Error(sentence)),
  ],
  [
    'the pool of pg',
    [
      'timeout exceeded when trying to connect',
      'Connection terminated due to connection timeout',
      'Cannot use a pool after calling end on the pool',
    ].map((sentence) => new Error(sentence)),
  ],
  [
    'knex, and its pool',
    [
      named('KnexTimeoutError'),
      new Error('aborted'),
      new Error('Unable to acquire a connection'),
      new Error('select "a - b" from "c" where "d" = $1 - Connection terminated unexpectedly'),
      new Error('insert into "a" - timeout expired'),
    ],
  ],
  ['our own queue', [new DatabaseBusy('too much waits for the database')]],
];

/** What is a mistake of ours, and asking again would not mend. */
const MISTAKES = [
  ...['22012', '22P02', '23503', '23505', '25P02', '26000', '42P01', '42703', 'XX000'].map((code) => coded(code)),
  ...['E4000', '4000', '400010'].map((code) => coded(code)),
  coded('ENOENT', { syscall: 'open' }),
  new Error('Transaction query already complete, run with DEBUG=knex:tx for more info'),
  new Error('the mail says: Connection terminated by peer - so it does'),
  new TypeError('aborted by hand'),
  'ECONNREFUSED',
];

describe('telling that the database is away', () => {
  it.each(AWAY)('knows how it is said by %s', (_who, errors) => {
    expect(errors.filter((error) => !isDatabaseUnavailable(error))).toEqual([]);
  });

  it('does not take for an outage what we did wrong', () => {
    expect(MISTAKES.filter((error) => isDatabaseUnavailable(error))).toEqual([]);
  });

  it('knows which statements were not done, and can be sent in parts', () => {
    const refused = ['23505', '22012', '40001', '40P01', '42P01'].map((code) => coded(code));
    expect(refused.filter((error) => !isRefusedStatement(error))).toEqual([]);
    const unknown = ['57P01', '08006', '25006', 'ECONNRESET', '57014'].map((code) => coded(code));
    expect(unknown.filter((error) => isRefusedStatement(error))).toEqual([]);
  });

  it('knows whatever befalls a transaction at each piece of it, also before it has begun', async () => {
    const { url, drop } = await testDatabase();
    const line = await layFaultyLine(url);
    const database = openDatabase({ url: line.url }, { poolSize: 1 });
    const twoStatements = () =>
      database.knex.transaction(async (within) => {
        await within.raw('select 1');
        await within.raw('select 2');
      });
    const come = () =>
      twoStatements().then(
        () => 'done' as const,
        (error: unknown) => isDatabaseUnavailable(error) || error,
      );
    const told: unknown[] = [];
    for (const fault of faults) {
      let piece = 1;
      do {
        line.arm(fault, piece);
        told.push(await come());
        if (line.disarm()) piece += 1;
      } while (told.at(-1) === true);
    }
    await database.close();
    await line.close();
    await drop();
    expect(told.filter((each) => each !== true)).toEqual(faults.map(() => 'done'));
    expect(told.length).toBeGreaterThan(4 * faults.length);
  });

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
    await drop();
  });
});
