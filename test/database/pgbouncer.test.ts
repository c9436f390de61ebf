import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkSession, migrate, openDatabase, pendingMigrations, type Database } from '../../src/database/index.ts';
import { examineConnections } from '../../src/cli/doctor/connections.ts';
import { startRelyingParty, type RelyingParty } from '../client/start.ts';
import { testDatabase } from '../support/database.ts';
import { layDatabaseLine, type DatabaseLine } from '../support/database_line.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../support/people.ts';
import { findPgBouncer } from '../support/find_pgbouncer.ts';
import { startPgBouncer, type PgBouncer } from '../support/pgbouncer.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';

const installed = findPgBouncer() !== undefined;
const title = installed
  ? 'behind PgBouncer in transaction mode'
  : 'behind PgBouncer (skipped: to run it, sudo apt-get install pgbouncer)';
const POOLER = /^database\.url leads through a pooler .* set database\.prepared: false/;

// Skipped only where scripts/install_packages.mjs may not install it; root on Debian gets it, or the run fails.
(installed ? describe : describe.skip)(title, () => {
  let base: Awaited<ReturnType<typeof testDatabase>>;
  let line: DatabaseLine;
  let bouncer: PgBouncer;
  let database: Database;
  beforeAll(async () => {
    base = await testDatabase();
    line = await layDatabaseLine(base.url);
    bouncer = await startPgBouncer(line.url);
    database = openDatabase({ url: bouncer.url, prepared: false });
  });
  afterAll(async () => {
    await database.close();
    await bouncer.stop();
    await line.close();
    await base.drop();
  });

  it('says which key to change when statements are to be prepared', async () => {
    await expect(checkSession({ url: bouncer.url })).rejects.toThrow(POOLER);
    const unprepared = openDatabase({ url: bouncer.url });
    await expect(unprepared.ping()).rejects.toThrow(POOLER);
    await unprepared.close();
    // Where the pooler was told to let settings of the session pass, only the statements themselves show it.
    const silent = await startPgBouncer(line.url, { ignore_startup_parameters: 'statement_timeout, options' });
    await expect(checkSession({ url: silent.url })).rejects.toThrow(POOLER);
    await silent.stop();
  });

  it.each([
    ['statement_timeout', false],
    ['statement_timeout, options', true],
  ])('in front of whole sessions, one that lets %s pass serves: %s', async (ignore_startup_parameters, serves) => {
    const pooled = await startPgBouncer(line.url, { pool_mode: 'session', ignore_startup_parameters });
    const sessions = openDatabase({ url: pooled.url }, { poolSize: 1 });
    const outcomes = await Promise.allSettled([checkSession({ url: pooled.url }), sessions.ping()]);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([serves, serves]);
    await sessions.close();
    await pooled.stop();
  });

  it('is content without a pooler, and where nothing is prepared', async () => {
    await expect(checkSession({ url: line.url })).resolves.toBeUndefined();
    await expect(checkSession({ url: bouncer.url, prepared: false })).resolves.toBeUndefined();
  });

  it('is found by the doctor, and what may open more connections than there are', async () => {
    const of = (settings: { url: string; prepared: boolean }, processes = 1) =>
      examineConnections(
        { database: { connections: 1000, ...settings }, http: { trusted_hops: 0, processes } },
        database,
      );
    expect(await of({ url: bouncer.url, prepared: true })).toMatchObject({
      ok: false,
      says: expect.stringMatching(POOLER),
    });
    expect(await of({ url: bouncer.url, prepared: false })).toMatchObject({ ok: true });
    const crowded = await of({ url: line.url, prepared: true }, 3);
    expect(crowded).toMatchObject({ ok: false, says: expect.stringContaining('3 processes may open 1000 each') });
  });

  it('answers each of many statements at once with its own answer', async () => {
    const statement = { name: 'echo', text: 'select $1::int as number' };
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, number) => database.run<{ number: number }>(statement, [number])),
    );
    expect(answers.map(({ rows }) => rows[0]?.number)).toEqual(Array.from({ length: 200 }, (_, number) => number));
  });

  it('does several statements together, or none of them', async () => {
    await database.knex.raw('create table things (id int primary key)');
    const put = (id: number) => ({
      statement: { name: 'put', text: 'insert into things values ($1)' },
      values: [id],
    });
    const all = Array.from({ length: 20 }, (_, turn) => database.together([put(turn * 2), put(turn * 2 + 1)]));
    expect(await Promise.all(all)).toEqual(all.map(() => true));
    await expect(database.together([put(100), put(0)])).rejects.toMatchObject({ code: '23505' });
    const drop = { statement: { name: 'drop', text: 'delete from things where id = $1' }, values: [999] };
    expect(await database.together([put(101), { ...drop, decisive: true }])).toBe(false);
    expect(await database.knex('things').count('id as count').first()).toEqual({ count: '40' });
  });

  it('is migrated through it, where no other way is named', async () => {
    const empty = await testDatabase({ empty: true });
    const far = await layDatabaseLine(empty.url);
    const pooled = await startPgBouncer(far.url);
    const through = openDatabase({ url: pooled.url, prepared: false }, { poolSize: 1, patient: true });
    const other = openDatabase({ url: pooled.url, prepared: false }, { poolSize: 1, patient: true });
    // Two at once: the lock holds through the pooler, too.
    const applied = await Promise.all([migrate(through), migrate(other)]);
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await pendingMigrations(through)).toEqual([]);
    await through.close();
    await other.close();
    await pooled.stop();
    await far.close();
    await empty.drop();
  });

  describe('a whole Gatehouse', () => {
    let app: RelyingParty;
    let gatehouse: Gatehouse | undefined;
    const start = async (settings: Record<string, unknown>, port: number) =>
      startGatehouse({ databaseUrl: bouncer.url, port, settings: { clients: [clientOf(app.url)], ...settings } });
    afterAll(async () => {
      await gatehouse?.stop();
      await app.stop();
    });

    it('does not start with the wrong setting, and serves with the right one', async () => {
      const port = await freePortPair();
      app = await startRelyingParty({
        issuer: `http://localhost:${port}`,
        clientId: 'app',
        clientSecret: CLIENT_SECRET,
      });
      const wrong = await start({ database: { url: bouncer.url } }, port).catch((error: unknown) => String(error));
      expect(wrong).toContain('Gatehouse cannot start: database.url leads through a pooler');
      gatehouse = await start({ database: { url: bouncer.url, prepared: false, direct_url: line.url } }, port);
      const page = await signUpLocally({ app, gatehouse }, createBrowser(), 'pia@example.com');
      expect(page.json()).toMatchObject({ userinfo: { email: 'pia@example.com' } });
      const people = Array.from({ length: 4 }, () => createBrowser());
      for (const browser of people) await browser.open(`${app.url}/login`);
      const signedIn = await Promise.all(
        people.map((browser) => browser.submit({ fields: { email: 'pia@example.com', password: PASSWORD } })),
      );
      for (const each of signedIn) expect(each.json()).toMatchObject({ userinfo: { email: 'pia@example.com' } });
      const refreshed = await Promise.all(people.map((browser) => browser.open(`${app.url}/refresh`)));
      for (const each of refreshed) expect(each.json()).toMatchObject({ rotated: true });
    });
  });
});

