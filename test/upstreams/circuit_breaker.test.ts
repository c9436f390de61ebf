import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Upstreams } from '../../src/upstreams/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { transportFaults as broken, type Faults } from './support/fake_upstream.ts';
import { BROWSER, buildWorld, type World } from './support/world.ts';

let world: World;
let upstreams: Upstreams;
beforeAll(async () => {
  world = await buildWorld();
});
beforeEach(async () => {
  world.fake.honest();
  // Knows of no failure yet.
  upstreams = await world.open();
  await arrive('google');
  world.fake.journal.length = 0;
});
afterEach(() => {
  useRealClock();
});
afterAll(() => world.close());

/** Somebody comes back, who left before whatever is wrong now. */
const arrive = async (id: string, persona?: string) =>
  upstreams.arrive(id, BROWSER, 'GET', await world.travel(id, persona));
const several = async (count: number, id: string) => {
  for (let left = count; left > 0; left -= 1) await arrive(id);
};
const begin = (id: string) => upstreams.begin(id, { purpose: 'login', browserHash: BROWSER, interactionUid: 'visit' });
const isAvailable = (id: string) => upstreams.list().find((upstream) => upstream.id === id)?.available;
const tokenCalls = () => world.fake.calls('/token').length;
const refusing = (seconds: string, ending = '/token'): Faults => ({
  transport(request, response) {
    if (!request.path.endsWith(ending)) return false;
    response.writeHead(429, { 'retry-after': seconds }).end();
    return true;
  },
});

describe('an upstream that fails over and over', () => {
  it.each([
    ['breaks the line', broken.reset('/token')],
    ['answers 503', broken.status(503)('/token')],
    ['answers 429', broken.status(429)('/token')],
  ])('is left alone after five logins when it %s, and the others go on', async (_name, transport) => {
    world.fake.lie({ transport });
    await several(4, 'google');
    expect(isAvailable('google')).toBe(true);
    await several(1, 'google');
    expect(isAvailable('google')).toBe(false);
    await expect(begin('google')).rejects.toMatchObject({ code: 'upstream_unavailable' });
    const calls = tokenCalls();
    expect(await arrive('google')).toMatchObject({ code: 'upstream_unavailable', reason: 'circuit_open' });
    expect(tokenCalls()).toBe(calls);
    expect(isAvailable('facebook')).toBe(true);
    expect(await arrive('facebook')).toMatchObject({ outcome: 'identified' });
  });

  it('is not left alone for what is no fault of its line', async () => {
    for (let round = 0; round < 8; round += 1) {
      const params = await world.travel('google');
      params.set('code', 'made-up');
      await upstreams.arrive('google', BROWSER, 'GET', params);
      await arrive('google', 'cancel');
    }
    world.fake.lie({ transport: broken.huge('/token') });
    await several(8, 'google');
    expect(isAvailable('google')).toBe(true);
  });

  it('is not left alone while it works in between, nor when its failures lie far apart', async () => {
    for (const round of [1, 2, 3]) {
      world.fake.lie({ transport: broken.reset('/token') });
      await several(4, 'google');
      world.fake.honest();
      if (round === 3) pass(31);
      else expect(await arrive('google')).toMatchObject({ outcome: 'identified' });
    }
    world.fake.lie({ transport: broken.reset('/token') });
    await several(4, 'google');
    expect(isAvailable('google')).toBe(true);
  });

  it('is left alone when only profiles fail, though codes are redeemed each time', async () => {
    world.fake.lie({ transport: broken.status(500)('/me') });
    await several(3, 'facebook');
    expect(isAvailable('facebook')).toBe(false);
    expect(world.fake.calls('/access_token')).toHaveLength(3);
  });
});

describe('after the pause', () => {
  beforeEach(async () => {
    world.fake.lie({ transport: broken.reset('/token') });
    await several(5, 'google');
    world.fake.honest();
    pass(31);
  });

  it('one login finds out that it works again, and the others wait for it', async () => {
    expect(isAvailable('google')).toBe(true);
    const arrivals = await Promise.all(Array.from({ length: 6 }, () => arrive('google')));
    expect(arrivals.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'identified'));
    world.fake.lie({ transport: broken.reset('/token') });
    await several(4, 'google');
    expect(isAvailable('google')).toBe(true);
  });

  it('one login finds out that it still fails, and the others are refused without a call', async () => {
    world.fake.lie({ transport: broken.reset('/token') });
    const calls = tokenCalls();
    const arrivals = await Promise.all(Array.from({ length: 6 }, () => arrive('google')));
    const refused = arrivals.filter((arrival) => 'reason' in arrival && arrival.reason === 'circuit_open');
    expect(refused).toHaveLength(5);
    expect(tokenCalls()).toBe(calls + 1);
    expect(isAvailable('google')).toBe(false);
  });

  it('a fetch of the keys finds out first, so that nobody has to', async () => {
    world.fake.lie({ transport: broken.status(500)('/certs') });
    upstreams.start();
    while (isAvailable('google')) await setImmediate();
    expect(tokenCalls()).toBe(5);
    pass(31);
    expect(isAvailable('google')).toBe(true);
  });
});

