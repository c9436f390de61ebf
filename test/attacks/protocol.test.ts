import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { openDatabase } from '../../src/database/index.ts';
import { epochSeconds } from '../../src/kit/clock.ts';
import {
  agent,
  authorize,
  CLIENTS,
  exchange,
  login,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  signIn,
  token,
  type Answer,
  type World,
} from '../oidc/support.ts';

const encryptionKey = randomBytes(32);
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const EVIL = 'https://evil.example/cb';

let world: World;
let privateKey: CryptoKey;
let otherKey: CryptoKey;
/** The first key as its client published it. */
let published: object;

beforeAll(async () => {
  const [own, other] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  [privateKey, otherKey, published] = [own.privateKey, other.privateKey, await exportJWK(own.publicKey)];
  const signed = async (client_id: string, key: CryptoKey, kid: string) => ({
    client_id,
    type: 'service' as const,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...(await exportJWK(key)), kid, alg: 'ES256', use: 'sig' }] },
  });
  world = await openWorld({
    encryptionKey,
    clients: [
      ...CLIENTS,
      await signed('signed', own.publicKey, 'own'),
      await signed('neighbour', other.publicKey, 'theirs'),
    ],
  });
});
afterAll(() => world.close());

describe('D1, D2: a redirect URI that was not registered', () => {
  it('is refused by every way to ask: a form, a pushed request, with an error or without', async () => {
    const query = new URL(authorize({ redirect_uri: EVIL }), world.issuer).search.slice(1);
    const posted = await agent(world.issuer).post('/oidc/authorize', query);
    const asked = await agent(world.issuer).get(posted.location ?? '', { accept: 'text/html' });
    expect([asked.status, asked.location]).toEqual([400, undefined]);
    for (const redirect_uri of [EVIL, 'https://wiki.acme.example/cb/', 'HTTPS://wiki.acme.example/cb']) {
      const pushed = await push({ redirect_uri });
      expect([pushed.status, pushed.json['error']]).toEqual([400, 'invalid_request']);
    }
    const prompted = await agent(world.issuer).get(authorize({ redirect_uri: EVIL, prompt: 'none' }));
    expect([prompted.status, prompted.location]).toEqual([400, undefined]);
  });
});

describe('D11: an assertion of a client', () => {
  const assertion = async (
    change: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key = privateKey,
  ) =>
    new SignJWT({
      iss: 'signed',
      sub: 'signed',
      aud: world.issuer,
      jti: randomUUID(),
      exp: epochSeconds() + 60,
      ...change,
    })
      .setProtectedHeader({ alg: 'ES256', ...header })
      .sign(key);
  const ask = (client_assertion: string): Promise<Answer> =>
    agent(world.issuer).post('/oidc/token', {
      grant_type: 'client_credentials',
      client_assertion_type: ASSERTION,
      client_assertion,
    });

  it('counts once, also of many that come at once', async () => {
    const one = await assertion();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(one)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect([answers.length - refused.length, new Set(refused.map(({ json }) => json['error']))]).toEqual([
      1,
      new Set(['invalid_client']),
    ]);
    expect((await ask(one)).json['error']).toBe('invalid_client');
  });

  it('counts for us, in its time, and under the key of that very client', async () => {
    const publicPart = new TextEncoder().encode(JSON.stringify(published));
    const bad: Record<string, Promise<string>> = {
      'another audience': assertion({ aud: 'https://other.example' }),
      'no audience': assertion({ aud: undefined }),
      'no end': assertion({ exp: undefined }),
      'an end that is over': assertion({ exp: epochSeconds() - 60 }),
      'an end in an hour': assertion({ exp: epochSeconds() + 3600 }),
      'no id': assertion({ jti: undefined }),
      'another issuer': assertion({ iss: 'neighbour' }),
      'the key of a neighbour': assertion({}, {}, otherKey),
      'the key id of a neighbour': assertion({}, { kid: 'theirs' }, otherKey),
      'the public key as a secret': new SignJWT({ iss: 'signed', sub: 'signed', aud: world.issuer, jti: randomUUID() })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(publicPart),
    };
    for (const [what, made] of Object.entries(bad)) {
      const answer = await ask(await made);
      expect([what, answer.status, answer.json['access_token']]).toEqual([what, expect.any(Number), undefined]);
      expect([400, 401]).toContain(answer.status);
    }
    expect((await ask(await assertion())).status).toBe(200);
  });
});

describe('D13: a response mode that was not registered', () => {
  it.each(['web_message', 'jwt', 'query.jwt', 'form_post.jwt', 'fragment.jwt'])(
    '%s is an error',
    async (response_mode) => {
      const answer = await agent(world.issuer).get(authorize({ response_mode }));
      expect(answer.location).toMatch(/^https:\/\/wiki\.acme\.example\/cb\?error=unsupported_response_mode&/);
    },
  );
});

