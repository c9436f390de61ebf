import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { clientSettings, openClients, type ClientInput } from '../../src/clients/index.ts';
import { protocolSettings, resourceSettings, validateClients } from '../../src/oidc/index.ts';
import {
  agent,
  API,
  claimsOf,
  CLIENTS,
  openWorld,
  parameter,
  redeem,
  SECRET,
  signIn,
  token,
  type World,
} from '../oidc/support.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { app } from './apps.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const BACK = 'https://back.acme.example/';
const DEEP = 'https://deep.acme.example/';

const protocol = protocolSettings.parse({ token_exchange: true, pairwise_subjects: true });

const exchanger = (client_id: string, policy: object, rest: object = {}): ClientInput => ({
  client_id,
  type: 'service',
  client_secret: SECRET,
  exchange: policy,
  ...rest,
});

const clients: ClientInput[] = [
  ...CLIENTS,
  exchanger('api', { from: [API, 'wiki'], to: [BACK] }),
  exchanger('narrow', { from: [API], to: [BACK], scopes: ['read'] }),
  exchanger('fewer', { from: [API], to: [BACK, DEEP] }, { resources: { [BACK]: ['read'] } }),
  exchanger('back', { from: [BACK], to: [DEEP] }),
  exchanger('mask', { from: [API, BACK], to: [BACK, DEEP], impersonation: true }),
  exchanger('ours', { from: [API], to: [BACK] }, { allow: { domains: ['acme.example'] } }),
  exchanger('theirs', { from: [API], to: [BACK] }, { allow: { domains: ['other.example'] } }),
  exchanger('nothing', { from: [DEEP], to: [DEEP] }),
  exchanger('brief', { from: [API], to: [BACK] }, { lifetimes: { access_token: '60s' } }),
  exchanger('bound', { from: [API], to: [BACK] }, { dpop_bound_access_tokens: true }),
  exchanger('others', { from: [API], to: [BACK] }, { allow: { domains: ['elsewhere.example'] } }),
  {
    client_id: 'exchanging',
    client_secret: SECRET,
    redirect_uris: ['https://exchanging.example/cb'],
    exchange: { from: [API], to: [BACK] },
  },
  { client_id: 'tv', type: 'device' },
  { client_id: 'unasked', type: 'service', client_secret: SECRET, grant_types: [GRANT] },
  {
    client_id: 'picky',
    client_secret: SECRET,
    redirect_uris: ['https://picky.example/cb'],
    first_party: true,
    may_act: 'mask',
    subject_type: 'pairwise',
  },
];

const settingsOf = (written: ClientInput[]) => ({ settings: written.map((client) => clientSettings.parse(client)) });
const registry = openClients(settingsOf(clients));

let world: World;

beforeAll(async () => {
  world = await openWorld({
    deps: {
      clients: registry,
      protocol,
      subjectSalt: Buffer.alloc(32, 7),
      resources: [
        resourceSettings.parse({ id: API, scopes: ['read', 'write'] }),
        resourceSettings.parse({ id: BACK, scopes: ['read', 'write', 'admin'], access_token_ttl: '1h' }),
        resourceSettings.parse({ id: DEEP, scopes: ['read'] }),
      ],
    },
  });
});
afterAll(() => world.close());

/** Somebody signs in at an app, which gets a token for the first API and one for userinfo. */
async function signedIn(change: Record<string, string | undefined> = {}) {
  const browser = agent(world.issuer);
  const asked = { resource: API, scope: 'openid read write', ...change };
  const code = parameter(await signIn(browser, asked), 'code');
  const as = { client_id: change['client_id'], redirect_uri: change['redirect_uri'], client_secret: SECRET };
  const { json } = await redeem(world.issuer, code, {
    ...Object.fromEntries(Object.entries(as).filter(([, value]) => value !== undefined)),
    resource: asked.resource,
  });
  return { browser, token: String(json['access_token']) };
}

/** Exchanges as this client; what differs from the plainest request. */
async function exchange(
  clientId: string,
  subject: string,
  change: Record<string, string | undefined> = {},
  options?: oidc.DPoPOptions,
) {
  const config = await app(world, clientId, oidc.ClientSecretBasic(SECRET));
  const fields = { subject_token: subject, subject_token_type: ACCESS_TOKEN, resource: BACK, ...change };
  const present = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return oidc.genericGrantRequest(config, GRANT, Object.fromEntries(present), options);
}

/** Error and description that an exchange ends with. */
async function refusal(request: Promise<unknown>): Promise<unknown> {
  return request.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof oidc.ResponseBodyError ? error.error : error),
  );
}

