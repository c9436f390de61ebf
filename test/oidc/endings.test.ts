import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lifetimeSettings, resourceSettings } from '../../src/oidc/index.ts';
import { testDatabase } from '../support/database.ts';
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
  VERIFIER,
  type World,
} from './support.ts';

describe('ending everything of an account', () => {
  let world: World;
  beforeAll(async () => {
    const told = { backchannel_logout_uri: 'https://hears.acme.example/backchannel' };
    const hears = {
      client_id: 'hears',
      client_secret: SECRET,
      redirect_uris: ['https://wiki.acme.example/cb'],
      first_party: true,
      ...told,
    };
    world = await openWorld({ clients: [...CLIENTS, hears] });
  });
  afterAll(() => world.close());

  it('leaves no session, grant, code or token of it, tells its apps, and touches nobody else (D8)', async () => {
    const browser = agent(world.issuer);
    const other = agent(world.issuer);
    await signIn(browser, { client_id: 'hears', redirect_uri: 'https://wiki.acme.example/cb' });
    const tokens = (await redeem(world.issuer, parameter(await signIn(browser), 'code'))).json;
    const offline = await signIn(browser, { client_id: 'spa', scope: 'openid offline_access', prompt: 'consent' });
    const unused = parameter(await signIn(browser), 'code');
    const others = (await redeem(world.issuer, parameter(await signIn(other, {}, 'bob'), 'code'))).json;

    await world.oidc.endEverythingOf('ada');
    await world.told();

    expect((await browser.get('/session')).json).toEqual({});
    expect((await refresh(world.issuer, String(tokens['refresh_token']))).json['error']).toBe('invalid_grant');
    expect((await redeem(world.issuer, unused)).json['error']).toBe('invalid_grant');
    expect((await redeem(world.issuer, parameter(offline, 'code'), { client_id: 'spa' })).json['error']).toBe(
      'invalid_grant',
    );
    expect(
      (await agent(world.issuer).get('/oidc/userinfo', { authorization: `Bearer ${String(tokens['access_token'])}` }))
        .status,
    ).toBe(401);
    expect(world.outbound.map(({ url }) => url)).toEqual(['https://hears.acme.example/backchannel']);
    expect(claimsOf(new URLSearchParams(world.outbound[0]?.body).get('logout_token'))['sub']).toBe('ada');
    expect(world.events.find(({ type }) => type === 'oidc.account_ended')).toMatchObject({ accountId: 'ada' });
    expect((await refresh(world.issuer, String(others['refresh_token']))).status).toBe(200);
    expect((await other.get('/session')).json).toMatchObject({ accountId: 'bob' });
  });

  it('also ends a login that was finished and not yet resumed', async () => {
    const browser = agent(world.issuer);
    const { location = '' } = await browser.get(authorize());
    const login = { accountId: 'ada', amr: ['pwd'], remember: true };
    const finished = await browser.post(location, { result: JSON.stringify({ login }) });
    await world.oidc.endEverythingOf('ada');
    expect((await browser.get(finished.location ?? '')).status).toBe(400);
    expect((await browser.get('/session')).json).toEqual({});
  });

  it('goes through although an app does not answer', async () => {
    const deaf = await openWorld({
      clients: [{ ...CLIENTS[0], client_id: 'wiki', backchannel_logout_uri: 'https://hears.acme.example/backchannel' }],
      deps: {
        outboundFetch: async () => {
          throw new Error('no answer');
        },
      },
    });
    await signIn(agent(deaf.issuer));
    await deaf.oidc.endEverythingOf('ada');
    expect(await deaf.database.knex('sessions')).toEqual([]);
    await deaf.until(() => deaf.events.some(({ type }) => type === 'oidc.backchannel_logout_failed'));
    await deaf.close();
  });
});