describe('a replica', () => {
  it('is read from, and changes nothing', async () => {
    const [primary, copy] = [await testDatabase(), await testDatabase()];
    const both = openDatabase({ url: primary.url, replica_url: copy.url });
    await copy.database.knex.raw('create table here (at int)');
    expect(await both.stale((from) => from('here').select())).toEqual([]);
    await expect(both.stale((from) => from('here').insert({ at: 1 }))).rejects.toMatchObject({ code: '25006' });
    await primary.database.knex.raw('create table new (at int)');
    expect(await both.stale((from) => from('new').select())).toEqual([]);
    expect(await both.stale((from) => from('here').select())).toEqual([]);
    await expect(both.stale((from) => from('nowhere').select())).rejects.toMatchObject({ code: '42P01' });
    await expect(both.knex('here').select()).rejects.toMatchObject({ code: '42P01' });
    await both.close();
    await primary.drop();
    await copy.drop();
  });

  it('is done without while it is away', async () => {
    const primary = await testDatabase();
    const alone = openDatabase({ url: primary.url, replica_url: 'postgres://nobody@127.0.0.1:1/none' });
    for (let turn = 0; turn < 2; turn += 1) expect(await alone.stale((from) => from('accounts').select())).toEqual([]);
    await alone.close();
    await primary.drop();
  });
});
