import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { protocolSettings } from '../../src/oidc/index.ts';
import { createOutbound, type Outbound } from '../../src/outbound/index.ts';
import {
  agent,
  answerPrompt,
  API,
  authorize,
  begin,
  claimsOf,
  CLIENTS,
  login,
  openWorld,
  parameter,
  redeem,
  signIn,
  VERIFIER,
  type Answer,
  type World,
} from '../oidc/support.ts';
import { startDocumentHost, type DocumentHost } from '../support/document_host.ts';
import { sweepRoom } from '../support/sweep.ts';

const CALLBACK = 'https://robot.example/cb';
const REGISTER = '/oidc/register';
const WEB = { client_name: 'Robot', redirect_uris: [CALLBACK], grant_types: ['authorization_code', 'refresh_token'] };

const encryptionKey = randomBytes(32);

let world: World;
let host: DocumentHost;
let outbound: Outbound;

const protocolOf = (registration: object = {}, documents: object = {}) =>
  protocolSettings.parse({
    registration,
    client_id_metadata: { allow: [host.host, '*.client.example'], resources: [API], ...documents },
  });

beforeAll(async () => {
  host = await startDocumentHost();
  // As in development mode with `loopback_for_strangers`; names that strangers own lie wherever they like.
  const loopback = ['127.0.0.0/8'];
  const resolve = async () => [{ address: '10.1.2.3', family: 4 }];
  outbound = createOutbound({ mode: 'development', trustedHosts: [], allow: loopback, resolve });
  world = await openWorld({
    encryptionKey,
    clients: [...CLIENTS, { ...wiki, client_id: 'keyed', jwks_uri: 'https://keys.internal/jwks' }],
    deps: { protocol: protocolOf(), strangers: { fetch: outbound.fetch, loopback: () => true } },
  });
});
afterAll(async () => {
  await world.close();
  await outbound.close();
  await host.close();
});
beforeEach(async () => {
  await world.database.knex('rate_limits').delete();
  world.oidc.rebuild({ protocol: protocolOf() });
});

const wiki = { client_secret: 'x'.repeat(30), redirect_uris: ['https://wiki.acme.example/cb'] };

async function initialToken(uses = 1, lifetime = 60): Promise<string> {
  const { token } = await world.oidc.registrations.tokens.make({ uses, lifetime, createdBy: 'tests' });
  return token;
}

