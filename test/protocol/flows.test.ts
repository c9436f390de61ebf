import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import * as client from 'openid-client';
import type { z } from 'zod';
import { openClients, clientSettings, type ClientInput } from '../../src/clients/index.ts';
import { epochSeconds } from '../../src/kit/clock.ts';
import { protocolSettings, resourceSettings } from '../../src/oidc/index.ts';
import { agent, openWorld, SECRET, type World } from '../oidc/support.ts';
import { app, comeBack, follow, refusal, signInAt, tripTo } from './apps.ts';

type Protocol = z.input<typeof protocolSettings>;

const READS = 'https://reads.acme.example';
const WRITES = 'https://writes.acme.example/v2';
const CB = 'https://app.acme.example/cb';
const BYE = 'https://app.acme.example/bye';
const OTHERS = 'https://others.acme.example';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const CIBA = 'urn:openid:params:grant-type:ciba';
const FRONT = ['id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'] as const;

let world: World;
let registry: ReturnType<typeof openClients>;
let key: CryptoKey;
/** The public part of it. */
let published: JWK;

const web: Partial<ClientInput> = { client_secret: SECRET, redirect_uris: [CB], first_party: true };
const post = () => client.ClientSecretPost(SECRET);
const signed = () => client.PrivateKeyJwt({ key, kid: 'own' });

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  published = await exportJWK(pair.publicKey);
  const jwks = { keys: [{ ...published, kid: 'own', alg: 'ES256', use: 'sig' }] };
  const byKey = { redirect_uris: [CB], first_party: true, token_endpoint_auth_method: 'private_key_jwt', jwks };
  const settings = [
    {
      client_id: 'app',
      ...web,
      token_endpoint_auth_method: 'client_secret_post',
      post_logout_redirect_uris: [BYE],
      backchannel_logout_uri: 'https://app.acme.example/signed-out',
    },
    { client_id: 'outside', ...web, token_endpoint_auth_method: 'client_secret_post', first_party: false },
    { client_id: 'keyed', ...byKey },
    { client_id: 'hmac', ...web, token_endpoint_auth_method: 'client_secret_jwt' },
    {
      client_id: 'job',
      type: 'service',
      client_secret: SECRET,
      token_endpoint_auth_method: 'client_secret_post',
      resources: { [READS]: ['read'], [WRITES]: ['write'] },
    },
    { client_id: 'unnamed', type: 'service', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post' },
    {
      client_id: 'few',
      ...web,
      token_endpoint_auth_method: 'client_secret_post',
      resources: { [READS]: ['read'], [WRITES]: [] },
    },
    {
      client_id: 'everywhere',
      ...web,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'client_credentials', DEVICE, CIBA],
      backchannel_token_delivery_mode: 'poll',
      resources: { [READS]: ['read'], [WRITES]: [] },
    },
    { client_id: 'bound', ...byKey, dpop_bound_access_tokens: true },
    { client_id: 'silent', ...web, token_endpoint_auth_method: 'client_secret_post', response_types: ['none'] },
    { client_id: 'front', ...web, token_endpoint_auth_method: 'client_secret_post', response_types: [...FRONT] },
    {
      client_id: 'sealed',
      ...byKey,
      userinfo_signed_response_alg: 'ES256',
      introspection_signed_response_alg: 'ES256',
    },
  ].map((one) => clientSettings.parse(one));
  world = await openWorld({
    deps: {
      clients: { find: (id) => registry.find(id), mentions: (url) => registry.mentions(url) },
    },
  });
  registry = openClients({ settings, extra: ownClients(world.issuer) });
});
afterAll(() => world.close());

/** As the account pages and the demo are: redirect URIs of our own, and a resource below our own origin. */
function ownClients(issuer: string): ClientInput[] {
  const both = { first_party: true, redirect_uris: [`${issuer}/back`], post_logout_redirect_uris: [`${issuer}/`] };
  return [
    { client_id: 'gatehouse-account', type: 'spa', ...both },
    { client_id: 'gatehouse-demo', client_secret: SECRET, ...both },
  ];
}

const apis = [
  resourceSettings.parse({ id: READS, scopes: ['read'] }),
  resourceSettings.parse({ id: WRITES, scopes: ['read', 'write'], signing_alg: 'ES256' }),
  resourceSettings.parse({ id: OTHERS, scopes: ['read'] }),
];
/** From here on these switches are in force. */
const switched = (protocol: Protocol = {}) =>
  world.oidc.rebuild({ protocol: protocolSettings.parse(protocol), resources: apis });