describe('an upstream that asks to be left alone', () => {
  it.each([
    ['120', 119, 121],
    ['5', 29, 31],
    ['86400', 299, 301],
  ])('with Retry-After %s is, at once, within our own bounds', async (seconds, before, after) => {
    world.fake.lie(refusing(seconds));
    await arrive('google');
    pass(before);
    expect(isAvailable('google')).toBe(false);
    pass(after - before);
    expect(isAvailable('google')).toBe(true);
  });

  it('may name a time instead', async () => {
    world.fake.lie(refusing(new Date(Date.now() + 100_000).toUTCString()));
    await arrive('google');
    pass(90);
    expect(isAvailable('google')).toBe(false);
    pass(12);
    expect(isAvailable('google')).toBe(true);
  });

  it('on account of one person is not: the limit of a profile is theirs', async () => {
    world.fake.lie(refusing('120', '/me'));
    expect(await arrive('facebook')).toMatchObject({ code: 'upstream_unavailable' });
    await several(8, 'facebook');
    expect(isAvailable('facebook')).toBe(true);
  });
});

describe('two hundred trips to an upstream that hangs (B16)', () => {
  let slow: World;
  beforeAll(async () => {
    // No budget ends a call, however busy the machine is: the upstream does, when it is told to.
    slow = await buildWorld({}, { headersMs: 60_000, totalMs: 60_000 });
  });
  afterAll(() => slow.close());

  it('hold so many sockets and no more, end with the first that fail, and keep nobody else from signing in', async () => {
    const params = await Promise.all(Array.from({ length: 200 }, () => slow.travel('partner')));
    const hanging = new Set<ServerResponse>();
    let hangs = true;
    slow.fake.lie({
      transport(request, response) {
        if (request.path !== '/token' || !request.headers.authorization) return false;
        if (!hangs) response.destroy();
        else hanging.add(response);
        return true;
      },
    });
    const calls = () => slow.fake.calls('/token').filter(({ prefix }) => prefix === 'partner').length;
    const stuck = Promise.all(params.map((each) => slow.upstreams.arrive('partner', BROWSER, 'GET', each)));
    while (hanging.size < 32) await setImmediate();
    expect(await slow.arrive('google')).toMatchObject({ outcome: 'identified' });
    expect(await slow.arrive('facebook')).toMatchObject({ outcome: 'identified' });
    expect(calls()).toBe(32);
    hangs = false;
    for (const response of hanging) response.destroy();
    const ends = await stuck;
    expect(new Set(ends.map((end) => 'code' in end && end.code))).toEqual(new Set(['upstream_unavailable']));
    // The first four that fail make room for four others; the fifth makes an end of it.
    expect(calls()).toBeLessThanOrEqual(36);
  });
});

describe('what is counted', () => {
  it('are the logins by how they ended, the calls by their step, and who is available', async () => {
    const { metrics } = world;
    metrics.resetMetrics();
    await world.arrive('partner');
    await world.arrive('partner', 'cancel');
    world.fake.lie({ tokenBody: () => ({ error: 'invalid_client' }) });
    await world.arrive('partner');
    await world.upstreams.arrive('partner', BROWSER, 'GET', new URLSearchParams({ state: 'x', code: 'y' }));
    await world.upstreams.arrive('who-is-that', BROWSER, 'GET', new URLSearchParams({ state: 'x', code: 'y' }));
    const text = await metrics.metrics();
    for (const outcome of ['identified', 'cancelled', 'upstream_misconfigured', 'refused']) {
      expect(text).toContain(`upstream_login_total{upstream="partner",outcome="${outcome}"} 1`);
    }
    expect(text).toContain('upstream_http_seconds_count{upstream="partner",step="token"} 2');
    expect(text).toContain('upstream_http_seconds_count{upstream="partner",step="profile"} 1');
    expect(text).toContain('upstream_available{upstream="facebook"} 1');
    expect(text).not.toContain('who-is-that');
  });
});