describe('D14: scopes', () => {
  it('that nobody configured are not given, however many are asked for', async () => {
    const many = Array.from({ length: 800 }, (_, at) => `s${at}`).join(' ');
    const answer = await signIn(agent(world.issuer), { scope: `openid email admin root ${many}` });
    const tokens = await redeem(world.issuer, parameter(answer, 'code'));
    expect(tokens.json['scope']).toBe('openid email');
    const service = await token(world.issuer, { client_id: 'job', grant_type: 'client_credentials', scope: 'admin' });
    expect(service.json['scope']).toBeUndefined();
  });
});

describe('D15: a pushed request', () => {
  const open = (uri: unknown, client_id = 'wiki') =>
    `/oidc/authorize?${new URLSearchParams({ client_id, request_uri: String(uri) }).toString()}`;

  it('is of no use to another client, nor after its time, and stays good for its own', async () => {
    const { json } = await push();
    const stolen = await agent(world.issuer).get(open(json['request_uri'], 'shop'));
    expect(stolen.location ?? '').not.toContain('/interaction/');
    const unknown = await agent(world.issuer).get(open('urn:ietf:params:oauth:request_uri:x'));
    expect(unknown.location ?? '').not.toContain('/interaction/');
    expect((await agent(world.issuer).get(open(json['request_uri']))).location).toMatch(/^\/interaction\//);
  });

  it('ends in one code, of eight browsers that finish it at once', async () => {
    const { json } = await push();
    const pages = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const browser = agent(world.issuer);
        const { location = '' } = await browser.get(open(json['request_uri']));
        const finished = await browser.post(location, { result: JSON.stringify(login()) });
        return { browser, resume: finished.location ?? '' };
      }),
    );
    const ends = await Promise.all(pages.map(({ browser, resume }) => browser.get(resume)));
    expect(ends.filter(({ location = '' }) => location.includes('code='))).toHaveLength(1);
  });

  it('and none brings claims beyond its scopes that its person did not allow', async () => {
    const claims = JSON.stringify({ id_token: { email: { essential: true } }, userinfo: { phone_number: null } });
    const shop = { client_id: 'shop', scope: 'openid' };
    const browser = agent(world.issuer);
    await signIn(browser, shop);
    const silent = await browser.get(authorize({ ...shop, claims, prompt: 'none' }));
    expect(parameter(silent, 'error')).toBe('consent_required');
    expect(parameter(await browser.get(authorize({ ...shop, prompt: 'none' })), 'code')).toBeTruthy();
    expect(world.outbound).toEqual([]);
  });
});

describe('D16: a URI that cannot be parsed', () => {
  it.each([
    '/%zz',
    '/%',
    '/interaction/%E0%A4%A',
    '/interaction/%00',
    '//evil.example/%2e%2e',
    '/\\evil.example',
    '/oidc/authorize?%',
  ])('%s is refused', async (path) => {
    const { status, location } = await exchange(
      { port: world.port, method: 'GET', path, headers: { host: new URL(world.issuer).host } },
      '',
    );
    expect([status >= 400 && status < 500, location]).toEqual([true, undefined]);
  });
});

describe('D17: the answer to an app', () => {
  it.each([
    ['emoji and signs', 'emoji 🦊 & = + % #'],
    ['two kilobytes', 'x'.repeat(2048)],
    ['markup', '"><svg onload=alert(1)>'],
  ])('gives the state back byte by byte: %s', async (_name, state) => {
    const good = await signIn(agent(world.issuer), { state });
    const bad = await agent(world.issuer).get(authorize({ state, prompt: 'none' }));
    for (const answer of [good, bad]) {
      expect([parameter(answer, 'state'), parameter(answer, 'iss')]).toEqual([state, world.issuer]);
      expect(answer.headers.get('referrer-policy')).toBe('same-origin');
    }
  });
});

describe('D19: a token of somebody else', () => {
  it('is not told from one that never was', async () => {
    const { json } = await redeem(world.issuer, parameter(await signIn(agent(world.issuer)), 'code'));
    const asShop = { client_id: 'shop', client_secret: SECRET };
    for (const one of [json['refresh_token'], json['access_token'], 'never-was']) {
      const introspected = await agent(world.issuer).post('/oidc/introspect', { ...asShop, token: String(one) });
      expect([introspected.status, introspected.json]).toEqual([200, { active: false }]);
    }
    const inQuery = await agent(world.issuer).get(`/oidc/userinfo?access_token=${String(json['access_token'])}`);
    expect(inQuery.status).toBe(400);
  });
});

describe('D20: a revocation', () => {
  it('that the database did not take is told as failed, and the token stays what it was', async () => {
    const { json } = await redeem(world.issuer, parameter(await signIn(agent(world.issuer)), 'code'));
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
    const broken = await openWorld({ encryptionKey, issuer: world.issuer, deps: { database: away } });
    const about = { client_id: 'wiki', client_secret: SECRET, token: String(json['refresh_token']) };
    expect((await agent(world.issuer, broken.port).post('/oidc/revoke', about)).status).toBe(503);
    expect((await refresh(world.issuer, about.token)).status).toBe(200);
    await broken.close();
    await away.close();
  });
});

function push(change: Record<string, string> = {}): Promise<Answer> {
  const parameters = Object.fromEntries(new URL(authorize(change), world.issuer).searchParams);
  return agent(world.issuer).post('/oidc/par', { ...parameters, client_secret: SECRET });
}
