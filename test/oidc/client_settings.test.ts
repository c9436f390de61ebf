import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientSettings, toMetadata, type ClientInput } from '../../src/clients/index.ts';
import { now } from '../../src/kit/clock.ts';
import { sha256 } from '../../src/kit/random.ts';
import { rightOnes, someClients } from '../config/some_clients.ts';
import { pass, useRealClock } from '../support/clock.ts';
import {
  agent,
  answerPrompt,
  API,
  authorize,
  begin,
  claimsOf,
  login,
  openWorld,
  parameter,
  SECRET,
  signIn,
  VERIFIER,
  type World,
} from './support.ts';

const READS = { [API]: ['read'] };
const OLD = 'the-old-secret-of-the-app-0123456789';
const HASHED = 'a-secret-that-the-config-does-not-hold';
const DAY = 86_400;
const inDays = (days: number) => new Date(now().getTime() + days * DAY * 1000).toISOString();
const hex = (secret: string) => Buffer.from(sha256(secret), 'base64url').toString('hex');

let world: World;
/** Clients of all kinds in which the config check found no mistake. */
let right: ClientInput[];

beforeAll(async () => {
  const rotating: Partial<ClientInput> = {
    client_secrets: [{ value: SECRET }, { value: OLD, expires_at: inDays(2) }, { sha256: hex(HASHED) }],
  };
  const drawn = fc.sample(someClients, { numRuns: 80, seed: 1 }).flat();
  right = (await rightOnes(drawn.map((client, index) => ({ ...client, client_id: `right-${index}` })))).written;
  world = await openWorld({
    clients: [
      ...right,
      { client_id: 'basic', type: 'service', ...rotating },
      { client_id: 'post', type: 'service', token_endpoint_auth_method: 'client_secret_post', ...rotating },
      { client_id: 'hashed', type: 'service', client_secrets: [{ sha256: hex(HASHED).toUpperCase() }] },
      { client_id: 'both', type: 'service', client_secret: OLD, client_secrets: [{ sha256: hex(HASHED) }] },
      { client_id: 'single', type: 'service', client_secret: SECRET },
      {
        client_id: 'staff',
        client_secret: SECRET,
        redirect_uris: ['https://staff.acme.example/cb'],
        first_party: true,
        allow: { domains: ['acme.example'] },
      },
      {
        client_id: 'short',
        type: 'service',
        client_secret: SECRET,
        resources: READS,
        lifetimes: { access_token: '5m' },
      },
      {
        client_id: 'long',
        type: 'service',
        client_secret: SECRET,
        resources: READS,
        lifetimes: { access_token: '1h' },
      },
      {
        client_id: 'wiki',
        client_secret: SECRET,
        redirect_uris: ['https://wiki.acme.example/cb'],
        first_party: true,
        lifetimes: {
          authorization_code: '10s',
          access_token: '5m',
          id_token: '2m',
          refresh_token_idle: '1h',
          refresh_token_max: '90m',
        },
      },
    ],
  });
});
afterEach(() => useRealClock());
afterAll(() => world.close());

/** The status with which a client is answered that says this secret. */
async function proves(client: string, secret: string): Promise<number> {
  const fields = { grant_type: 'client_credentials' };
  if (client === 'post')
    return (await agent(world.issuer).post('/oidc/token', { ...fields, client_id: client, client_secret: secret }))
      .status;
  const authorization = `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`;
  return (await agent(world.issuer).post('/oidc/token', fields, { authorization })).status;
}

describe('the secrets of a client', () => {
  it.each(['basic', 'post'])('all prove it (%s), and nothing else does', async (client) => {
    for (const secret of [SECRET, OLD, HASHED]) expect(await proves(client, secret)).toBe(200);
    for (const secret of ['wrong', hex(HASHED), sha256(HASHED), '']) expect(await proves(client, secret)).not.toBe(200);
  });

  it('expire one by one, by the clock of each request', async () => {
    pass(3 * DAY);
    expect(await proves('basic', OLD)).toBe(401);
    expect(await proves('post', OLD)).toBe(401);
    expect(await proves('basic', SECRET)).toBe(200);
    expect(await proves('basic', HASHED)).toBe(200);
  });

  it('may be known by their hash alone, in any case, and beside a single one', async () => {
    expect(await proves('hashed', HASHED)).toBe(200);
    expect(await proves('hashed', SECRET)).toBe(401);
    expect([await proves('both', OLD), await proves('both', HASHED), await proves('both', SECRET)]).toEqual([
      200, 200, 401,
    ]);
  });

  it('are compared by the library itself where there is one', async () => {
    expect([await proves('single', SECRET), await proves('single', OLD)]).toEqual([200, 401]);
  });
});

