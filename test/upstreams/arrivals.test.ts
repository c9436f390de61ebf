import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pass, useRealClock } from '../support/clock.ts';
import { sweepRoom } from '../support/sweep.ts';
import { BROWSER, ISSUER, buildWorld, settingsFor, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await buildWorld();
});
beforeEach(() => {
  world.fake.honest();
  world.events.length = 0;
});
afterEach(() => {
  useRealClock();
});
afterAll(() => world.close());

const exchanges = () => world.fake.calls('token').length;

describe('arrive', () => {
  it('exchanges exactly once for 50 arrivals with one state, from two processes (B1, B14)', async () => {
    const second = await world.open();
    const params = await world.travel('google');
    const before = exchanges();
    const arrivals = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 ? second : world.upstreams).arrive('google', BROWSER, 'GET', params),
      ),
    );
    expect(arrivals.filter((arrival) => arrival.outcome === 'identified')).toHaveLength(1);
    expect(
      arrivals.filter((arrival) => arrival.outcome === 'refused' && arrival.code === 'interaction_expired'),
    ).toHaveLength(49);
    expect(exchanges() - before).toBe(1);
  });

  it('refuses another browser, tells it nothing, and leaves the trip to its owner (B1)', async () => {
    const params = await world.travel('google');
    const foreign = await world.upstreams.arrive('google', 'another browser', 'GET', params);
    expect(foreign).toEqual({ outcome: 'refused', code: 'interaction_foreign', trip: undefined });
    expect(world.events).toMatchObject([
      { type: 'upstreams.callback_refused', outcome: 'refused', reason: 'foreign_browser', detail: { security: true } },
    ]);
    expect(await world.upstreams.arrive('google', BROWSER, 'GET', params)).toMatchObject({ outcome: 'identified' });
  });

  it('says that cookies are missing when the browser brings none, and leaves the trip as it is (B1)', async () => {
    const params = await world.travel('google');
    expect(await world.upstreams.arrive('google', undefined, 'GET', params)).toMatchObject({ code: 'cookies_missing' });
    expect(await world.upstreams.arrive('google', BROWSER, 'GET', params)).toMatchObject({ outcome: 'identified' });
  });

  it('refuses a state at the callback of another upstream (B1)', async () => {
    const params = await world.travel('google');
    expect(await world.upstreams.arrive('facebook', BROWSER, 'GET', params)).toMatchObject({
      code: 'interaction_foreign',
    });
    expect(world.events).toMatchObject([{ reason: 'other_upstream', detail: { security: true } }]);
  });

  it('refuses a state a second time, and says which visit it was (B1, B14)', async () => {
    const params = await world.travel('google');
    await world.upstreams.arrive('google', BROWSER, 'GET', params);
    const again = await world.upstreams.arrive('google', BROWSER, 'GET', params);
    expect(again).toMatchObject({ outcome: 'refused', code: 'interaction_expired', trip: { interactionUid: 'visit' } });
    expect(world.events).toMatchObject([{ reason: 'used', reference: 'AAAAA-BBBBB' }]);
  });

  it('refuses a state after ten minutes, without asking the upstream (B1)', async () => {
    const params = await world.travel('google');
    const before = exchanges();
    pass(601);
    expect(await world.upstreams.arrive('google', BROWSER, 'GET', params)).toMatchObject({
      outcome: 'refused',
      code: 'interaction_expired',
      trip: { interactionUid: 'visit' },
    });
    expect(exchanges()).toBe(before);
    expect(world.events).toMatchObject([{ reason: 'expired' }]);
  });

  it.each([
    ['no state', 'code=x'],
    ['an empty state', 'code=x&state='],
    ['a made-up state', 'code=x&state=made-up'],
    ['two states', 'code=x&state=a&state=b'],
    ['a state of 10 kB', `code=x&state=${'x'.repeat(10_000)}`],
  ])('refuses a callback with %s', async (_name, query) => {
    const params = new URLSearchParams(query);
    expect(await world.upstreams.arrive('google', BROWSER, 'GET', params)).toMatchObject({
      outcome: 'refused',
      code: 'interaction_expired',
    });
  });

  it('refuses an upstream that is not there, or was switched off in the meantime (B10)', async () => {
    const params = await world.travel('google');
    const without = await world.open(settingsFor(world.fake, { google: { enabled: false } }));
    expect(await without.arrive('google', BROWSER, 'GET', new URLSearchParams({ state: 'none of ours' }))).toEqual({
      outcome: 'refused',
      code: 'not_found',
    });
    expect(await without.arrive('google', BROWSER, 'GET', params)).toMatchObject({
      outcome: 'failed',
      reason: 'upstream_gone',
      trip: { upstreamId: 'google' },
    });
    expect(without.list().map((upstream) => upstream.id)).toEqual(['facebook', 'partner']);
  });

  it('refuses a POST where the upstream comes back by GET', async () => {
    const params = await world.travel('google');
    expect(await world.upstreams.arrive('google', BROWSER, 'POST', params)).toMatchObject({
      code: 'method_not_allowed',
    });
  });

  it('keeps nothing that an upstream gave: no code, no token, no secret (B19)', async () => {
    const params = await world.travel('partner');
    await world.upstreams.arrive('partner', BROWSER, 'GET', params);
    const stored = JSON.stringify([await world.database.knex('upstream_transactions').select(), world.events]);
    for (const secret of [
      params.get('code') ?? '',
      params.get('state') ?? '',
      'at.',
      world.fake.clients.partner.secret,
    ]) {
      expect(stored).not.toContain(secret);
    }
  });

  it('forgets a trip a day after it expired', async () => {
    await world.travel('google');
    pass(24 * 3600);
    expect(await sweepRoom(world.database, world.upstreams)).toBe(0);
    pass(700);
    expect(await sweepRoom(world.database, world.upstreams)).toBeGreaterThan(0);
    expect(await world.database.knex('upstream_transactions').select()).toEqual([]);
  });
});