const keySet = async () => createLocalJWKSet((await agent(world.issuer).get('/oidc/jwks')).json as { keys: [] });
/** The claims of a token of ours, verified as anybody can. */
const verified = async (token: unknown, options = {}) =>
  jwtVerify(String(token), await keySet(), { issuer: world.issuer, ...options });
const userinfo = (authorization: string) => agent(world.issuer).get('/oidc/userinfo', { authorization });

describe('refresh tokens', () => {
  it('are of use once: the one before ends the family, and what came of it (D7)', async () => {
    switched();
    const config = await app(world, 'app', post());
    const first = await signInAt(config, CB, { scope: 'openid offline_access', prompt: 'consent' });
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await refusal(client.refreshTokenGrant(config, first.refresh_token ?? ''))).toBe('invalid_grant');
    expect(await refusal(client.refreshTokenGrant(config, second.refresh_token ?? ''))).toBe('invalid_grant');
    expect((await userinfo(`Bearer ${second.access_token}`)).status).toBe(401);
  });
});

describe('resource indicators', () => {
  const both = { scope: 'openid email read write', resource: READS };

  it('give an API its own JWT, and userinfo its own token', async () => {
    switched();
    const config = await app(world, 'app', post());
    const tokens = await signInAt(config, CB, both, { atToken: { resource: READS } });
    const { payload, protectedHeader } = await verified(tokens.access_token, { audience: READS, typ: 'at+jwt' });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: 'ada', client_id: 'app', scope: 'read' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    // What people trip over: this one is for the API alone.
    expect((await userinfo(`Bearer ${tokens.access_token}`)).status).toBe(401);
    const own = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(await client.fetchUserInfo(config, own.access_token, 'ada')).toMatchObject({ email: 'ada@acme.example' });
  });

  it('sign as the API asks for, with the scopes that are its own', async () => {
    const config = await app(world, 'app', post());
    const tokens = await signInAt(config, CB, { ...both, resource: WRITES }, { atToken: { resource: WRITES } });
    expect((await verified(tokens.access_token, { audience: WRITES })).protectedHeader.alg).toBe('ES256');
    expect(tokens.scope).toBe('read write');
  });

  it('without one at the token endpoint give the token for userinfo', async () => {
    const config = await app(world, 'app', post());
    const tokens = await signInAt(config, CB, both);
    expect((await userinfo(`Bearer ${tokens.access_token}`)).status).toBe(200);
  });

  it('refuse what was not asked for before, and what nobody knows', async () => {
    const config = await app(world, 'app', post());
    for (const resource of [WRITES, 'https://other.example'])
      expect(await refusal(signInAt(config, CB, both, { atToken: { resource } }))).toBe('invalid_target');
    const { parameters, checks } = await tripTo(CB, { resource: 'https://other.example' });
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect(await refusal(client.authorizationCodeGrant(config, back, checks))).toBe('invalid_target');
  });

  describe('of a client that names the few that are for it', () => {
    const few = () => app(world, 'few', post());
    const described = async (request: Promise<unknown>) => {
      const error = await request.then(
        () => undefined,
        (cause: unknown) => cause,
      );
      return error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError
        ? [error.error, error.error_description]
        : error;
    };
    const refused = ['invalid_scope', expect.stringContaining('`resources` of the client')];
    const notFor = ['invalid_target', expect.stringContaining('`resources` of the client')];

    it('give it these scopes, and tell its developer of every other one', async () => {
      switched();
      const asked = { scope: 'openid read', resource: READS };
      const tokens = await signInAt(await few(), CB, asked, { atToken: { resource: READS } });
      expect((await verified(tokens.access_token, { audience: READS })).payload['scope']).toBe('read');
      // What is meant for one of two APIs is nothing to the other one.
      const { parameters, checks } = await tripTo(CB, { scope: 'openid read' });
      const url = client.buildAuthorizationUrl(await few(), parameters);
      for (const resource of [READS, WRITES]) url.searchParams.append('resource', resource);
      const atBoth = await client.authorizationCodeGrant(await few(), await comeBack(url), checks, {
        resource: WRITES,
      });
      expect((await verified(atBoth.access_token, { audience: WRITES })).payload).not.toHaveProperty('scope');
      for (const scope of ['openid read', 'openid write'])
        expect(await described(signInAt(await few(), CB, { scope, resource: WRITES }))).toEqual(refused);
      expect(await described(signInAt(await few(), CB, { scope: 'openid', resource: OTHERS }))).toEqual(notFor);
    });

    it('hold at every endpoint', async () => {
      switched({ ciba: { delivery: ['poll'] } });
      const ask = async (path: string, resource: string, scope: string, more = {}) => {
        const fields = { ...more, client_id: 'everywhere', client_secret: SECRET, resource, scope };
        return (await agent(world.issuer).post(path, fields)).json['error'];
      };
      const ways: [string, string, Record<string, string>][] = [
        ['/oidc/token', '', { grant_type: 'client_credentials' }],
        ['/oidc/device', 'openid ', {}],
        ['/oidc/ciba', 'openid ', { login_hint: 'ada' }],
        ['/oidc/par', 'openid ', { ...(await tripTo(CB)).parameters, response_type: 'code' }],
      ];
      for (const [path, first, more] of ways) {
        const given = await ask(path, READS, `${first}read`, more);
        expect([path, given]).toEqual([path, undefined]);
        const beyond = await ask(path, WRITES, `${first}write`, more);
        expect([path, beyond]).toEqual([path, 'invalid_scope']);
        const elsewhere = await ask(path, OTHERS, `${first}read`, more);
        expect([path, elsewhere]).toEqual([path, 'invalid_target']);
      }
    });

    it('end with the next refresh for what was taken out of the config', async () => {
      switched();
      const wide = { client_id: 'wide', ...web, token_endpoint_auth_method: 'client_secret_post' };
      const register = (resources?: Record<string, string[]>) =>
        registry.prepare({
          settings: [clientSettings.parse({ ...wide, ...(resources && { resources }) })],
          extra: ownClients(world.issuer),
        })();
      const before = registry;
      registry = openClients({ settings: [] });
      try {
        register();
        const config = await app(world, 'wide', post());
        const asked = { scope: 'openid read write', resource: WRITES };
        let { refresh_token: token = '', scope } = await signInAt(config, CB, asked, { atToken: { resource: WRITES } });
        expect(scope).toBe('read write');
        register({ [WRITES]: ['read'] });
        ({ refresh_token: token = '', scope } = await client.refreshTokenGrant(config, token, { resource: WRITES }));
        expect(scope).toBe('read');
        register({ [READS]: ['read'] });
        expect(await described(client.refreshTokenGrant(config, token, { resource: WRITES }))).toEqual(notFor);
      } finally {
        registry = before;
      }
    });
  });

  it('are unknown while they are off', async () => {
    switched({ resource_indicators: false });
    const config = await app(world, 'app', post());
    expect(await refusal(signInAt(config, CB, both))).toBe('invalid_target');
  });
});

