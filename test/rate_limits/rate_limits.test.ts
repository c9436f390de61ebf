import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../../src/database/index.ts';
import {
  limitRules,
  limitSettings,
  openRateLimits,
  type LimitRule,
  type RateLimiter,
} from '../../src/rate_limits/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { testDatabase } from '../support/database.ts';
import { sweepRoom } from '../support/sweep.ts';

const hashKey = randomBytes(32);
const events: { reason: string }[] = [];

function open(database: Database, settings: object = {}): RateLimiter {
  const record = async (event: { reason: string }) => void events.push(event);
  const limits = limitSettings.parse(settings);
  return openRateLimits({ database, limits: () => limits, hashKey, record });
}

/** How many of so many takes at once are let through. */
async function allowed(limiters: RateLimiter[], rule: LimitRule, key: string, times: number): Promise<number> {
  const rounds = Array.from({ length: times / limiters.length }, () =>
    limiters.map((limiter) => limiter.take(rule, key)),
  );
  return (await Promise.all(rounds.flat())).filter((taken) => taken.ok).length;
}

describe('rate limits', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let limits: RateLimiter;
  const fresh = () => randomBytes(8).toString('hex');
  beforeAll(async () => {
    world = await testDatabase();
    limits = open(world.database);
  });
  afterEach(() => useRealClock());
  afterAll(() => world.drop());

  it('lets through exactly as many as the rule says', async () => {
    const key = fresh();
    for (let take = 0; take < limitRules.mail_address.points; take += 1)
      expect(await limits.take('mail_address', key)).toEqual({ ok: true });
    const refused = await limits.take('mail_address', key);
    expect(refused).toMatchObject({ ok: false });
    const wait = refused.ok ? 0 : refused.retryAfter;
    expect(wait).toBeGreaterThan(limitRules.mail_address.window - 30);
    expect(wait).toBeLessThanOrEqual(limitRules.mail_address.window);
    expect(await limits.take('mail_address', fresh())).toEqual({ ok: true });
  });

  it('counts exactly when a hundred come at once on two processes', async () => {
    const second = openDatabase({ url: world.url }, { poolSize: 5 });
    const key = fresh();
    expect(await allowed([limits, open(second)], 'login_account', key, 100)).toBe(limitRules.login_account.points);
    await second.close();
  });

  it('gives everything back after the window', async () => {
    const key = fresh();
    expect(await allowed([limits], 'mail_address', key, 5)).toBe(3);
    pass(limitRules.mail_address.window + 1);
    expect(await allowed([limits], 'mail_address', key, 5)).toBe(3);
  });

  it('blocks a key longer each time, and never for more than an hour', async () => {
    const key = fresh();
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      await allowed([limits], 'login_pair', key, 11);
      const refused = await limits.take('login_pair', key);
      const wait = refused.ok ? 0 : refused.retryAfter;
      waits.push(wait);
      pass(wait + 1);
    }
    expect(waits).toEqual([300, 600, 1200, 2400, 3600, 3600]);
  });

  it('forgets the points of a key on reset, but not how often it was blocked', async () => {
    const key = fresh();
    await allowed([limits], 'login_pair', key, 12);
    await limits.reset('login_pair', key);
    expect(await allowed([limits], 'login_pair', key, 11)).toBe(10);
    expect(await limits.take('login_pair', key)).toEqual({ ok: false, retryAfter: 600 });
  });

  it('takes a point back that was no attempt', async () => {
    const key = fresh();
    for (let login = 0; login < 150; login += 1) {
      expect(await limits.take('login_address', key)).toEqual({ ok: true });
      await limits.giveBack('login_address', key);
    }
  });

  it('counts an IPv6 household as one, and IPv4 addresses one by one', async () => {
    const take = (address: string) => limits.take('signup_address', address);
    for (let host = 0; host < 20; host += 1)
      expect(await take(`2001:db8:1:2::${host.toString(16)}`)).toEqual({ ok: true });
    expect(await take('2001:db8:1:2:ffff::1')).toMatchObject({ ok: false });
    expect(await take('2001:db8:1:3::1')).toEqual({ ok: true });
    expect(await allowed([limits], 'signup_address', '192.0.2.7', 20)).toBe(20);
    expect(await take('::ffff:192.0.2.7')).toMatchObject({ ok: false });
    expect(await take('192.0.2.8')).toEqual({ ok: true });
  });

  it('counts the many households of one IPv6 site together, at ten times the points', async () => {
    const few = open(world.database, { signup_address: { points: 2 } });
    const household = (at: number) => few.take('signup_address', `2001:db8:77:${at.toString(16)}::1`);
    const taken = [];
    for (let at = 0; at < 25; at += 1) taken.push((await household(at)).ok);
    expect(taken.filter(Boolean)).toHaveLength(20);
    expect(await few.take('signup_address', '2001:db8:78::1')).toEqual({ ok: true });
  });

  it('counts everything together where the rule says so', async () => {
    const few = open(world.database, { mail_total: { points: 2 } });
    expect([
      (await few.take('mail_total', 'a')).ok,
      (await few.take('mail_total', 'b')).ok,
      (await few.take('mail_total', 'c')).ok,
    ]).toEqual([true, true, false]);
  });

  it('keeps no key that anybody could read', async () => {
    await limits.take('mail_address', 'ada@example.com');
    const rows = await world.database.knex('rate_limits').where('key', 'like', 'mail_address:%');
    expect(JSON.stringify(rows)).not.toContain('ada');
  });

  it('records one event when a key is refused, however often it comes', async () => {
    events.length = 0;
    await allowed([limits], 'code_account', fresh(), 40);
    expect(events).toEqual([{ type: 'rate_limits.exceeded', outcome: 'refused', reason: 'code_account' }]);
  });

  it('sweeps counters whose window is over, and keeps those that still count', async () => {
    const key = fresh();
    await allowed([limits], 'login_account', key, 11);
    pass(2 * 86_400);
    const current = fresh();
    await allowed([limits], 'mail_address', current, 3);
    expect(await sweepRoom(world.database, limits)).toBeGreaterThan(1);
    expect(await world.database.knex('rate_limits').where('expire', '<', Date.now())).toEqual([]);
    expect(await limits.take('mail_address', current)).toMatchObject({ ok: false });
    expect(await sweepRoom(world.database, limits)).toBe(0);
  });

  it('refuses nothing when it is switched off', async () => {
    expect(await allowed([open(world.database, { enabled: false })], 'mail_address', fresh(), 50)).toBe(50);
  });

  it('takes other numbers from the config, and refuses a misspelt rule', async () => {
    const changed = open(world.database, { login_address: { points: 4, window: 60 } });
    expect(await allowed([changed], 'login_address', fresh(), 9)).toBe(4);
    expect(limitSettings.safeParse({ login_adress: { points: 4 } }).success).toBe(false);
    expect(limitSettings.safeParse({ login_address: { points: 0 } }).success).toBe(false);
  });

  it('takes several counters at once, and leaves those behind a refusal as they are', async () => {
    const few = open(world.database, { login_address: { points: 3 } });
    const [network, address] = ['192.0.2.44', fresh()];
    const keys = { login_account: address, login_address: network };
    for (let time = 0; time < 20; time += 1) expect((await few.takeAll(keys)).ok).toBe(time < 3);
    expect(await allowed([limits], 'login_account', address, 40)).toBe(limitRules.login_account.points - 3);
  });

  it('counts each of several exactly, in any order, at once and on two processes, without waiting in a circle', async () => {
    const second = openDatabase({ url: world.url }, { poolSize: 5 });
    const few = [world.database, second].map((one) => open(one, { login_address: { points: 30 } }));
    const networks = ['198.51.100.1', '198.51.100.2'];
    const address = fresh();
    const keys = networks.flatMap((network) => [
      { login_account: address, login_address: network, login_pair: `${address} ${network}` },
      { login_pair: `${address} ${network}`, login_address: network, login_account: address },
    ]);
    const rounds = Array.from({ length: 25 }, (_, round) =>
      few.map((one, at) => one.takeAll(keys[(round + at) % 4] ?? {})),
    );
    expect((await Promise.all(rounds.flat())).filter((taken) => taken.ok)).toHaveLength(
      limitRules.login_account.points,
    );
    await second.close();
  });

  it('gives several back in a transaction of the caller, and none that began a block', async () => {
    const [pair, network] = [fresh(), '192.0.2.45'];
    const keys = { login_pair: pair, login_address: network };
    for (let time = 0; time < limitRules.login_address.points * 2; time += 1) {
      expect(await limits.takeAll(keys)).toEqual({ ok: true });
      await world.database.together(
        limits.forgiving({ reset: { login_pair: pair }, giveBack: { login_address: network } }),
      );
    }
    await allowed([limits], 'login_pair', pair, 11);
    await limits.giveBack('login_pair', pair);
    expect(await limits.take('login_pair', pair)).toMatchObject({ ok: false });
  });

  it('lets nobody through unseen when the database is away', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:9/none' });
    await expect(open(away).take('login_account', 'x')).rejects.toThrow('ECONNREFUSED');
    await away.close();
  });
});
