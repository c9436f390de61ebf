import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { agent, openWorld, parameter, redeem, refresh, signIn, type World } from './support.ts';
import { pass, useRealClock } from '../support/clock.ts';

const DAY = 86_400;

describe('a refresh token', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterEach(() => useRealClock());
  afterAll(() => world.close());

  const offline = { client_id: 'spa', scope: 'openid offline_access', prompt: 'consent' };
  const tokensOf = async (change: Record<string, string> = {}, browser = agent(world.issuer)) =>
    (await redeem(world.issuer, parameter(await signIn(browser, change), 'code'), { client_id: change['client_id'] }))
      .json;
  const use = (value: unknown, client_id = 'wiki') => refresh(world.issuer, String(value), { client_id });

  it('is replaced at each use, and the family ends when one comes twice (D7)', async () => {
    const first = await tokensOf();
    const second = (await use(first['refresh_token'])).json;
    expect(second['refresh_token']).not.toBe(first['refresh_token']);
    const third = (await use(second['refresh_token'])).json;
    expect((await use(first['refresh_token'])).json['error']).toBe('invalid_grant');
    expect((await use(third['refresh_token'])).json['error']).toBe('invalid_grant');
    const userinfo = await agent(world.issuer).get('/oidc/userinfo', {
      authorization: `Bearer ${String(third['access_token'])}`,
    });
    expect(userinfo.status).toBe(401);
    expect(world.events.filter(({ type }) => type === 'oidc.refresh_token_reused')).toMatchObject([
      { outcome: 'refused', clientId: 'wiki' },
    ]);
  });

  it('is issued without offline_access, too, and then ends with the session (D8)', async () => {
    const browser = agent(world.issuer);
    const tokens = await tokensOf({}, browser);
    const next = (await use(tokens['refresh_token'])).json;
    await world.database.knex('sessions').delete();
    expect((await use(next['refresh_token'])).json['error']).toBe('invalid_grant');
  });

  it('with offline_access outlives the session; without prompt=consent there is no such access (OIDC Core 11)', async () => {
    const tokens = await tokensOf(offline);
    const without = await tokensOf({ client_id: 'spa', scope: 'openid offline_access' });
    expect(without['scope']).toBe('openid');
    await world.database.knex('sessions').delete();
    expect((await use(tokens['refresh_token'], 'spa')).status).toBe(200);
    expect((await use(without['refresh_token'], 'spa')).json['error']).toBe('invalid_grant');
  });

  it('lives 30 days without use, and a year at most', async () => {
    let { refresh_token: value } = await tokensOf(offline);
    for (let month = 0; month < 12; month += 1) {
      pass(29 * DAY);
      const answer = await use(value, 'spa');
      expect(answer.status).toBe(200);
      value = answer.json['refresh_token'];
    }
    pass(18 * DAY);
    expect((await use(value, 'spa')).json['error']).toBe('invalid_grant');
    useRealClock();
    const { refresh_token: idle } = await tokensOf(offline);
    pass(31 * DAY);
    expect((await use(idle, 'spa')).json['error']).toBe('invalid_grant');
  });

  it('cannot ask for more than was granted, nor be used by another client or without its secret (D8)', async () => {
    const { refresh_token: value } = await tokensOf();
    expect((await refresh(world.issuer, String(value), { scope: 'openid email profile' })).json['error']).toBe(
      'invalid_scope',
    );
    expect((await use(value, 'shop')).json['error']).toBe('invalid_grant');
    expect((await refresh(world.issuer, String(value), { client_secret: undefined })).json['error']).toBe(
      'invalid_client',
    );
    expect((await refresh(world.issuer, String(value), { client_secret: 'x'.repeat(40) })).json['error']).toBe(
      'invalid_client',
    );
    expect((await use(value)).status).toBe(200);
  });

  it('of a disabled account is refused (D8)', async () => {
    const browser = agent(world.issuer);
    const code = parameter(await signIn(browser, offline, 'eve'), 'code');
    const { json } = await redeem(world.issuer, code, { client_id: 'spa' });
    world.accounts.set('eve', { id: 'eve', usable: false, secondStep: false, claims: () => ({}) });
    expect((await use(json['refresh_token'], 'spa')).json['error']).toBe('invalid_grant');
  });
});