describe('client credentials', () => {
  it('give a service a token, also for an API', async () => {
    switched();
    const config = await app(world, 'job', post());
    expect(await client.clientCredentialsGrant(config)).toMatchObject({ token_type: 'bearer' });
    const { access_token: token, scope } = await client.clientCredentialsGrant(config, {
      resource: WRITES,
      scope: 'write',
    });
    expect((await verified(token, { audience: WRITES })).payload).toMatchObject({ sub: 'job', scope: 'write' });
    expect(scope).toBe('write');
  });

  it('give no token for an API that the client does not name: nobody is asked here', async () => {
    switched();
    const config = await app(world, 'unnamed', post());
    expect(await client.clientCredentialsGrant(config)).toMatchObject({ token_type: 'bearer' });
    expect(await refusal(client.clientCredentialsGrant(config, { resource: READS, scope: 'read' }))).toBe(
      'invalid_target',
    );
    const job = await app(world, 'job', post());
    expect(await refusal(client.clientCredentialsGrant(job, { resource: WRITES, scope: 'read' }))).toBe(
      'invalid_scope',
    );
  });

  it('are an unsupported grant while they are off (D12)', async () => {
    switched({ client_credentials: false });
    const config = await app(world, 'app', post());
    expect(await refusal(client.clientCredentialsGrant(config))).toBe('unsupported_grant_type');
  });
});

