import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  agent,
  authorize,
  claimsOf,
  CLIENTS,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  signIn,
  type Agent,
  type World,
} from './support.ts';

const HEARS = {
  client_id: 'hears',
  client_secret: SECRET,
  redirect_uris: ['https://wiki.acme.example/cb'],
  first_party: true,
  backchannel_logout_uri: 'https://hears.acme.example/backchannel',
  backchannel_logout_session_required: true,
};
const AT_HEARS = { client_id: 'hears', redirect_uri: 'https://wiki.acme.example/cb' };

describe('what a person ends from another browser', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ clients: [...CLIENTS, HEARS] });
  });
  afterAll(() => world.close());

  const tokensOf = async (browser: Agent, change: Record<string, string> = {}, accountId = 'ada') => {
    const code = parameter(await signIn(browser, change, accountId), 'code');
    const secret = change['client_id'] === 'hears' ? { client_secret: SECRET } : {};
    return (await redeem(world.issuer, code, { ...change, ...secret, scope: undefined, prompt: undefined })).json;
  };
  const uidOf = async (browser: Agent) => String((await browser.get('/session')).json['uid']);
  const isSignedIn = async (browser: Agent) => (await browser.get('/session')).json['accountId'] !== undefined;
  const userinfo = async (tokens: Record<string, unknown>) =>
    (await agent(world.issuer).get('/oidc/userinfo', { authorization: `Bearer ${String(tokens['access_token'])}` }))
      .status;
  const refreshed = async (tokens: Record<string, unknown>, change: Record<string, string> = {}) =>
    (await refresh(world.issuer, String(tokens['refresh_token']), change)).status;
  const toldApps = async () => {
    await world.told();
    return world.outbound.splice(0).map(({ body }) => claimsOf(new URLSearchParams(body).get('logout_token')));
  };

  it('is one session with its code and tokens, and no other (C8)', async () => {
    const [here, there] = [agent(world.issuer), agent(world.issuer)];
    const kept = await tokensOf(here);
    const ended = await tokensOf(there);
    const unused = parameter(await signIn(there), 'code');
    expect(await world.oidc.endSession('ada', await uidOf(there))).toBe(true);
    expect([await isSignedIn(there), await isSignedIn(here)]).toEqual([false, true]);
    expect([await userinfo(ended), await userinfo(kept)]).toEqual([401, 200]);
    expect((await redeem(world.issuer, unused)).json['error']).toBe('invalid_grant');
    expect([await refreshed(ended), await refreshed(kept)]).toEqual([400, 200]);
    expect((await there.get(authorize())).location).toMatch(/^\/interaction\//);
    expect(world.events.filter(({ type }) => type === 'oidc.sessions_ended')).toMatchObject([
      { accountId: 'ada', detail: { sessions: 1 } },
    ]);
  });

  it('is over at once and once only', async () => {
    const browser = agent(world.issuer);
    await signIn(browser);
    const uid = await uidOf(browser);
    const answers = await Promise.all([world.oidc.endSession('ada', uid), world.oidc.endSession('ada', uid)]);
    expect(answers.toSorted()).toEqual([false, true]);
    expect(await world.oidc.endSession('ada', uid)).toBe(false);
  });

  it('never belongs to somebody else', async () => {
    const [bob, ada] = [agent(world.issuer), agent(world.issuer)];
    const tokens = await tokensOf(bob, {}, 'bob');
    await signIn(ada);
    expect(await world.oidc.endSession('ada', await uidOf(bob))).toBe(false);
    await world.oidc.endOtherSessions('ada', await uidOf(ada));
    expect(await world.oidc.revokeGrant('ada', 'wiki')).toBe(true);
    expect([await isSignedIn(bob), await refreshed(tokens)]).toEqual([true, 200]);
  });

  it('is all sessions but this one, whose apps are told by the names they know', async () => {
    const [here, first, second] = [agent(world.issuer), agent(world.issuer), agent(world.issuer)];
    const kept = await tokensOf(here, AT_HEARS, 'cleo');
    const ended = [await tokensOf(first, AT_HEARS, 'cleo'), await tokensOf(second, AT_HEARS, 'cleo')];
    world.outbound.length = 0;
    expect(await world.oidc.endOtherSessions('cleo', await uidOf(here))).toBe(true);
    expect(await Promise.all([here, first, second].map(isSignedIn))).toEqual([true, false, false]);
    expect(await Promise.all([kept, ...ended].map(userinfo))).toEqual([200, 401, 401]);
    const known = ended.map((tokens) => `cleo ${String(claimsOf(tokens['id_token'])['sid'])}`);
    const told = (await toldApps()).map(({ sub, sid }) => `${String(sub)} ${String(sid)}`);
    expect(told.toSorted()).toEqual(known.toSorted());
    expect(await world.oidc.endOtherSessions('cleo', await uidOf(here))).toBe(false);
  });

  it('leaves an app its offline access until that is revoked', async () => {
    const browser = agent(world.issuer);
    const spa = { client_id: 'spa' };
    const tokens = await tokensOf(browser, { ...spa, scope: 'openid offline_access', prompt: 'consent' }, 'dan');
    await world.oidc.endSession('dan', await uidOf(browser));
    const next = await refresh(world.issuer, String(tokens['refresh_token']), spa);
    expect(next.status).toBe(200);
    expect(await world.oidc.revokeGrant('dan', 'spa')).toBe(true);
    expect([await userinfo(next.json), await refreshed(next.json, spa)]).toEqual([401, 400]);
  });

  it('is what an app was allowed, with every token, while the session stays', async () => {
    const browser = agent(world.issuer);
    const shop = { client_id: 'shop', scope: 'openid email' };
    const tokens = await tokensOf(browser, shop, 'eve');
    const others = await tokensOf(browser, AT_HEARS, 'eve');
    const unused = parameter(await signIn(browser, shop, 'eve'), 'code');
    world.outbound.length = 0;
    expect(await world.oidc.revokeGrant('eve', 'shop')).toBe(true);
    expect([await userinfo(tokens), await userinfo(others)]).toEqual([401, 200]);
    expect((await redeem(world.issuer, unused, { client_id: 'shop' })).json['error']).toBe('invalid_grant');
    expect((await refresh(world.issuer, String(tokens['refresh_token']), { client_id: 'shop' })).json['error']).toBe(
      'invalid_grant',
    );
    expect(await isSignedIn(browser)).toBe(true);
    expect(world.events.filter(({ type }) => type === 'oidc.grant_revoked')).toContainEqual(
      expect.objectContaining({ accountId: 'eve', clientId: 'shop' }),
    );
    expect(await world.oidc.revokeGrant('eve', 'shop')).toBe(false);
    expect(await toldApps()).toEqual([]);
    expect(await world.oidc.revokeGrant('eve', 'hears')).toBe(true);
    expect(await toldApps()).toMatchObject([{ aud: 'hears', sub: 'eve' }]);
    const { location = '' } = await browser.get(authorize(shop));
    expect((await browser.get(location)).json).toMatchObject({ prompt: { name: 'consent' } });
  });
});
