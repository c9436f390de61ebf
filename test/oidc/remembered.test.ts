import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pass, useRealClock } from '../support/clock.ts';
import { openWorld, type World } from './support.ts';

describe('the accounts that a browser remembers', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterEach(() => useRealClock());
  afterAll(() => world.close());

  it('come newest first, for 90 days, until they are forgotten', async () => {
    const { oidc, database } = world;
    for (const id of ['ada', 'bob']) {
      await database.knex('accounts').insert({ id, origin: 'signup', created_at: new Date(), updated_at: new Date() });
    }
    await oidc.remember('a-browser', 'ada');
    pass(10);
    await oidc.remember('a-browser', 'bob');
    expect(await oidc.remembered('a-browser')).toEqual(['bob', 'ada']);
    expect(await oidc.remembered('another-browser')).toEqual([]);
    pass(10);
    await oidc.remember('a-browser', 'ada');
    expect(await oidc.remembered('a-browser')).toEqual(['ada', 'bob']);
    await oidc.forget('a-browser', 'ada');
    expect(await oidc.remembered('a-browser')).toEqual(['bob']);
    pass(91 * 86_400);
    expect(await oidc.remembered('a-browser')).toEqual([]);
    await oidc.forget('a-browser');
  });
});