describe('clients that prove themselves with an assertion', () => {
  it('sign it with their key', async () => {
    switched();
    expect(await signInAt(await app(world, 'keyed', signed()), CB)).toMatchObject({ token_type: 'bearer' });
  });

  it('or with their secret, once that is switched on', async () => {
    switched({ client_authentication: ['client_secret_jwt', 'private_key_jwt'] });
    const config = await app(world, 'hmac', client.ClientSecretJwt(SECRET));
    expect(await signInAt(config, CB)).toMatchObject({ token_type: 'bearer' });
    // A public key is nobody's secret, also where secrets sign (D11).
    const jwk = new TextEncoder().encode(JSON.stringify(published));
    const claims = {
      iss: 'keyed',
      sub: 'keyed',
      aud: world.issuer,
      jti: client.randomState(),
      exp: epochSeconds() + 60,
    };
    const confused = await agent(world.issuer).post('/oidc/token', {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(jwk),
    });
    expect(confused.json['error']).toMatch(/^invalid_client/);
    // A method that is off is none.
    const other = await app(world, 'job', post());
    expect(await refusal(client.clientCredentialsGrant(other))).toBe('invalid_client_metadata');
  });
});

describe('pushed requests', () => {
  it('bring people to the same page', async () => {
    switched();
    const config = await app(world, 'app', post());
    const { parameters, checks } = await tripTo(CB);
    const url = await client.buildAuthorizationUrlWithPAR(config, parameters);
    expect([...url.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri']);
    const tokens = await client.authorizationCodeGrant(config, await comeBack(url), checks);
    expect(tokens.claims()?.sub).toBe('ada');
  });

  it('can be demanded of every client', async () => {
    switched({ pushed_requests: 'required' });
    const config = await app(world, 'app', post());
    const { parameters } = await tripTo(CB);
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect(back.searchParams.get('error')).toBe('invalid_request');
    const pushed = await client.buildAuthorizationUrlWithPAR(config, (await tripTo(CB)).parameters);
    expect((await comeBack(pushed)).searchParams.get('code')).toBeTruthy();
  });
});

describe('DPoP', () => {
  it('binds a token to the key of its client', async () => {
    switched();
    const config = await app(world, 'app', post());
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
    const tokens = await signInAt(config, CB, { resource: READS, scope: 'openid email read' }, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    expect(await client.fetchUserInfo(config, tokens.access_token, 'ada', { DPoP })).toMatchObject({ sub: 'ada' });
    for (const scheme of ['Bearer', 'DPoP'])
      expect((await userinfo(`${scheme} ${tokens.access_token}`)).status).toBeGreaterThanOrEqual(400);
    const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
    expect(await refusal(client.fetchUserInfo(config, tokens.access_token, 'ada', { DPoP: other }))).toBe(
      'invalid_token',
    );
    const forApi = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', { resource: READS }, { DPoP });
    expect((await verified(forApi.access_token)).payload['cnf']).toEqual({ jkt: expect.any(String) });
  });

  it('takes a proof once', async () => {
    const proofs: string[] = [];
    const config = await app(world, 'job', post());
    config[client.customFetch] = (url, options) => {
      proofs.push(new Headers(options.headers).get('dpop') ?? '');
      return fetch(url, options);
    };
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
    await client.clientCredentialsGrant(config, {}, { DPoP });
    const again = await agent(world.issuer).post(
      '/oidc/token',
      { grant_type: 'client_credentials', client_id: 'job', client_secret: SECRET },
      { dpop: proofs[0] ?? '' },
    );
    expect([again.status, again.json['error']]).toEqual([400, 'invalid_grant']);
  });

  it('can be demanded by a client of itself, and of every client', async () => {
    const bound = await app(world, 'bound', signed());
    expect(await refusal(signInAt(bound, CB))).toBe('invalid_grant');
    switched({ dpop: 'required' });
    const config = await app(world, 'job', post());
    expect(await refusal(client.clientCredentialsGrant(config))).toBe('invalid_grant');
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
    expect(await client.clientCredentialsGrant(config, {}, { DPoP })).toMatchObject({ token_type: 'dpop' });
  });

  it('is not looked at while it is off', async () => {
    switched({ dpop: false });
    const config = await app(world, 'job', post());
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
    const tokens = await client.clientCredentialsGrant(config, {}, { DPoP }).catch((error: unknown) => error);
    expect(tokens).toMatchObject({ token_type: 'bearer' });
  });
});

describe('request objects', () => {
  it('are read where they are signed by the client', async () => {
    switched({ request_objects: true });
    const config = await app(world, 'keyed', signed());
    const { parameters, checks } = await tripTo(CB);
    const url = await client.buildAuthorizationUrlWithJAR(config, parameters, { key, kid: 'own' });
    expect((await client.authorizationCodeGrant(config, await comeBack(url), checks)).claims()?.sub).toBe('ada');
  });

  it('are refused unsigned, or signed by somebody else (D15)', async () => {
    const config = await app(world, 'keyed', signed());
    const { parameters } = await tripTo(CB);
    const { privateKey } = await generateKeyPair('ES256');
    const foreign = await client.buildAuthorizationUrlWithJAR(config, parameters, { key: privateKey, kid: 'own' });
    expect((await follow(foreign)).location ?? '').not.toContain('code=');
    const claims = { ...parameters, client_id: 'keyed', iss: 'keyed', aud: world.issuer, response_type: 'code' };
    const none = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    foreign.searchParams.set('request', `${none.join('.')}.`);
    expect((await follow(foreign)).location ?? '').not.toContain('code=');
  });

  it.each<[string, Record<string, unknown>]>([
    ['that has ended', { exp: 1 }],
    ['for another issuer', { aud: 'https://other.example' }],
    ['of another client', { client_id: 'app' }],
    ['by another client', { iss: 'app' }],
    ['with another one in it', { request: 'x' }],
    ['that leads elsewhere', { redirect_uri: 'https://evil.example/cb' }],
  ])('refuse one %s, also when it is pushed (D15)', async (_name, change) => {
    const config = await app(world, 'keyed', signed());
    const { parameters } = await tripTo(CB);
    const claims = {
      ...parameters,
      client_id: 'keyed',
      iss: 'keyed',
      aud: world.issuer,
      response_type: 'code',
      ...change,
    };
    const request = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'own' }).sign(key);
    const answer = await follow(client.buildAuthorizationUrl(config, { request, scope: 'openid', redirect_uri: CB }));
    expect(answer.location ?? '').not.toMatch(/code=|evil/);
    const pushed = client.buildAuthorizationUrlWithPAR(config, { request });
    expect(await refusal(pushed)).toMatch(/^invalid_request(_object)?$/);
  });

  it('can be demanded, and are refused while they are off (D15)', async () => {
    switched({ request_objects: 'required' });
    const config = await app(world, 'keyed', signed());
    const { parameters } = await tripTo(CB);
    const plain = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect(plain.searchParams.get('error')).toBe('invalid_request');
    switched();
    const signedRequest = await client.buildAuthorizationUrlWithJAR(config, parameters, { key, kid: 'own' });
    expect((await follow(signedRequest)).location ?? '').not.toContain('code=');
  });
});

describe('answers as a JWT', () => {
  it('of an authorization are verified by the app (JARM)', async () => {
    switched({ jwt_responses: true });
    const config = await app(world, 'app', post());
    client.useJwtResponseMode(config);
    const { parameters, checks } = await tripTo(CB);
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect([...back.searchParams.keys()]).toEqual(['response']);
    expect((await client.authorizationCodeGrant(config, back, checks)).claims()?.sub).toBe('ada');
  });

  it('of userinfo and of introspection are for clients that say so', async () => {
    switched({ jwt_userinfo: true, jwt_introspection: true });
    const metadata = { userinfo_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256' };
    const config = await app(world, 'sealed', signed(), metadata);
    const tokens = await signInAt(config, CB);
    const { text, headers } = await userinfo(`Bearer ${tokens.access_token}`);
    expect(headers.get('content-type')).toContain('application/jwt');
    expect((await verified(text, { audience: 'sealed' })).payload).toMatchObject({ sub: 'ada' });
    expect(await client.fetchUserInfo(config, tokens.access_token, 'ada')).toMatchObject({ email: 'ada@acme.example' });
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, sub: 'ada' });
    switched();
    expect((await userinfo(`Bearer ${tokens.access_token}`)).json).toMatchObject({ sub: 'ada' });
  });
});