describe('the lifetimes of a client', () => {
  const codeOf = async () => {
    const browser = agent(world.issuer);
    const { page } = await begin(browser, { scope: 'openid' });
    return parameter(await answerPrompt(browser, page, login()), 'code');
  };
  const grant = (fields: Record<string, string>) =>
    agent(world.issuer).post('/oidc/token', { client_id: 'wiki', client_secret: SECRET, ...fields }, {});
  const redeemed = async (code: string) =>
    grant({
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://wiki.acme.example/cb',
      code_verifier: VERIFIER,
    });

  it('are its own', async () => {
    const { json } = await redeemed(await codeOf());
    const { iat, exp } = claimsOf(json['id_token']);
    expect([json['expires_in'], Number(exp) - Number(iat)]).toEqual([300, 120]);
  });

  it('end its codes', async () => {
    const code = await codeOf();
    pass(11);
    expect((await redeemed(code)).json['error']).toBe('invalid_grant');
  });

  it('end its refresh tokens, unused and used', async () => {
    const use = async (token: unknown) =>
      (await grant({ grant_type: 'refresh_token', refresh_token: String(token) })).json;
    const first = (await redeemed(await codeOf())).json['refresh_token'];
    pass(50 * 60);
    const second = (await use(first))['refresh_token'];
    pass(39 * 60);
    const third = (await use(second))['refresh_token'];
    expect(third).toEqual(expect.any(String));
    pass(2 * 60);
    expect((await use(third))['error']).toBe('invalid_grant');
    const unused = (await redeemed(await codeOf())).json['refresh_token'];
    pass(61 * 60);
    expect((await use(unused))['error']).toBe('invalid_grant');
  });

  it.each([
    ['short', 300],
    ['long', 600],
  ])('shorten what a resource allows, and never lengthen it (%s)', async (client_id, seconds) => {
    const fields = { grant_type: 'client_credentials', resource: API, scope: 'read' };
    const { json } = await agent(world.issuer).post('/oidc/token', { ...fields, client_id, client_secret: SECRET });
    expect(json['expires_in']).toBe(seconds);
  });
});

describe('a client that is for certain accounts', () => {
  const redirect_uri = 'https://staff.acme.example/cb';
  const post = (path: string, fields: Record<string, string>) =>
    agent(world.issuer).post(path, { client_id: 'staff', client_secret: SECRET, ...fields });
  const codeFor = async () =>
    parameter(await signIn(agent(world.issuer), { client_id: 'staff', redirect_uri }, 'bob'), 'code');
  const redeem = (code: string) =>
    post('/oidc/token', { grant_type: 'authorization_code', code, redirect_uri, code_verifier: VERIFIER });

  it('is of no use any more to an account that is none of them by now', async () => {
    const { json: tokens } = await redeem(await codeFor());
    const code = await codeFor();
    const bob = world.accounts.get('bob');
    if (!bob) throw new Error('no bob');
    world.accounts.set('bob', { ...bob, claims: () => ({ ...bob.claims(), email: 'bob@elsewhere.example' }) });
    const authorization = `Bearer ${String(tokens['access_token'])}`;
    expect((await agent(world.issuer).get('/oidc/userinfo', { authorization })).status).toBe(401);
    const asked = await post('/oidc/introspect', { token: String(tokens['access_token']) });
    expect(asked.json).toEqual({ active: false });
    expect((await redeem(code)).json['error']).toBe('invalid_grant');
    const refreshed = await post('/oidc/token', {
      grant_type: 'refresh_token',
      refresh_token: String(tokens['refresh_token']),
    });
    expect(refreshed.json['error']).toBe('invalid_grant');
    world.accounts.set('bob', bob);
  });

  it('is refused with access_denied where no page may be shown', async () => {
    const browser = agent(world.issuer);
    await answerPrompt(browser, (await begin(browser)).page, login('eve'));
    const eve = world.accounts.get('eve');
    if (!eve) throw new Error('no eve');
    const silently = { client_id: 'staff', redirect_uri, prompt: 'none' };
    expect(parameter(await browser.get(authorize(silently)), 'code')).toEqual(expect.any(String));
    world.accounts.set('eve', { ...eve, claims: () => ({ ...eve.claims(), email_verified: false }) });
    const answer = await browser.get(authorize(silently));
    expect(parameter(answer, 'error')).toBe('access_denied');
    const { visit } = await begin(browser, { client_id: 'staff', redirect_uri });
    expect(visit.prompt).toMatchObject({ name: 'login', reasons: ['not_allowed'] });
    world.accounts.set('eve', eve);
  });
});

describe('a client in which the config check finds no mistake', () => {
  it('resolves, whatever it is', async () => {
    expect(right.length).toBeGreaterThan(15);
    const browser = agent(world.issuer);
    for (const client of right) {
      const {
        client_id,
        response_types: types,
        redirect_uris: [redirect_uri],
        ...metadata
      } = toMetadata(clientSettings.parse(client));
      const page = await browser.get(authorize({ client_id, redirect_uri }), { accept: 'text/html' });
      expect([client_id, page.status < 500, page.text.includes('client_unknown')]).toEqual([client_id, true, false]);
      if (types.length > 0 && metadata['require_pushed_authorization_requests'] !== true) expect(page.status).toBe(303);
      const token = await browser.post('/oidc/token', { client_id, grant_type: 'none-such' });
      expect([client_id, token.json['error']]).toEqual([
        client_id,
        expect.stringMatching(/^(invalid_client|unsupported_grant_type|invalid_request)$/),
      ]);
    }
  });
});