async function send(method: string, path: string, token: string | undefined, body?: unknown): Promise<Answer> {
  const response = await fetch(new URL(path, world.issuer), {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, json };
}

const register = async (metadata: object = WEB, token?: string) =>
  send('POST', REGISTER, token ?? (await initialToken()), metadata);

async function registered(metadata: object = WEB): Promise<{ id: string; secret: string; token: string }> {
  const { status, json, text } = await register(metadata);
  if (status !== 201) throw new Error(`not registered: ${text}`);
  return {
    id: String(json['client_id']),
    secret: String(json['client_secret']),
    token: String(json['registration_access_token']),
  };
}

async function serverOf(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const answer = await oauth.discoveryRequest(url, { algorithm: 'oauth2', [oauth.allowInsecureRequests]: true });
  return oauth.processDiscoveryResponse(url, answer);
}

/** Somebody allows the app something: the answer of the token endpoint. */
async function grantTo(id: string, secret: string): Promise<Answer> {
  const change = { client_id: id, redirect_uri: CALLBACK };
  const answer = await signIn(agent(world.issuer), change);
  return redeem(world.issuer, parameter(answer, 'code'), { ...change, client_secret: secret });
}

function userinfo({ json }: Answer): Promise<Answer> {
  return agent(world.issuer).get('/oidc/userinfo', { authorization: `Bearer ${String(json['access_token'])}` });
}

const visitOf = (id: string, change: Record<string, string> = {}) =>
  begin(agent(world.issuer), { client_id: id, redirect_uri: CALLBACK, ...change });

const errorOf = ({ status, json }: Answer) => [status, json['error']];

describe('an app that registers itself', () => {
  it('does so with an initial access token, and signs people in who allow it', async () => {
    const config = await client.dynamicClientRegistration(new URL(world.issuer), WEB, undefined, {
      initialAccessToken: await initialToken(),
      execute: [client.allowInsecureRequests],
    });
    const { client_id: id } = config.clientMetadata();
    expect(id).toMatch(/^registered-/);
    const browser = agent(world.issuer);
    const { page, visit } = await begin(browser, { client_id: id, redirect_uri: CALLBACK });
    expect(visit.client).toMatchObject({ name: 'Robot', stranger: 'registered', first_party: false });
    const asked = await answerPrompt(browser, page, login());
    expect(asked.location).toMatch(/^\/interaction\//);
    const answer = await answerPrompt(browser, asked.location ?? '', { consent: true });
    const tokens = await client.authorizationCodeGrant(config, new URL(answer.location ?? ''), {
      expectedState: 'the-state-of-the-client',
      expectedNonce: String(visit.params['nonce']),
      pkceCodeVerifier: VERIFIER,
    });
    expect(tokens.claims()).toMatchObject({ aud: id, sub: 'ada' });
    const { items } = await world.oidc.grantsOf('ada', { limit: 9, only: id });
    expect(items.map(({ clientId }) => clientId)).toEqual([id]);
    expect((await world.oidc.appsOf([id, 'wiki', 'nobody'])).get(id)).toMatchObject({ name: 'Robot', stranger: true });
  });

  it('speaks to an independent library, and proves itself by a key of its own', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const options = { [oauth.allowInsecureRequests]: true };
    const as = await serverOf(world.issuer);
    const answer = await oauth.dynamicClientRegistrationRequest(
      as,
      {
        ...WEB,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'own', alg: 'ES256', use: 'sig' }] },
      },
      { ...options, initialAccessToken: await initialToken() },
    );
    const own = await oauth.processDynamicClientRegistrationResponse(answer);
    expect(own['client_secret']).toBeUndefined();
    const signed = await signIn(agent(world.issuer), { client_id: own.client_id, redirect_uri: CALLBACK });
    const back = oauth.validateAuthResponse(as, own, new URL(signed.location ?? ''), 'the-state-of-the-client');
    const tokens = await oauth.authorizationCodeGrantRequest(
      as,
      own,
      oauth.PrivateKeyJwt({ key: privateKey, kid: 'own' }),
      back,
      CALLBACK,
      VERIFIER,
      options,
    );
    expect(tokens.status).toBe(200);
  });

  it('is refused without a token, and with one that is over, used up or withdrawn (D24)', async () => {
    expect((await send('POST', REGISTER, undefined, WEB)).status).toBe(401);
    const withdrawn = await world.oidc.registrations.tokens.make({ uses: 9, lifetime: 60, createdBy: 'tests' });
    await world.oidc.registrations.tokens.withdraw(withdrawn.made.id.slice(0, 8));
    const used = await initialToken();
    expect((await register(WEB, used)).status).toBe(201);
    for (const token of ['none', withdrawn.token, used, await initialToken(1, -1)])
      expect(errorOf(await register(WEB, token))).toEqual([401, 'invalid_token']);
  });

  it('registers as many as its token has uses, also when they come at once', async () => {
    const token = await initialToken(3);
    const answers = await Promise.all(Array.from({ length: 8 }, () => register(WEB, token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
  });
});

describe('D25: what an app that registers itself says', () => {
  it('brings none of the keys that are our own, whichever features are on', async () => {
    world.oidc.rebuild({ protocol: { ...protocolOf(), token_exchange: true } });
    const own = {
      allow: { domains: ['acme.example'] },
      lifetimes: { access_token: '365d' },
      client_secrets: [{ value: 'chosen-by-a-stranger-who-knows' }],
      exchange: { from: ['wiki'], to: [API], scopes: ['read'] },
      may_act: 'wiki',
      resources: { [API]: ['read', 'write'] },
    };
    const { status, json } = await register({ ...WEB, ...own });
    expect([status, Object.keys(own).filter((key) => key in json)]).toEqual([201, []]);
  });

  it('asks for nothing in detail, whichever types of it there are', async () => {
    const types = { payment: { label: 'Make a payment', fields: {} } };
    const { rich_authorization_requests } = protocolSettings.parse({ rich_authorization_requests: { types } });
    world.oidc.rebuild({ protocol: { ...protocolOf(), rich_authorization_requests } });
    for (const own of [{}, { authorization_details_types: ['payment'] }]) {
      const { id } = await registered({ ...WEB, ...own });
      const asked = { client_id: id, redirect_uri: CALLBACK };
      const authorization_details = JSON.stringify([{ type: 'payment' }]);
      const answer = await agent(world.issuer).get(authorize({ ...asked, authorization_details }));
      expect(answer.location).toContain('error=invalid_authorization_details');
    }
  });

  it('never is what only an admin can say, nor the id of another app', async () => {
    const { json } = await register({
      ...WEB,
      client_id: 'wiki',
      client_secret: 'chosen',
      first_party: true,
      require_pkce: false,
      require: 'none',
      upstreams: ['google'],
    });
    const own = ['first_party', 'require_pkce', 'require', 'upstreams'].filter((key) => key in json);
    expect([json['client_id'] === 'wiki', json['client_secret'] === 'chosen', own]).toEqual([false, false, []]);
    const id = String(json['client_id']);
    const plain = await agent(world.issuer).get(
      authorize({ client_id: id, redirect_uri: CALLBACK, code_challenge: undefined, code_challenge_method: undefined }),
    );
    expect(plain.location).toContain('error=invalid_request');
    const browser = agent(world.issuer);
    await signIn(browser);
    const next = await browser.get(authorize({ client_id: id, redirect_uri: CALLBACK }));
    expect((await begin(browser, { client_id: id, redirect_uri: CALLBACK })).visit.prompt.name).toBe('consent');
    expect(next.location).toMatch(/^\/interaction\//);
    expect((await begin(agent(world.issuer))).visit.client.name).toBe('Wiki');
  });

  const REFUSED: [what: string, metadata: object][] = [
    ['plain http', { redirect_uris: ['http://robot.example/cb'] }],
    ['a fragment', { redirect_uris: [`${CALLBACK}#x`] }],
    ['a wildcard', { redirect_uris: ['https://*.robot.example/cb'] }],
    ['a host that no policy of a page can name', { redirect_uris: ['https://a;b.example/cb'] }],
    ['a script', { redirect_uris: ['javascript:alert(1)'] }],
    ['a scheme of an app', { redirect_uris: ['com.robot:/cb'], application_type: 'native' }],
    ['loopback for a web app', { redirect_uris: ['http://127.0.0.1/cb'] }],
    ['no redirect URI', { redirect_uris: [] }],
    ['no list', { redirect_uris: CALLBACK }],
    ['too many redirect URIs', { redirect_uris: Array.from({ length: 21 }, (_, at) => `${CALLBACK}/${at}`) }],
    ['a long redirect URI', { redirect_uris: [`${CALLBACK}/${'x'.repeat(2000)}`] }],
    ['client credentials', { grant_types: ['client_credentials'] }],
    ['the implicit flow', { response_types: ['id_token'] }],
    ['a name that turns the text around', { client_name: 'Ro\u202Ebot' }],
    ['a name that fills the page', { client_name: 'x'.repeat(101) }],
    ['a policy that is a script', { policy_uri: 'javascript:alert(1)' }],
    ['a place for sign-outs in the clear', { backchannel_logout_uri: 'http://robot.example/out' }],
    ['a start in the clear', { initiate_login_uri: 'http://robot.example/start' }],
    ['a private key', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] } }],
  ];
  it.each(REFUSED)('is refused with %s', async (_what, metadata) => {
    const token = await initialToken();
    const { status, json } = await register({ ...WEB, ...metadata }, token);
    expect([status, json['error']]).toEqual([400, expect.stringMatching(/^invalid_(client_metadata|redirect_uri)$/)]);
    expect((await register(WEB, token)).status).toBe(201);
  });

  it('is not told of answers at a place that nobody would take from an admin', async () => {
    const grant_types = ['urn:openid:params:grant-type:ciba'];
    world.oidc.rebuild({ protocol: { ...protocolOf({ grant_types }), ciba: { delivery: ['ping'] } } });
    const asking = { client_name: 'Robot', grant_types, response_types: [], backchannel_token_delivery_mode: 'ping' };
    const told = (backchannel_client_notification_endpoint: string) =>
      register({ ...asking, backchannel_client_notification_endpoint });
    expect((await told('https://robot.example/told')).status).toBe(201);
    expect(errorOf(await told('https://user:pass@robot.example/told'))).toEqual([400, 'invalid_client_metadata']);
  });

  it('is bounded by the settings: scopes, grants, URIs and APIs', async () => {
    const { json } = await register({ ...WEB, scope: 'openid phone' });
    expect(json['scope']).toBe('openid');
    const { id } = await registered();
    const ask = async (change: Record<string, string>) =>
      (await agent(world.issuer).get(authorize({ client_id: id, redirect_uri: CALLBACK, ...change }))).location ?? '';
    expect(await ask({ scope: 'openid phone' })).toContain('error=invalid_scope');
    expect(await ask({ scope: 'openid read', resource: API })).toContain('error=invalid_target');
    world.oidc.rebuild({ protocol: protocolOf({ resources: [API], redirect_uris: ['https', 'loopback', 'custom'] }) });
    expect(await ask({ scope: 'openid read', resource: API })).toMatch(/^\/interaction\//);
    const native = { redirect_uris: ['com.robot:/cb', 'http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' };
    expect((await register({ ...WEB, ...native })).json).toMatchObject({ application_type: 'native' });
  });

  it('shows nothing of ours as its own: no picture, and no link but to its rules', async () => {
    const { id } = await registered({ ...WEB, logo_uri: `${world.issuer}/x.svg`.replace('http:', 'https:') });
    const { client: shown } = (await visitOf(id)).visit;
    expect([shown.logo, shown.uri]).toEqual([undefined, undefined]);
  });

  it('is limited in number, and by the address that it comes from', async () => {
    world.oidc.rebuild({ protocol: protocolOf({ most: 1 }) });
    expect(errorOf(await register())).toEqual([503, 'temporarily_unavailable']);
    world.oidc.rebuild({ protocol: protocolOf() });
    const token = await initialToken(99);
    const answers: Answer[] = [];
    for (let at = 0; at < 20; at += 1) answers.push(await register({ ...WEB, redirect_uris: [] }, token));
    const last = answers.at(-1);
    expect([last?.status, Number(last?.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

describe('a registered app', () => {
  it('puts no host and no picture of its choice before whoever connects a device of it (D25)', async () => {
    const device = 'urn:ietf:params:oauth:grant-type:device_code';
    world.oidc.rebuild({ protocol: protocolOf({ grant_types: [device] }) });
    const { id } = await registered({
      client_name: 'Robot',
      token_endpoint_auth_method: 'none',
      grant_types: [device],
      response_types: [],
      redirect_uris: [],
      client_uri: 'https://bank.example/',
      logo_uri: 'https://bank.example/logo.png',
    });
    const asked = await agent(world.issuer).post('/oidc/device', { client_id: id, scope: 'openid' });
    const browser = agent(world.issuer);
    await begin(browser);
    const { xsrf } = (await browser.get('/device')).json;
    const typed = { xsrf: String(xsrf), user_code: String(asked.json['user_code']) };
    const { json } = await browser.post('/device', typed);
    expect(json).toMatchObject({ page: 'confirm', app: 'Robot' });
    expect(JSON.stringify(json)).not.toContain('bank.example');
  });

  it('leads nobody to a place of its choice after a sign-out (D25)', async () => {
    const { id } = await registered({ ...WEB, client_uri: 'https://bank.example/' });
    const { json } = await agent(world.issuer).get(`/oidc/logout/success?client_id=${id}`);
    expect(json).toEqual({ page: 'signed-out', app: 'Robot' });
  });

  it('reads, changes and removes what it registered; each change has a token of its own', async () => {
    const { id, secret, token } = await registered();
    const path = `${REGISTER}/${id}`;
    expect((await send('GET', path, token)).json).toMatchObject({ client_id: id, client_name: 'Robot' });
    const change = { ...WEB, client_id: id, client_secret: secret, client_name: 'Robot II', first_party: true };
    const changed = await send('PUT', path, token, change);
    expect(changed.json).toMatchObject({ client_name: 'Robot II', client_secret: secret });
    expect(changed.json['first_party']).toBeUndefined();
    expect(errorOf(await send('GET', path, token))).toEqual([401, 'invalid_token']);
    const next = String(changed.json['registration_access_token']);
    const both = await Promise.all([send('PUT', path, next, change), send('PUT', path, next, change)]);
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 401]);
    const last = String(both.find(({ status }) => status === 200)?.json['registration_access_token']);
    const tokens = await grantTo(id, secret);
    expect((await send('DELETE', path, last)).status).toBe(204);
    expect((await send('GET', path, last)).status).toBe(401);
    expect((await userinfo(tokens)).status).toBe(401);
    expect((await agent(world.issuer).get(authorize({ client_id: id, redirect_uri: CALLBACK }))).status).toBe(400);
  });

  it('is not managed with the token of another one', async () => {
    const [one, other] = [await registered(), await registered()];
    expect((await send('GET', `${REGISTER}/${one.id}`, other.token)).status).toBe(401);
    expect((await send('DELETE', `${REGISTER}/wiki`, one.token)).status).toBe(401);
    expect((await begin(agent(world.issuer))).visit.client.name).toBe('Wiki');
  });

  it('ends with all that it was allowed when an admin removes it, or nobody uses it for long', async () => {
    const { id, secret } = await registered();
    const tokens = await grantTo(id, secret);
    expect(await world.oidc.registrations.remove(id)).toBe(true);
    expect(await world.oidc.registrations.remove('wiki')).toBe(false);
    expect((await userinfo(tokens)).status).toBe(401);
    expect((await world.oidc.grantsOf('ada', { limit: 9, only: id })).items).toEqual([]);
    const [idle, busy] = [await registered(), await registered()];
    await world.database.knex('registered_clients').update({ used_at: new Date(Date.now() - 91 * 86_400_000) });
    await visitOf(busy.id);
    await sweepRoom(world.database, world.oidc);
    const left: string[] = await world.database.knex('registered_clients').pluck('id');
    expect([left.includes(idle.id), left.includes(busy.id)]).toEqual([false, true]);
  });

  it('gives way to a client of the config with its id, and cannot manage that one', async () => {
    const { id, token } = await registered();
    const other = await openWorld({
      clients: [...CLIENTS, { ...wiki, client_id: id, name: 'Reviewed', redirect_uris: [CALLBACK] }],
      database: world.database,
      encryptionKey,
      deps: { protocol: protocolOf() },
    });
    const { visit } = await begin(agent(other.issuer), { client_id: id, redirect_uri: CALLBACK });
    expect(visit.client).toMatchObject({ name: 'Reviewed' });
    expect(visit.client.stranger).toBeUndefined();
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${other.issuer}${REGISTER}/${id}`, { headers })).status).toBe(401);
    await other.close();
  });

  it('is unknown while registration is off', async () => {
    const { id, token } = await registered();
    world.oidc.rebuild({ protocol: protocolSettings.parse({}) });
    expect((await send('GET', `${REGISTER}/${id}`, token)).status).toBe(404);
    expect((await agent(world.issuer).get(authorize({ client_id: id, redirect_uri: CALLBACK }))).status).toBe(400);
  });
});

describe('H12: what an app that registers itself names', () => {
  const PRIVATE = [
    'https://10.0.0.1/x',
    'https://169.254.169.254/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://0x0a000001/x',
  ];
  const named = [...PRIVATE, 'https://rebound.example/x'];

  it.each(named)('is not called at %s, whichever way it is said, nor told what is there', async (uri) => {
    const { json, status } = await register({ ...WEB, sector_identifier_uri: uri });
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata']);
    expect(json['error_description']).toBe('could not load sector_identifier_uri response');
    const { id } = await registered({ ...WEB, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: uri });
    const assertion = `${btoa('{"alg":"ES256"}')}.${btoa(JSON.stringify({ iss: id, sub: id }))}.x`;
    const asked = await agent(world.issuer).post('/oidc/token', {
      grant_type: 'authorization_code',
      client_id: id,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(asked.status).toBeGreaterThanOrEqual(400);
    expect(asked.text).not.toContain('10.');
    expect(world.outbound).toEqual([]);
  });

  it('is called where it is public, without the trust that hosts of the config have', async () => {
    host.files.set('/sector', [CALLBACK]);
    const { status } = await register({ ...WEB, sector_identifier_uri: `${host.base}/sector` });
    expect([status, host.asked]).toEqual([201, ['/sector']]);
    const other = { ...WEB, redirect_uris: ['https://other.example/cb'], sector_identifier_uri: `${host.base}/sector` };
    expect((await register(other)).status).toBe(400);
    // `keyed` of the config has keys on this host; only its own URL may be private.
    await register({ ...WEB, sector_identifier_uri: 'https://keys.internal/other' });
    expect(world.outbound).toEqual([]);
  });
});

describe('an app whose id is the URL of its metadata', () => {
  const NATIVE = { redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none', client_name: 'Robot' };
  let count = 0;

  /** The id of an app with this document. */
  function documented(metadata: object = NATIVE): string {
    const path = `/robot-${(count += 1)}.json`;
    host.files.set(path, { client_id: host.base + path, ...metadata });
    return host.base + path;
  }
  const ask = (id: string, change: Record<string, string | undefined> = {}) =>
    agent(world.issuer).get(authorize({ client_id: id, redirect_uri: 'http://127.0.0.1:4567/cb', ...change }));

  it('signs people in for a resource, as an MCP client does, and is fetched once', async () => {
    const as = await serverOf(world.issuer);
    expect(as['client_id_metadata_document_supported']).toBe(true);
    const id = documented();
    const redirect = 'http://127.0.0.1:51234/cb';
    const browser = agent(world.issuer);
    const change = { client_id: id, redirect_uri: redirect, scope: 'read', resource: API, nonce: undefined };
    const { page, visit } = await begin(browser, change);
    expect(visit.client).toMatchObject({ id, stranger: 'document', host: host.host, first_party: false });
    const asked = await answerPrompt(browser, page, login());
    const answer = await answerPrompt(browser, asked.location ?? '', { consent: true });
    const own = { client_id: id };
    const back = oauth.validateAuthResponse(as, own, new URL(answer.location ?? ''), 'the-state-of-the-client');
    const options = { [oauth.allowInsecureRequests]: true, additionalParameters: { resource: API } };
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      own,
      oauth.None(),
      back,
      redirect,
      VERIFIER,
      options,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, own, response);
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: API, client_id: id, scope: 'read' });
    expect(host.asked.filter((path) => id.endsWith(path))).toHaveLength(1);
    expect((await world.oidc.appsOf([id])).get(id)).toMatchObject({ name: host.host, stranger: true });
    expect(await world.oidc.revokeGrant('ada', id)).toBe(true);
  });

  it('is not read from a host that is not allowed, nor at a private address (D24, H12)', async () => {
    const names = [
      'https://evil.example/x',
      'https://client.example/x',
      'https://aclient.example/x',
      `${host.base}/x?y=1`,
    ];
    for (const id of [...names, `https://a.client.example:8443/x`, 'http://127.0.0.1/x']) {
      const before = host.asked.length;
      const answer = await ask(id);
      expect([id, answer.status, host.asked.length - before]).toEqual([id, 400, 0]);
    }
    // Allowed by its name, and the name leads to 10.1.2.3.
    expect((await ask('https://a.client.example/x')).status).toBe(400);
    expect(world.outbound).toEqual([]);
  });

  const BAD: [what: string, document: () => unknown][] = [
    ['another id', () => ({ ...NATIVE, client_id: 'https://other.example/x' })],
    ['a secret', () => ({ ...NATIVE, client_secret: 'x' })],
    [
      'a redirect URI of another origin',
      () => ({ ...NATIVE, redirect_uris: [...NATIVE.redirect_uris, 'https://evil.example/cb'] }),
    ],
    ['a scheme of an app', () => ({ ...NATIVE, redirect_uris: [...NATIVE.redirect_uris, 'com.robot:/cb'] })],
    [
      'loopback for an app with keys',
      () => ({ ...NATIVE, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } }),
    ],
    ['grants of services alone', () => ({ ...NATIVE, grant_types: ['client_credentials'] })],
    ['more than five kilobytes', () => ({ ...NATIVE, padding: 'x'.repeat(6000) })],
    ['no JSON', () => 'no JSON'],
    ['a list', () => [NATIVE]],
    ['a redirect', () => undefined],
  ];
  it.each(BAD)('is refused with %s', async (_what, document) => {
    const path = `/bad-${(count += 1)}.json`;
    const content = document();
    const own = typeof content === 'object' && !Array.isArray(content) ? { client_id: host.base + path } : undefined;
    host.files.set(path, own ? { ...own, ...(content as object) } : content);
    const answer = await ask(host.base + path);
    expect([answer.status, answer.location]).toEqual([400, undefined]);
  });

  it('says nothing of itself that only an admin can say (D25)', async () => {
    const id = documented({
      ...NATIVE,
      first_party: true,
      require_pkce: false,
      upstreams: ['google'],
      scope: 'openid',
    });
    const plain = await ask(id, { scope: 'openid', code_challenge: undefined, code_challenge_method: undefined });
    expect(plain.location).toContain('error=invalid_request');
    const browser = agent(world.issuer);
    await signIn(browser);
    const { visit } = await begin(browser, { client_id: id, redirect_uri: 'http://127.0.0.1:1/cb', scope: 'openid' });
    expect([visit.prompt.name, visit.client.upstreams]).toEqual(['consent', undefined]);
  });

  it('is fetched so often for one address, and no more', async () => {
    const before = host.asked.length;
    const statuses: number[] = [];
    for (let at = 0; at < 61; at += 1) statuses.push((await ask(`${host.base}/nothing-${at}`)).status);
    expect([new Set(statuses), host.asked.length - before]).toEqual([new Set([400]), 60]);
  });

  it('is a client of the config where its id stands there, and unknown while the switch is off', async () => {
    const id = documented();
    const other = await openWorld({
      clients: [...CLIENTS, { ...wiki, client_id: id, name: 'Reviewed', redirect_uris: [CALLBACK] }],
      database: world.database,
      encryptionKey,
      deps: { protocol: protocolOf(), strangers: { fetch: outbound.fetch, loopback: () => true } },
    });
    const { visit } = await begin(agent(other.issuer), { client_id: id, redirect_uri: CALLBACK });
    expect(visit.client).toMatchObject({ id, name: 'Reviewed' });
    await other.close();
    world.oidc.rebuild({ protocol: protocolSettings.parse({}) });
    expect((await ask(id)).status).toBe(400);
  });
});