describe('introspection and revocation', () => {
  it('tell a client of its own tokens, and end them (D19)', async () => {
    switched();
    const config = await app(world, 'app', post());
    const tokens = await signInAt(config, CB);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, sub: 'ada' });
    const other = await app(world, 'outside', post());
    expect(await client.tokenIntrospection(other, tokens.access_token)).toEqual({ active: false });
    await client.tokenRevocation(config, tokens.access_token);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });
});

describe('form_post', () => {
  it('posts the answer to the app, and its policy lets it go there alone', async () => {
    switched();
    const config = await app(world, 'app', post());
    const { parameters } = await tripTo(CB, { response_mode: 'form_post' });
    const { text, headers } = await follow(client.buildAuthorizationUrl(config, parameters));
    expect(text).toContain(`<form method="post" action="${CB}">`);
    expect(text).toContain('name="code"');
    expect(headers.get('content-security-policy')).toContain("form-action 'self' https://app.acme.example;");
  });

  it('is an unsupported mode while it is off (D13)', async () => {
    switched({ form_post: false });
    const config = await app(world, 'app', post());
    const { parameters } = await tripTo(CB, { response_mode: 'form_post' });
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect(back.searchParams.get('error')).toBe('unsupported_response_mode');
  });

  it.each([
    [
      'before the mode is looked at',
      { response_type: 'id_token', response_mode: 'form_post' },
      'unsupported_response_type',
    ],
    [
      'in a request that asks for two things',
      { prompt: 'none login', response_mode: 'form_post.jwt' },
      'invalid_request',
    ],
  ])('carries no refusal while it is off, also of what is refused %s', async (_, asked, error) => {
    switched({ form_post: false, jwt_responses: true });
    const config = await app(world, 'app', post());
    const { parameters } = await tripTo(CB, asked);
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
    const told = back.hash ? new URLSearchParams(back.hash.slice(1)) : back.searchParams;
    expect(told.get('error')).toBe(error);
  });
});