describe('a token exchange', () => {
  it('gives a service a token for the next API about the same person, and says who acts', async () => {
    const { token: subject } = await signedIn();
    const answer = await exchange('api', subject, { scope: 'read' });
    expect(answer).toMatchObject({ issued_token_type: ACCESS_TOKEN, token_type: 'bearer', scope: 'read' });
    expect(answer).not.toHaveProperty('refresh_token');
    expect(answer).not.toHaveProperty('id_token');
    const keys = createRemoteJWKSet(new URL('/oidc/jwks', world.issuer));
    const { payload } = await jwtVerify(answer.access_token, keys, { issuer: world.issuer, audience: BACK });
    expect(payload).toMatchObject({ sub: 'ada', client_id: 'api', scope: 'read', act: { sub: 'api' } });
    expect(payload.exp).toBeLessThanOrEqual(Number(claimsOf(subject)['exp']));
    expect(world.events.at(-1)).toMatchObject({
      type: 'oidc.token_exchanged',
      clientId: 'api',
      accountId: 'ada',
      detail: { from: API, to: BACK, scope: 'read' },
    });
    // And on, from there.
    const onward = await exchange('back', answer.access_token, { resource: DEEP });
    expect(claimsOf(onward.access_token)).toMatchObject({
      sub: 'ada',
      aud: DEEP,
      act: { sub: 'back', act: { sub: 'api' } },
    });
  });

  it('says of an opaque token who somebody is, and no scope of an API that it never had', async () => {
    const { token: subject } = await signedIn({ resource: undefined, scope: 'openid email' });
    const answer = await exchange('api', subject);
    expect(answer.scope).toBeUndefined();
    expect(claimsOf(answer.access_token)).toMatchObject({ sub: 'ada', aud: BACK });
    expect(claimsOf(answer.access_token)).not.toHaveProperty('email');
  });

  it('names whoever acts, by a token of theirs', async () => {
    const { token: subject } = await signedIn();
    const { json } = await token(world.issuer, {
      client_id: 'api',
      client_secret: SECRET,
      grant_type: 'client_credentials',
    });
    const actor = { actor_token: String(json['access_token']), actor_token_type: ACCESS_TOKEN };
    expect(claimsOf((await exchange('api', subject, actor)).access_token)).toMatchObject({ act: { sub: 'api' } });
    // Not by one that was given to somebody else.
    expect(await refusal(exchange('mask', subject, actor))).toBe('invalid_request');
    expect(await refusal(exchange('api', subject, { ...actor, actor_token: subject }))).toBe('invalid_request');
  });

  it('lets only those leave themselves out that may impersonate, and none leave out others', async () => {
    const { token: subject } = await signedIn();
    expect(claimsOf((await exchange('mask', subject)).access_token)).not.toHaveProperty('act');
    const delegated = await exchange('api', subject);
    const masked = await exchange('mask', delegated.access_token, { resource: DEEP });
    expect(claimsOf(masked.access_token)).toMatchObject({ act: { sub: 'api' } });
  });

  it('holds to whom a token names as its actor, and knows a person by the subject of each client', async () => {
    const picky = { client_id: 'picky', redirect_uri: 'https://picky.example/cb' };
    const { token: subject } = await signedIn(picky);
    expect(claimsOf(subject)).toMatchObject({ may_act: { sub: 'mask' } });
    expect(claimsOf(subject)['sub']).not.toBe('ada');
    expect(await refusal(exchange('api', subject))).toBe('unauthorized_client');
    expect(claimsOf((await exchange('mask', subject)).access_token)).toMatchObject({ sub: 'ada' });
  });

  it.each([
    ['a client with no policy', 'unasked', {}, 'unauthorized_client'],
    ['a token for an API that is not its own', 'nothing', { resource: DEEP }, 'unauthorized_client'],
    ['a target that it may not reach', 'api', { resource: DEEP }, 'invalid_target'],
    ['a target that nobody knows', 'api', { resource: 'https://evil.example/' }, 'invalid_target'],
    ['no target', 'api', { resource: undefined }, 'invalid_target'],
    ['two targets', 'mask', { audience: DEEP }, 'invalid_target'],
    ['a target that its resources leave out', 'fewer', { resource: DEEP }, 'invalid_target'],
    ['a scope that its resources leave out', 'fewer', { scope: 'write' }, 'invalid_scope'],
    ['a scope that the token does not have', 'api', { scope: 'read admin' }, 'invalid_scope'],
    ['a scope beyond the policy', 'narrow', { scope: 'write' }, 'invalid_scope'],
    [
      'another type of token',
      'api',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'invalid_request',
    ],
    ['an ID token', 'api', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }, 'invalid_request'],
    ['no token', 'api', { subject_token: undefined }, 'invalid_request'],
    ['a text that is none', 'api', { subject_token: 'none' }, 'invalid_request'],
    ['a client of another grant', 'job', {}, 'invalid_request'],
  ])('is refused to or for %s (D12)', async (_, clientId, change, error) => {
    const { token: subject } = await signedIn();
    expect(await refusal(exchange(clientId, subject, change))).toBe(error);
  });

  it('gives no more than the policy allows to whoever asks for nothing in particular', async () => {
    const { token: subject } = await signedIn();
    expect(await exchange('narrow', subject)).toMatchObject({ scope: 'read' });
    expect(await exchange('api', subject)).toMatchObject({ scope: 'read write' });
  });

  it('takes no token that was changed, and none of a client that got it by exchange for another API', async () => {
    const { token: subject } = await signedIn();
    const [head = '', body = '', signature = ''] = subject.split('.');
    const other = Buffer.from(JSON.stringify({ ...claimsOf(subject), scope: 'read write admin' })).toString(
      'base64url',
    );
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    for (const changed of [`${head}.${other}.${signature}`, `${none}.${body}.`, `${head}.${body}.`])
      expect(await refusal(exchange('api', changed))).toBe('invalid_request');
    const next = await exchange('api', subject);
    expect(await refusal(exchange('narrow', next.access_token))).toBe('unauthorized_client');
  });

  it('takes no ID token for an access token', async () => {
    const code = parameter(await signIn(agent(world.issuer)), 'code');
    const { json } = await redeem(world.issuer, code);
    expect(await refusal(exchange('api', String(json['id_token'])))).toBe('invalid_request');
  });

  it('ends with the session of its person', async () => {
    const { token: subject, browser } = await signedIn();
    const uid = String((await browser.get('/session')).json['uid']);
    expect(await exchange('api', subject)).toHaveProperty('access_token');
    await world.oidc.endSession('ada', uid);
    expect(await refusal(exchange('api', subject))).toBe('invalid_request');
  });

  it('ends with what the person allowed, and with the account', async () => {
    const { token: subject } = await signedIn();
    await world.oidc.revokeGrant('ada', 'wiki');
    expect(await refusal(exchange('api', subject))).toBe('invalid_request');
    const { token: later } = await signedIn();
    const ada = world.accounts.get('ada');
    if (!ada) throw new Error('no account');
    ada.usable = false;
    expect(await refusal(exchange('api', later))).toBe('invalid_request');
    ada.usable = true;
    expect(await exchange('api', later)).toHaveProperty('access_token');
  });

  it('is nothing for a client that the person may not use', async () => {
    const { token: subject } = await signedIn();
    expect(await refusal(exchange('ours', subject))).toBe('no refusal');
    expect(await refusal(exchange('theirs', subject))).toBe('invalid_request');
  });

  it('takes no token of a client that was removed, or that its person may not use any more (D8)', async () => {
    const { token: subject } = await signedIn();
    const { access_token: next } = await exchange('api', subject);
    const onward = { resource: DEEP };
    const others = (...ids: string[]) => clients.filter(({ client_id }) => !ids.includes(client_id));
    const closed = { ...clients.find(({ client_id }) => client_id === 'wiki'), client_id: 'wiki' };
    const changes: ClientInput[][] = [
      others('wiki'),
      [...others('wiki'), { ...closed, allow: { domains: ['other.example'] } }],
    ];
    for (const change of changes) {
      registry.prepare(settingsOf(change))();
      expect(await refusal(exchange('api', subject))).toBe('invalid_request');
      expect(await refusal(exchange('back', next, onward))).toBe('invalid_request');
    }
    registry.prepare(settingsOf(others('api')))();
    expect(await refusal(exchange('back', next, onward))).toBe('invalid_request');
    registry.prepare(settingsOf(clients))();
    expect(await exchange('back', next, onward)).toHaveProperty('access_token');
  });

  it('gives nothing that lives longer than its client wants, nor anything for a token that ends just then', async () => {
    const { token: subject } = await signedIn();
    expect(await exchange('brief', subject)).toMatchObject({ expires_in: 60 });
    pass(Number(claimsOf(subject)['exp']) - Date.now() / 1000 - 0.5);
    let late: Promise<unknown> | undefined;
    await world.database.knex.transaction(async (within) => {
      await within.raw('lock table grants in access exclusive mode');
      late = refusal(exchange('api', subject));
      await world.until(async () => (await within('pg_locks').where({ granted: false })).length > 0);
      pass(1);
    });
    expect(await late).toBe('invalid_request');
    useRealClock();
  });

  it('gives nothing that lives longer than what it was given', async () => {
    const { token: subject } = await signedIn();
    pass(400);
    const { access_token: next } = await exchange('api', subject);
    expect(claimsOf(next)['exp']).toBe(claimsOf(subject)['exp']);
    pass(300);
    expect(await refusal(exchange('api', subject))).toBe('invalid_request');
    useRealClock();
  });

  it('binds the new token to the key of a proof, and takes a bound one only from whoever holds its key', async () => {
    const { token: subject } = await signedIn();
    const config = await app(world, 'bound', oidc.ClientSecretBasic(SECRET));
    const [own, other] = await Promise.all(
      [0, 1].map(async () => oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair())),
    );
    const bound = await exchange('bound', subject, {}, { DPoP: own });
    expect(bound.token_type).toBe('dpop');
    expect(claimsOf(bound.access_token)).toMatchObject({ cnf: { jkt: expect.any(String) } });
    expect(await refusal(exchange('bound', subject))).toBe('invalid_grant');
    // The next one shows it: without the key, with another one, with its own.
    expect(await refusal(exchange('back', bound.access_token, { resource: DEEP }))).toBe('invalid_request');
    expect(await refusal(exchange('back', bound.access_token, { resource: DEEP }, { DPoP: other }))).toBe(
      'invalid_request',
    );
    expect(await exchange('back', bound.access_token, { resource: DEEP }, { DPoP: own })).toMatchObject({
      token_type: 'dpop',
    });
  });
});

