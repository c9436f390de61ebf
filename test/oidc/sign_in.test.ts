import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { pass, useRealClock } from '../support/clock.ts';
import {
  agent,
  API,
  authorize,
  claimsOf,
  openWorld,
  parameter,
  redeem,
  refresh,
  signIn,
  token,
  type World,
} from './support.ts';

interface Tokens {
  code: string;
  used: string;
  refresh: string;
}

describe('a sign-in at the protocol engine', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterEach(useRealClock);
  afterAll(() => world.close());

  it('ends with a code, state and iss at the client, and with an ID token that its keys verify (D17, D21)', async () => {
    const answer = await signIn(agent(world.issuer), { nonce: 'n-1' });
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/^https:\/\/wiki\.acme\.example\/cb\?/);
    expect(parameter(answer, 'state')).toBe('the-state-of-the-client');
    expect(parameter(answer, 'iss')).toBe(world.issuer); // RFC 9207
    const tokens = await redeem(world.issuer, parameter(answer, 'code'));
    expect(tokens.status).toBe(200);
    const keySet = createRemoteJWKSet(new URL('/oidc/jwks', world.issuer));
    const { payload, protectedHeader } = await jwtVerify(String(tokens.json['id_token']), keySet, {
      issuer: world.issuer,
      audience: 'wiki',
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ sub: 'ada', nonce: 'n-1', amr: ['pwd'], auth_time: expect.any(Number) });
    expect(payload).not.toHaveProperty('email'); // conformIdTokenClaims: userinfo has it
    expect(Number(payload.exp) - Number(payload.iat)).toBe(3600);
  });

  it('gives userinfo the claims of the scopes, and no others (D21)', async () => {
    const code = parameter(await signIn(agent(world.issuer)), 'code');
    const { json } = await redeem(world.issuer, code);
    const userinfo = await agent(world.issuer).get('/oidc/userinfo', {
      authorization: `Bearer ${String(json['access_token'])}`,
    });
    expect(userinfo.json).toEqual({ sub: 'ada', email: 'ada@acme.example', email_verified: true });
  });

  it('signs with ES256 for a client that says so', async () => {
    const other = await openWorld({
      clients: [
        {
          client_id: 'spa',
          type: 'spa',
          redirect_uris: ['https://spa.acme.example/cb'],
          first_party: true,
          id_token_signed_response_alg: 'ES256',
        },
      ],
    });
    const answer = await signIn(agent(other.issuer), { client_id: 'spa' });
    const { json } = await redeem(other.issuer, parameter(answer, 'code'), { client_id: 'spa' });
    const verified = await jwtVerify(String(json['id_token']), createRemoteJWKSet(new URL('/oidc/jwks', other.issuer)));
    expect(verified.protectedHeader.alg).toBe('ES256');
    await other.close();
  });

  it('answers silently while the session lasts, with the time of the login', async () => {
    const browser = agent(world.issuer);
    const first = claimsOf((await redeem(world.issuer, parameter(await signIn(browser), 'code'))).json['id_token']);
    const again = await browser.get(authorize({ prompt: 'none', max_age: '10000' }));
    const second = claimsOf((await redeem(world.issuer, parameter(again, 'code'))).json['id_token']);
    expect(second['auth_time']).toBe(first['auth_time']);
    expect(second['sub']).toBe('ada');
  });

  it('issues a JWT access token for a configured resource, that names it as audience', async () => {
    const answer = await signIn(agent(world.issuer), { scope: 'openid read', resource: API });
    const { json } = await redeem(world.issuer, parameter(answer, 'code'), { resource: API });
    const keySet = createRemoteJWKSet(new URL('/oidc/jwks', world.issuer));
    const verified = await jwtVerify(String(json['access_token']), keySet, {
      issuer: world.issuer,
      audience: API,
      typ: 'at+jwt',
    });
    expect(verified.payload).toMatchObject({ scope: 'read', client_id: 'wiki', sub: 'ada' });
    expect(json['expires_in']).toBe(600);
    const wider = await refresh(world.issuer, String(json['refresh_token']), {
      resource: API,
      scope: 'openid read write',
    });
    expect(wider.json['error']).toBe('invalid_scope');
    expect((await agent(world.issuer).get(authorize({ resource: 'https://other.example/' }))).location).toContain(
      'invalid_target',
    );
  });

  it('gives a service its own token, and nothing to a client that may not (D12)', async () => {
    const granted = await token(world.issuer, {
      client_id: 'job',
      grant_type: 'client_credentials',
      resource: API,
      scope: 'read',
    });
    expect(claimsOf(granted.json['access_token'])).toMatchObject({ sub: 'job', aud: API, scope: 'read' });
    for (const grant of [
      'client_credentials',
      'password',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'implicit',
    ]) {
      const refused = await token(world.issuer, { grant_type: grant });
      expect(refused.status).toBe(400);
      expect(refused.json).not.toHaveProperty('access_token');
    }
  });

  it('introspects and revokes: a revoked refresh token ends its line (D19)', async () => {
    const { json } = await redeem(world.issuer, parameter(await signIn(agent(world.issuer)), 'code'));
    const about = {
      token: String(json['refresh_token']),
      client_id: 'wiki',
      client_secret: 'the-secret-of-a-test-client-0123456789',
    };
    const browser = agent(world.issuer);
    expect((await browser.post('/oidc/introspect', about)).json).toMatchObject({ active: true, sub: 'ada' });
    expect((await browser.post('/oidc/revoke', { ...about, client_id: 'shop' })).status).toBe(400);
    expect((await browser.post('/oidc/revoke', about)).status).toBe(200);
    expect((await browser.post('/oidc/introspect', about)).json).toEqual({ active: false });
    expect((await browser.post('/oidc/introspect', { ...about, token: String(json['access_token']) })).json).toEqual({
      active: false,
    });
  });

  it('ends for good what is revoked while a clock that is ahead takes it for expired', async () => {
    const { json } = await redeem(world.issuer, parameter(await signIn(agent(world.issuer)), 'code'));
    const tokens = [json['access_token'], json['refresh_token']].map(String);
    const client = { client_id: 'wiki', client_secret: 'the-secret-of-a-test-client-0123456789' };
    const browser = agent(world.issuer);
    pass(2 * 3600);
    expect((await browser.post('/oidc/introspect', { ...client, token: tokens[0] ?? '' })).json).toEqual({
      active: false,
    });
    expect((await browser.post('/oidc/revoke', { ...client, client_id: 'shop', token: tokens[0] ?? '' })).status).toBe(
      400,
    );
    expect((await browser.post('/oidc/revoke', { ...client, token: tokens[0] ?? '' })).status).toBe(200);
    useRealClock();
    for (const one of tokens)
      expect((await browser.post('/oidc/introspect', { ...client, token: one })).json).toEqual({ active: false });
  });

  /** While it goes on, nothing of this table can be ended. */
  async function withoutEnding(table: string, work: () => Promise<void>): Promise<void> {
    const { knex } = world.database;
    await knex.raw(`create or replace function refuse() returns trigger language plpgsql as 'begin raise ''no''; end'`);
    await knex.raw(`create trigger refuse before delete on ${table} for each row execute function refuse()`);
    await work();
    await knex.raw(`drop trigger refuse on ${table}`);
  }

  describe.each(['grants', 'access_tokens'])('where %s could not be ended', (table) => {
    const client = { client_id: 'wiki', client_secret: 'the-secret-of-a-test-client-0123456789' };
    const isActive = async (issued: unknown) =>
      (await agent(world.issuer).post('/oidc/introspect', { ...client, token: String(issued) })).json['active'];

    it.each([
      ['a revocation', (json: Tokens) => agent(world.issuer).post('/oidc/revoke', { ...client, token: json.refresh })],
      ['a refresh token that is used again', (json: Tokens) => refresh(world.issuer, json.used)],
      ['a code that is used again', (json: Tokens) => redeem(world.issuer, json.code)],
    ])('%s ends nothing, and everything when it comes again', async (_, end) => {
      const code = parameter(await signIn(agent(world.issuer)), 'code');
      const used = String((await redeem(world.issuer, code)).json['refresh_token']);
      const { json } = await refresh(world.issuer, used);
      const tokens = { code, used, refresh: String(json['refresh_token']) };
      await withoutEnding(table, async () => expect((await end(tokens)).status).toBe(500));
      expect([await isActive(json['access_token']), await isActive(json['refresh_token'])]).toEqual([true, true]);
      expect((await end(tokens)).status).toBeLessThan(500);
      expect([await isActive(json['access_token']), await isActive(json['refresh_token'])]).toEqual([false, false]);
    });
  });

  it('takes a pushed request once (D15)', async () => {
    const pushed = await agent(world.issuer).post('/oidc/par', {
      ...Object.fromEntries(new URL(authorize(), world.issuer).searchParams),
      client_secret: 'the-secret-of-a-test-client-0123456789',
    });
    expect(pushed.status).toBe(201);
    const url = `/oidc/authorize?client_id=wiki&request_uri=${encodeURIComponent(String(pushed.json['request_uri']))}`;
    const browser = agent(world.issuer);
    const first = await browser.get(url);
    const second = await browser.get(url);
    const finish = async (page?: string) => {
      const login = { accountId: 'ada', amr: ['pwd'], remember: true };
      const posted = await browser.post(page ?? '', { result: JSON.stringify({ login }) });
      return browser.get(posted.location ?? '');
    };
    expect(parameter(await finish(second.location), 'code')).toBeTruthy();
    expect((await finish(first.location)).location ?? '').not.toContain('code=');
    expect((await browser.get(url)).location ?? '').not.toContain('code=');
  });
});
