import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { protocolSettings } from '../../src/oidc/index.ts';
import {
  agent,
  authorize,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  signIn,
  VERIFIER,
  type World,
} from './support.ts';

describe('the protocol', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  it('announces exactly what it offers, at both well-known places', async () => {
    const browser = agent(world.issuer);
    const document = await browser.get('/.well-known/openid-configuration');
    expect((await browser.get('/.well-known/oauth-authorization-server')).json).toEqual(document.json);
    expect(JSON.parse(document.text.replaceAll(world.issuer, 'https://id.example'))).toMatchSnapshot();
  });

  it('publishes public keys only', async () => {
    const { json } = await agent(world.issuer).get('/oidc/jwks');
    const keys = json['keys'] as Record<string, unknown>[];
    expect(keys.map((key) => key['alg'])).toEqual(['RS256', 'ES256']);
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
      for (const key of keys) expect(key).not.toHaveProperty(secret);
  });

  it('takes host and scheme from the issuer, whatever a request says (V2, V12, E1)', async () => {
    const forged = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example;proto=https',
    };
    expect((await agent(world.issuer).get('/.well-known/openid-configuration', forged)).text).not.toContain(
      'evil.example',
    );
    const browser = agent(world.issuer);
    const page = await browser.get(authorize(), forged);
    const login = { accountId: 'ada', amr: ['pwd'], remember: true };
    const finished = await browser.post(page.location ?? '', { result: JSON.stringify({ login }) }, forged);
    expect(finished.location).toMatch(new RegExp(`^${world.issuer}/oidc/authorize/`));
  });

  it('has no registration and no dynamic client endpoint (D24)', async () => {
    const browser = agent(world.issuer);
    for (const path of [
      '/oidc/register',
      '/oidc/ciba',
      '/reg',
      '/auth',
      '/token',
      '/oidc/Token',
      '/oidc/token/',
      '/OIDC/jwks',
    ]) {
      expect((await browser.post(path, {})).status).toBe(404);
      expect((await browser.get(path)).status).toBe(404);
    }
    expect((await browser.get(authorize({ client_id: 'https://client.example/metadata' }))).status).toBe(400);
  });

  it('lets a browser app of a registered origin call the token endpoint, and no other origin (D22)', async () => {
    const at = async (origin: string) => {
      const code = parameter(await signIn(agent(world.issuer), { client_id: 'spa' }), 'code');
      const fields = {
        grant_type: 'authorization_code',
        code,
        client_id: 'spa',
        redirect_uri: 'https://spa.acme.example/cb',
        code_verifier: VERIFIER,
      };
      const answer = await agent(world.issuer).post('/oidc/token', fields, { origin });
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    };
    expect(await at('https://spa.acme.example')).toEqual([200, 'https://spa.acme.example']);
    expect(await at('https://evil.example')).toEqual([400, null]);
    expect(await at('null')).toEqual([400, null]);
  });

  describe('a code', () => {
    it('ends its family when it comes a second time (V5, D5)', async () => {
      const code = parameter(await signIn(agent(world.issuer)), 'code');
      const { json } = await redeem(world.issuer, code);
      expect((await redeem(world.issuer, code)).json['error']).toBe('invalid_grant');
      const userinfo = await agent(world.issuer).get('/oidc/userinfo', {
        authorization: `Bearer ${String(json['access_token'])}`,
      });
      expect(userinfo.status).toBe(401);
      expect((await refresh(world.issuer, String(json['refresh_token']))).json['error']).toBe('invalid_grant');
      expect(world.events.map(({ type }) => type)).toContain('oidc.code_reused');
    });

    it('is of no use to another client, and stays good for its own (V5, D6)', async () => {
      const code = parameter(await signIn(agent(world.issuer)), 'code');
      expect(
        (await redeem(world.issuer, code, { client_id: 'shop', redirect_uri: 'https://wiki.acme.example/cb' })).json[
          'error'
        ],
      ).toBe('invalid_grant');
      expect((await redeem(world.issuer, code, { redirect_uri: 'https://wiki.acme.example/bye' })).json['error']).toBe(
        'invalid_grant',
      );
      expect((await redeem(world.issuer, code)).status).toBe(200);
    });
  });

  it('refuses tokens of other kinds, cut ones and garbage, without an error of its own (D9, D19)', async () => {
    const { json } = await redeem(world.issuer, parameter(await signIn(agent(world.issuer)), 'code'));
    const good = String(json['refresh_token']);
    for (const bad of [
      good.slice(0, -1),
      `${good}A`,
      String(json['access_token']),
      String(json['id_token']),
      '',
      '\u0000',
      'x'.repeat(5000),
    ]) {
      const answer = await refresh(world.issuer, bad);
      expect(answer.status).toBe(400);
    }
    expect((await refresh(world.issuer, good, { client_id: 'shop' })).json['error']).toBe('invalid_grant');
    for (const authorization of ['Bearer', 'Bearer x', `Bearer ${'x'.repeat(8000)}`, 'Basic eDp4', 'Bearer a b']) {
      expect((await agent(world.issuer).get('/oidc/userinfo', { authorization })).status).toBeGreaterThanOrEqual(400);
      expect((await agent(world.issuer).get('/oidc/userinfo', { authorization })).status).toBeLessThan(500);
    }
    expect((await refresh(world.issuer, good)).status).toBe(200);
  });

  it('refuses a body of 200 kB at the token endpoint', async () => {
    const answer = await agent(world.issuer).post('/oidc/token', { grant_type: 'x'.repeat(200_000) });
    expect(answer.status).toBe(400);
  });

  it('keeps its own errors of JSON endpoints for a browser, too', async () => {
    const answer = await agent(world.issuer).post(
      '/oidc/token',
      { grant_type: 'authorization_code' },
      { accept: 'text/html' },
    );
    expect(answer.json).toMatchObject({ error: expect.any(String), error_description: expect.any(String) });
  });

  it('gives each client of a sector its own subject, where that is switched on', async () => {
    const paired = {
      client_id: 'wiki',
      client_secret: SECRET,
      redirect_uris: ['https://wiki.acme.example/cb'],
      first_party: true,
      subject_type: 'pairwise',
    };
    const other = await openWorld({
      clients: [paired],
      deps: { subjectSalt: Buffer.alloc(32, 7), protocol: protocolSettings.parse({ pairwise_subjects: true }) },
    });
    const tokens = await redeem(other.issuer, parameter(await signIn(agent(other.issuer)), 'code'));
    const userinfo = await agent(other.issuer).get('/oidc/userinfo', {
      authorization: `Bearer ${String(tokens.json['access_token'])}`,
    });
    expect(userinfo.json['sub']).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(
      JSON.parse(Buffer.from(String(tokens.json['id_token']).split('.')[1] ?? '', 'base64url').toString()),
    ).toMatchObject({ sub: userinfo.json['sub'] });
    await other.close();
  });
});
