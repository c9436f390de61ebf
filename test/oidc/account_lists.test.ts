import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/database/index.ts';
import { testDatabase } from '../support/database.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { sweepRoom } from '../support/sweep.ts';
import {
  agent,
  API,
  authorize,
  openWorld,
  parameter,
  redeem,
  refresh,
  signIn,
  type Agent,
  type World,
} from './support.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';

describe('what an account has open', () => {
  let world: World;
  let drop: () => Promise<void>;
  const statements: string[] = [];
  beforeAll(async () => {
    const base = await testDatabase();
    const run: Database['run'] = (...args) => {
      statements.push(args[0].name);
      return base.database.run(...args);
    };
    const together: Database['together'] = (steps) => {
      statements.push(...steps.map(({ statement }) => statement.name));
      return base.database.together(steps);
    };
    world = await openWorld({ database: { ...base.database, run, together } });
    drop = base.drop;
  });
  afterEach(() => useRealClock());
  afterAll(async () => {
    await world.close();
    await drop();
  });

  const inBrowser = (userAgent: string): Agent => {
    const browser = agent(world.issuer);
    const own = { 'user-agent': userAgent };
    return { ...browser, get: (path, headers) => browser.get(path, { ...own, ...headers }) };
  };
  const uidOf = async (browser: Agent) => String((await browser.get('/session')).json['uid']);
  const sessions = async (accountId: string) => (await world.oidc.sessionsOf(accountId, { limit: 20 })).items;
  const grants = async (accountId: string) => (await world.oidc.grantsOf(accountId, { limit: 20 })).items;
  const writes = () => statements.filter((name) => name === 'session_devices_seen').length;
  const noted = (accountId: string, count: number) =>
    world.until(async () => (await sessions(accountId)).filter(({ browser }) => browser).length === count);

  it('are its sessions, the newest first, each with its device', async () => {
    const [desktop, phone] = [inBrowser(FIREFOX), inBrowser(SAFARI)];
    await signIn(desktop);
    pass(10);
    await signIn(phone);
    await signIn(agent(world.issuer), {}, 'bob');
    await noted('ada', 2);
    expect(await sessions('ada')).toMatchObject([
      { uid: await uidOf(phone), browser: 'Safari', os: 'iOS', place: undefined },
      { uid: await uidOf(desktop), browser: 'Firefox', os: 'Linux', place: undefined },
    ]);
    const dump = JSON.stringify(await world.database.knex('session_devices'));
    expect(dump).not.toMatch(/Mozilla|127\.0\.0\.1|::1/);
  });

  it('are seen again at most once in five minutes, whichever way they are used', async () => {
    const browser = inBrowser(FIREFOX);
    await signIn(browser, {}, 'cleo');
    await noted('cleo', 1);
    const seenAt = async () => (await sessions('cleo'))[0]?.lastSeenAt.getTime() ?? 0;
    const first = await seenAt();
    const before = writes();
    pass(200);
    await browser.get('/session');
    await browser.get(authorize({ prompt: 'none' }));
    expect([await seenAt(), writes() - before]).toEqual([first, 0]);
    pass(201);
    await browser.get('/session');
    await world.until(async () => (await seenAt()) > first);
    const second = await seenAt();
    expect(second - first).toBeGreaterThanOrEqual(400_000);
    pass(301);
    await browser.get(authorize({ prompt: 'none' }));
    await world.until(async () => (await seenAt()) > second);
    expect(writes() - before).toBe(2);
  });

  it('come page by page, in one statement whatever their number', async () => {
    for (let count = 0; count < 5; count += 1) {
      await signIn(agent(world.issuer), {}, 'dan');
      if (count > 1) pass(1);
    }
    const all = (await sessions('dan')).map(({ uid }) => uid);
    const paged: string[] = [];
    const before = statements.length;
    let after: string | undefined;
    do {
      const page = await world.oidc.sessionsOf('dan', { limit: 2, after });
      paged.push(...page.items.map(({ uid }) => uid));
      after = page.next;
    } while (after !== undefined);
    expect([paged.length, statements.length - before]).toEqual([5, 3]);
    expect(paged).toEqual(all);
    for (const nonsense of ['x', "1.a' or 1=1", '1.']) {
      expect((await world.oidc.sessionsOf('dan', { limit: 20, after: nonsense })).items).toHaveLength(5);
    }
  });

  it('are not sessions that are over', async () => {
    const browser = agent(world.issuer);
    await signIn(browser, {}, 'eve');
    expect(await sessions('eve')).toHaveLength(1);
    pass(31 * 86_400);
    expect(await sessions('eve')).toEqual([]);
    await sweepRoom(world.database, world.oidc);
    expect(await world.database.knex('session_devices')).toEqual([]);
  });

  it('are the apps it allowed something, with scopes and the last use', async () => {
    const browser = agent(world.issuer);
    const change = { client_id: 'shop', scope: 'openid email read', resource: API };
    const code = parameter(await signIn(browser, change, 'bob'), 'code');
    pass(10);
    await signIn(browser, {}, 'bob');
    const listed = await grants('bob');
    expect(listed.map(({ clientId, scopes }) => ({ clientId, scopes }))).toEqual([
      { clientId: 'wiki', scopes: { oidc: ['openid', 'email'], claims: [], resources: {} } },
      { clientId: 'shop', scopes: { oidc: ['openid', 'email'], claims: [], resources: { [API]: ['read'] } } },
    ]);
    expect((await world.oidc.grantsOf('bob', { limit: 20, except: 'wiki' })).items).toHaveLength(1);
    const page = await world.oidc.grantsOf('bob', { limit: 1 });
    expect((await world.oidc.grantsOf('bob', { limit: 1, after: page.next })).items[0]?.clientId).toBe('shop');
    expect(await grants('ada')).toMatchObject([{ clientId: 'wiki' }]);

    const usedAt = async () => (await grants('bob')).find(({ clientId }) => clientId === 'shop')?.lastUsedAt?.getTime();
    await world.until(async () => (await usedAt()) !== undefined);
    const first = await usedAt();
    const { json } = await redeem(world.issuer, code, { client_id: 'shop' });
    pass(400);
    expect((await refresh(world.issuer, String(json['refresh_token']), { client_id: 'shop' })).status).toBe(200);
    await world.until(async () => (await usedAt()) !== first);
  });

  it('is shown without its last use when that could not be kept, and nobody waits for it', async () => {
    const browser = inBrowser(FIREFOX);
    await signIn(browser, {}, 'eve');
    const seenAt = async () => (await sessions('eve'))[0]?.lastSeenAt.getTime() ?? 0;
    const first = await seenAt();
    pass(301);
    await world.database.knex.raw('alter table session_devices rename to away');
    expect((await browser.get('/session')).json).toMatchObject({ accountId: 'eve' });
    await world.database.knex.raw('alter table away rename to session_devices');
    await world.until(async () => {
      await browser.get('/session');
      return (await seenAt()) > first;
    });
  });

  it('is seen by the next authorization when one could not be kept, where it is kept together with a page', async () => {
    const browser = inBrowser(FIREFOX);
    // The newest session of all.
    pass(10);
    await signIn(browser, {}, 'eve');
    const seenAt = async () => (await sessions('eve'))[0]?.lastSeenAt.getTime() ?? 0;
    const first = await seenAt();
    pass(301);
    await world.database.knex.raw('alter table session_devices rename to away');
    const again = authorize({ prompt: 'login' });
    expect((await browser.get(again)).status).toBe(500);
    await world.database.knex.raw('alter table away rename to session_devices');
    expect((await browser.get(again)).location).toContain('/interaction/');
    expect(await seenAt()).toBeGreaterThan(first);
  });
});