describe('the claims parameter', () => {
  const claims = JSON.stringify({ userinfo: { name: { essential: true } }, id_token: { email: null } });

  it('brings single claims where they were asked for, and no others', async () => {
    switched();
    const config = await app(world, 'app', post());
    const tokens = await signInAt(config, CB, { scope: 'openid', claims });
    expect(tokens.claims()).toMatchObject({ email: 'ada@acme.example' });
    expect(tokens.claims()).not.toHaveProperty('name');
    const told = await client.fetchUserInfo(config, tokens.access_token, 'ada');
    expect(told).toEqual({ sub: 'ada', name: 'ada' });
  });

  it('asks the person, unless the app is one of our own', async () => {
    const config = await app(world, 'outside', post());
    await signInAt(config, CB, { scope: 'openid' });
    const { parameters } = await tripTo(CB, { scope: 'openid', claims, prompt: 'none' });
    const browser = agent(world.issuer);
    await comeBack(client.buildAuthorizationUrl(config, (await tripTo(CB, { scope: 'openid' })).parameters), browser);
    const silent = await comeBack(client.buildAuthorizationUrl(config, parameters), browser);
    expect(silent.searchParams.get('error')).toBe('consent_required');
    const tokens = await signInAt(config, CB, { scope: 'openid', claims });
    expect(tokens.claims()).toMatchObject({ email: 'ada@acme.example' });
  });

  it('with an essential acr that we know asks for that proof; with another one it is refused at once', async () => {
    const config = await app(world, 'app', post());
    const asking = async (values: string[]) => {
      const wanted = JSON.stringify({ id_token: { acr: { essential: true, values } } });
      const { parameters } = await tripTo(CB, { scope: 'openid', claims: wanted, prompt: 'none' });
      const browser = agent(world.issuer);
      await comeBack(client.buildAuthorizationUrl(config, (await tripTo(CB)).parameters), browser);
      return (await comeBack(client.buildAuthorizationUrl(config, parameters), browser)).searchParams.get('error');
    };
    expect(await asking(['mfa', 'urn:x'])).toBe('login_required');
    expect(await asking(['urn:x'])).toBe('unmet_authentication_requirements');
  });

  it('is not read while it is off', async () => {
    switched({ claims_parameter: false });
    const config = await app(world, 'app', post());
    const tokens = await signInAt(config, CB, { scope: 'openid', claims });
    expect(tokens.claims()).not.toHaveProperty('email');
  });
});