describe('arrive by form_post (B20)', () => {
  const byForm = () => world.open(settingsFor(world.fake, { partner: { response_mode: 'form_post' } }));
  const trip = { purpose: 'login' as const, browserHash: BROWSER, interactionUid: 'visit' };

  it('stores the callback once without any cookie, and goes on only in the browser that began', async () => {
    const upstreams = await byForm();
    const url = await upstreams.begin('partner', trip);
    expect(new URL(url).searchParams.get('response_mode')).toBe('form_post');
    const { params } = await world.fake.choose(url, 'ada');
    const posted = await upstreams.arrive('partner', undefined, 'POST', params);
    if (posted.outcome !== 'resume') throw new Error(posted.outcome);
    expect(posted.url).toMatch(new RegExp(`^${ISSUER}/upstream/partner/resume\\?tx=[\\w-]{43}$`));
    expect(await upstreams.arrive('partner', undefined, 'POST', params)).toMatchObject({ code: 'interaction_expired' });
    const resume = new URL(posted.url).searchParams;
    expect(await upstreams.arrive('partner', 'another browser', 'GET', resume)).toMatchObject({
      code: 'interaction_foreign',
    });
    expect(await upstreams.arrive('partner', BROWSER, 'GET', resume)).toMatchObject({ outcome: 'identified' });
    expect(await upstreams.arrive('partner', BROWSER, 'GET', resume)).toMatchObject({ code: 'interaction_expired' });
  });

  it('takes no callback by GET', async () => {
    const upstreams = await byForm();
    const { params } = await world.fake.choose(await upstreams.begin('partner', trip), 'ada');
    expect(await upstreams.arrive('partner', BROWSER, 'GET', params)).toMatchObject({ code: 'method_not_allowed' });
  });

  it('stores the callback encrypted', async () => {
    const upstreams = await byForm();
    const { params } = await world.fake.choose(await upstreams.begin('partner', trip), 'ada');
    await upstreams.arrive('partner', undefined, 'POST', params);
    const stored = JSON.stringify(await world.database.knex('upstream_transactions').select());
    expect(stored).not.toContain(params.get('code'));
  });
});