describe('a preview of tokens', () => {
  const wish = { accountId: 'ada', scopes: ['openid', 'email'], methods: ['pwd'] };

  it('shows those of an app that may exchange others', async () => {
    const { preview } = world.oidc;
    expect(await preview({ ...wish, clientId: 'exchanging' })).toMatchObject({ ok: true });
    const named = await preview({ ...wish, clientId: 'picky' });
    expect(named).toMatchObject({ ok: true, preview: { access_token: { claims: { may_act: { sub: 'mask' } } } } });
  });

  it('shows those of an app on a device, which nobody is sent back to', async () => {
    const shown = await world.oidc.preview({ ...wish, clientId: 'tv' });
    expect(shown).toMatchObject({ ok: true, preview: { id_token: { aud: 'tv' } } });
  });
});

describe('the policy of an exchange', () => {
  it.each([
    ['a misspelt key', { from: [API], to: [BACK], scope: ['read'] }],
    ['no target', { from: [API] }],
    ['an empty list', { from: [], to: [BACK] }],
    ['a text', 'everything'],
  ])('with %s is refused before it is live', async (_, policy) => {
    const wrong = clientSettings.parse({ ...exchanger('wrong', {}), exchange: policy });
    expect(await validateClients([wrong], protocol)).toMatchObject([{ problem: expect.stringMatching(/^exchange /) }]);
  });

  it('is nothing that an app can give itself, and nothing for people that the client is not for', async () => {
    const admitting = {
      token_exchange: true,
      rich_authorization_requests: { types: { pay: { label: 'Pay', fields: {} } } },
    };
    world.oidc.rebuild({ protocol: protocolSettings.parse({ ...admitting, registration: {} }) });
    const { token: initial } = await world.oidc.registrations.tokens.make({
      uses: 1,
      lifetime: 60,
      createdBy: 'tests',
    });
    const answer = await fetch(new URL('/oidc/register', world.issuer), {
      method: 'POST',
      headers: { authorization: `Bearer ${initial}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['https://stranger.example/cb'],
        exchange: { from: [API], to: [BACK] },
        may_act: 'mask',
        authorization_details_types: ['pay'],
      }),
    });
    const said: unknown = await answer.json();
    expect(answer.status).toBe(201);
    for (const key of ['exchange', 'may_act']) expect(said).not.toHaveProperty(key);
    expect(said).toMatchObject({ authorization_details_types: [] });
    world.oidc.rebuild({ protocol });
    const { token: subject } = await signedIn();
    expect(await refusal(exchange('others', subject))).toBe('invalid_request');
  });

  it('is nothing for a public client', async () => {
    const open = clientSettings.parse({
      ...CLIENTS.find(({ type }) => type === 'spa'),
      exchange: { from: [API], to: [BACK] },
    });
    expect(await validateClients([open], protocol)).toMatchObject([{ problem: expect.stringMatching(/^exchange /) }]);
  });
});