describe('tokens in the front channel', () => {
  const on = () => switched({ response_types: ['code', ...FRONT] });

  it('come with the hashes that bind them (OIDC Core 3.2.2.9, 3.3.2.11)', async () => {
    on();
    const config = await app(world, 'front', post());
    client.useIdTokenResponseType(config);
    const { parameters, checks } = await tripTo(CB);
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect(await client.implicitAuthentication(config, back, checks.expectedNonce, checks)).toMatchObject({
      sub: 'ada',
    });
    const hybrid = await app(world, 'front', post());
    client.useCodeIdTokenResponseType(hybrid);
    const second = await tripTo(CB);
    const came = await comeBack(client.buildAuthorizationUrl(hybrid, second.parameters));
    expect((await client.authorizationCodeGrant(hybrid, came, second.checks)).claims()?.sub).toBe('ada');
    const all = await tripTo(CB, { response_type: 'code id_token token' });
    const plain = await app(world, 'front', post());
    const arrived = await comeBack(client.buildAuthorizationUrl(plain, all.parameters));
    const fragment = new URLSearchParams(arrived.hash.slice(1));
    const { payload } = await verified(fragment.get('id_token'), { audience: 'front' });
    expect(payload).toMatchObject({ c_hash: expect.any(String), at_hash: expect.any(String) });
    expect((await userinfo(`Bearer ${fragment.get('access_token')}`)).status).toBe(200);
  });

  it('need a nonce, and a client that says so (D13)', async () => {
    const config = await app(world, 'front', post());
    const { parameters } = await tripTo(CB, { response_type: 'id_token' });
    const { nonce: _without, ...rest } = parameters;
    const back = await comeBack(client.buildAuthorizationUrl(config, rest));
    expect(back.hash).toContain('error=invalid_request');
    const other = await app(world, 'app', post());
    const refused = await comeBack(client.buildAuthorizationUrl(other, parameters));
    expect(refused.hash).toContain('error=invalid_request');
    expect(refused.hash).not.toContain('id_token=');
  });

  it('can be posted, to the app alone', async () => {
    const config = await app(world, 'front', post());
    const { parameters } = await tripTo(CB, { response_type: 'code id_token', response_mode: 'form_post' });
    const { text, headers } = await follow(client.buildAuthorizationUrl(config, parameters));
    expect(text).toContain('name="id_token"');
    expect(headers.get('content-security-policy')).toContain("form-action 'self' https://app.acme.example;");
  });

  it('are an unsupported type while they are off (D13)', async () => {
    switched();
    const config = await app(world, 'app', post());
    const { parameters } = await tripTo(CB, { response_type: 'code id_token' });
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect(back.hash).toContain('error=unsupported_response_type');
  });
});

describe('response_type none', () => {
  it('comes back with nothing but the state', async () => {
    switched({ response_types: ['code', 'none'] });
    const config = await app(world, 'silent', post());
    const { parameters, checks } = await tripTo(CB, { response_type: 'none' });
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect(Object.fromEntries(back.searchParams)).toEqual({ state: checks.expectedState, iss: world.issuer });
  });
});

describe('our own clients', () => {
  const off: Protocol = {
    form_post: false,
    claims_parameter: false,
    client_credentials: false,
    device_flow: false,
    introspection: false,
    revocation: false,
    rp_initiated_logout: false,
    backchannel_logout: false,
    resource_indicators: false,
    client_authentication: ['private_key_jwt'],
  };
  const cases: [name: string, protocol: Protocol][] = [
    ['off', { ...off, pushed_requests: false, dpop: false }],
    ['demanded', { ...off, pushed_requests: 'required', dpop: 'required', request_objects: 'required' }],
    [
      'on',
      {
        response_types: ['code', ...FRONT],
        request_objects: true,
        jwt_responses: true,
        jwt_introspection: true,
        jwt_userinfo: true,
        pairwise_subjects: true,
        encryption: true,
      },
    ],
    ['FAPI 2.0', { fapi: 'security-profile', jwt_responses: true, jwt_introspection: true, jwt_userinfo: true }],
  ];

  it.each(cases)('work as ever with everything %s', async (_name, protocol) => {
    const api = resourceSettings.parse({ id: `${world.issuer}/demo/api`, scopes: ['demo'] });
    world.oidc.rebuild({ protocol: protocolSettings.parse(protocol), resources: [api] });
    const account = await app(world, 'gatehouse-account', client.None());
    const { parameters } = await tripTo(`${world.issuer}/back`);
    expect((await comeBack(client.buildAuthorizationUrl(account, parameters))).searchParams.get('code')).toBeTruthy();
    const demo = await app(world, 'gatehouse-demo', client.ClientSecretBasic(SECRET));
    const asked = { scope: 'openid demo', resource: api.id };
    const tokens = await signInAt(demo, `${world.issuer}/back`, asked);
    expect(await client.fetchUserInfo(demo, tokens.access_token, 'ada')).toMatchObject({ sub: 'ada' });
    const next = await client.refreshTokenGrant(demo, tokens.refresh_token ?? '', { resource: api.id });
    expect((await verified(next.access_token, { audience: api.id })).protectedHeader.alg).toBe('RS256');
    const bye = { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: `${world.issuer}/` };
    const page = await agent(world.issuer).get(`/oidc/logout?${new URLSearchParams(bye).toString()}`);
    expect(page.status).toBe(200);
  });
});