describe('the engine', () => {
  it('serves later requests with what it was rebuilt with, and keeps what it had where that does not fit', async () => {
    const world = await openWorld();
    const browser = agent(world.issuer);
    const before = (await redeem(world.issuer, parameter(await signIn(browser), 'code'))).json;
    world.oidc.rebuild({
      lifetimes: lifetimeSettings.parse({ id_token: '5m' }),
      resources: [resourceSettings.parse({ id: 'https://new.acme.example/', scopes: ['all'] })],
    });
    const after = await refresh(world.issuer, String(before['refresh_token']));
    const claims = claimsOf(after.json['id_token']);
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(300);
    expect(
      (await agent(world.issuer).get(authorize({ resource: 'https://new.acme.example/', scope: 'openid all' })))
        .location,
    ).toMatch(/^\/interaction\//);
    const broken = { ...world.keys, signingKeys: () => [{ kty: 'RSA' }] };
    expect(() => world.oidc.rebuild({ keys: broken })).toThrow('jwks');
    expect((await refresh(world.issuer, String(after.json['refresh_token']))).status).toBe(200);
    await world.close();
  });

  it('loses nothing when its process ends and another begins (D7)', async () => {
    const base = await testDatabase();
    const encryptionKey = randomBytes(32);
    const first = await openWorld({ database: base.database, encryptionKey });
    const browser = agent(first.issuer);
    const tokens = (await redeem(first.issuer, parameter(await signIn(browser), 'code'))).json;
    const cookies = browser.jar.list();
    await first.close();

    const second = await openWorld({ database: base.database, encryptionKey });
    const again = agent(second.issuer);
    for (const cookie of cookies)
      again.jar.take(new URL(second.issuer), [`${cookie.name}=${cookie.value}; path=${cookie.path}`]);
    expect(parameter(await again.get(authorize({ prompt: 'none' })), 'code')).toBeTruthy();
    expect((await refresh(second.issuer, String(tokens['refresh_token']))).status).toBe(200);
    await second.close();
    await base.drop();
  });

  it('leaves no code, token, cookie, verifier or secret in the database or the events (H10)', async () => {
    const world = await openWorld();
    const browser = agent(world.issuer);
    const secrets = new Set<string>([SECRET, VERIFIER, 'the-state-of-the-client']);
    const note = (values: (string | undefined)[]) => values.forEach((value) => value && secrets.add(value));

    const pushed = await agent(world.issuer).post('/oidc/par', {
      ...Object.fromEntries(new URL(authorize(), world.issuer).searchParams),
      client_secret: SECRET,
    });
    const requestUri = String(pushed.json['request_uri']);
    note([requestUri.split(':').at(-1)]);
    const page = await browser.get(`/oidc/authorize?client_id=wiki&request_uri=${encodeURIComponent(requestUri)}`);
    note([page.location?.split('/').at(-1)]);
    await world.oidc.progress(page.location?.split('/').at(-1) ?? '', { email: 'typed@acme.example' });
    note(['typed@acme.example']);
    for (const change of [{}, { scope: 'openid offline_access', prompt: 'consent' }]) {
      const answer = await signIn(browser, change);
      const code = parameter(answer, 'code');
      const { json } = await redeem(world.issuer, code);
      const refreshed = (await refresh(world.issuer, String(json['refresh_token']))).json;
      note(
        [code, json, refreshed].flatMap((each) =>
          typeof each === 'string'
            ? [each]
            : ['access_token', 'refresh_token', 'id_token'].map((name) => String(each[name])),
        ),
      );
      const hinted = await browser.get(authorize({ id_token_hint: String(json['id_token']), prompt: 'login' }));
      note([hinted.location?.split('/').at(-1)]);
      await browser.get('/oidc/logout');
    }
    note(browser.jar.list().map(({ value }) => value));

    const tables = await world.database.knex('pg_tables').where({ schemaname: 'public' }).pluck('tablename');
    let dump = JSON.stringify(world.events);
    for (const table of tables) dump += JSON.stringify(await world.database.knex(table));
    expect(secrets.size).toBeGreaterThan(20);
    for (const secret of secrets) expect([secret, dump.includes(secret)]).toEqual([secret, false]);
    await world.close();
  });
});