describe('signing out', () => {
  it('comes back to the app, and every app hears of it (back-channel)', async () => {
    switched();
    const config = await app(world, 'app', post());
    const browser = agent(world.issuer);
    const { parameters, checks } = await tripTo(CB);
    const back = await comeBack(client.buildAuthorizationUrl(config, parameters), browser);
    const tokens = await client.authorizationCodeGrant(config, back, checks);
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: BYE,
      state: 'goodbye',
    });
    const page = await browser.get(url.pathname + url.search);
    const fields = Object.fromEntries(
      [...page.text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value ?? '']),
    );
    expect((await browser.post('/oidc/logout/confirm', fields)).location).toBe(`${BYE}?state=goodbye`);
    await world.told();
    const told = new URLSearchParams(world.outbound.findLast(({ url: to }) => to.endsWith('/signed-out'))?.body);
    const { payload, protectedHeader } = await verified(told.get('logout_token'), { audience: 'app' });
    expect(protectedHeader.typ).toBe('logout+jwt');
    expect(payload).toMatchObject({ sub: 'ada', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } });
    expect(payload).not.toHaveProperty('nonce');
    const silent = await tripTo(CB, { prompt: 'none' });
    const after = await comeBack(client.buildAuthorizationUrl(config, silent.parameters), browser);
    expect(after.searchParams.get('error')).toBe('login_required');
  });

  it('is for people alone while it is off for apps', async () => {
    const config = await app(world, 'app', post());
    const tokens = await signInAt(config, CB);
    switched({ rp_initiated_logout: false });
    const browser = agent(world.issuer);
    const query = new URLSearchParams({ id_token_hint: tokens.id_token ?? '' });
    expect((await browser.get(`/oidc/logout?${query.toString()}`, { accept: 'text/html' })).status).toBe(404);
    expect((await browser.get('/oidc/logout?client_id=app', { accept: 'text/html' })).status).toBe(404);
    expect((await browser.get('/oidc/logout', { accept: 'text/html' })).status).toBe(200);
  });
});

describe('FAPI 2.0', () => {
  const fapi = () => switched({ fapi: 'security-profile', response_types: ['code', 'id_token'], dpop: false });

  it('is met by an app with a key, pushed requests and bound tokens', async () => {
    fapi();
    const config = await app(world, 'keyed', signed(), { id_token_signed_response_alg: 'ES256' });
    const metadata = config.serverMetadata();
    expect(metadata).toMatchObject({
      require_pushed_authorization_requests: true,
      authorization_response_iss_parameter_supported: true,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['PS256', 'ES256', 'EdDSA'],
      id_token_signing_alg_values_supported: ['ES256'],
      response_types_supported: ['code'],
    });
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
    const { parameters, checks } = await tripTo(CB, { scope: 'openid read', resource: READS });
    const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
    const back = await comeBack(url);
    expect(back.searchParams.get('iss')).toBe(world.issuer);
    const tokens = await client.authorizationCodeGrant(config, back, checks, { resource: READS }, { DPoP });
    expect(decodeProtectedHeader(tokens.id_token ?? '').alg).toBe('ES256');
    expect((await verified(tokens.access_token, { audience: READS })).protectedHeader.alg).toBe('ES256');
    // Bound to its client's key, a refresh token is not rotated (5.3.2.1).
    const again = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', {}, { DPoP });
    expect(again.refresh_token).toBe(tokens.refresh_token);
  });

  it('refuses a plain request, an unbound token, a secret, and an assertion for another audience', async () => {
    const config = await app(world, 'keyed', signed(), { id_token_signed_response_alg: 'ES256' });
    const { parameters, checks } = await tripTo(CB);
    const plain = await comeBack(client.buildAuthorizationUrl(config, parameters));
    expect(plain.searchParams.get('error')).toBe('invalid_request');
    const back = await comeBack(await client.buildAuthorizationUrlWithPAR(config, parameters));
    expect(await refusal(client.authorizationCodeGrant(config, back, checks))).toBe('invalid_grant');
    const secret = await app(world, 'app', post());
    expect(await refusal(client.buildAuthorizationUrlWithPAR(secret, parameters))).toBe('invalid_client_metadata');
    const endpoint = client.PrivateKeyJwt(
      { key, kid: 'own' },
      {
        [client.modifyAssertion](_header, payload) {
          payload['aud'] = [world.issuer, `${world.issuer}/oidc/token`];
        },
      },
    );
    const wide = await app(world, 'keyed', endpoint);
    expect(await refusal(client.buildAuthorizationUrlWithPAR(wide, parameters))).toBe('invalid_client');
  });
});
