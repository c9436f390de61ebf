import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { freePortPair } from '../support/gatehouse.ts';
import { startSample, type Sample } from './support.ts';

interface Flaw {
  header?: Record<string, unknown>;
  payload?: JWTPayload;
  without?: string;
  /** Signed by a key of somebody else, or one that is ours and not for this. */
  key?: 'foreign' | 'es256';
}

let issuer = '';
let keyServer: Server;
let samples: Sample[] = [];
let [api, mcp, webApp] = ['', '', ''];
let keys: Record<'own' | 'foreign' | 'es256', CryptoKey>;

/** An issuer that signs whatever it is told to, and the samples that trust it. */
beforeAll(async () => {
  const pairs = {
    own: await generateKeyPair('RS256'),
    foreign: await generateKeyPair('RS256'),
    es256: await generateKeyPair('ES256'),
  };
  keys = { own: pairs.own.privateKey, foreign: pairs.foreign.privateKey, es256: pairs.es256.privateKey };
  const published = [
    { ...(await exportJWK(pairs.own.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
    { ...(await exportJWK(pairs.es256.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
  ];
  const [first, second, third] = [await freePortPair(), await freePortPair(), await freePortPair()];
  issuer = `http://127.0.0.1:${first}`;
  keyServer = createServer((request, response) => {
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/jwks' ? { keys: published } : metadata));
  }).listen(first, '127.0.0.1');
  [api, mcp, webApp] = [
    `http://127.0.0.1:${second}`,
    `http://127.0.0.1:${second + 1}/mcp`,
    `http://127.0.0.1:${third}`,
  ];
  samples = [
    startSample('api', { ISSUER: issuer, PORT: String(second) }),
    startSample('mcp-server', { ISSUER: issuer, PORT: String(second + 1) }),
    startSample('web-app', { ISSUER: issuer, PORT: String(third), CLIENT_ID: 'web-app', CLIENT_SECRET: 'x' }),
  ];
  await Promise.all(samples.map((sample) => sample.line()));
});
afterAll(async () => {
  await Promise.all(samples.map((sample) => sample.stop()));
  keyServer.closeAllConnections();
  keyServer.close();
});

function sign(good: { header: Record<string, unknown>; payload: JWTPayload }, flaw: Flaw): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload: JWTPayload = {
    iss: issuer,
    sub: 'ada',
    iat: now,
    exp: now + 60,
    jti: '1',
    ...good.payload,
    ...flaw.payload,
  };
  if (flaw.without !== undefined) Reflect.deleteProperty(payload, flaw.without);
  const algorithm = flaw.key === 'es256' ? { alg: 'ES256', kid: 'ec' } : { alg: 'RS256', kid: 'rsa' };
  return new SignJWT(payload)
    .setProtectedHeader({ ...algorithm, ...good.header, ...flaw.header })
    .sign(keys[flaw.key ?? 'own']);
}

const ofEveryToken: [string, Flaw][] = [
  ['of another issuer', { payload: { iss: 'http://127.0.0.1:1' } }],
  ['for another audience', { payload: { aud: 'https://other.example' } }],
  ['of another type', { header: { typ: 'JWT' } }],
  ['without a type', { header: { typ: undefined } }],
  ['that is expired', { payload: { exp: 1 } }],
  ['that never expires', { without: 'exp' }],
  ['signed by somebody else', { key: 'foreign' }],
  ['signed by another algorithm than was agreed', { key: 'es256' }],
];

describe('an access token', () => {
  const good = (aud: string) => ({
    header: { typ: 'at+jwt' },
    payload: { aud, client_id: 'app', scope: 'read who-am-i' },
  });

  async function statuses(flaw: Flaw): Promise<number[]> {
    const bearer = async (aud: string) => ({ authorization: `Bearer ${await sign(good(aud), flaw)}` });
    const atApi = await fetch(`${api}/notes`, { headers: await bearer(api) });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const accept = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    const atMcp = await fetch(mcp, { method: 'POST', body, headers: { ...accept, ...(await bearer(mcp)) } });
    return [atApi.status, atMcp.status];
  }

  it('without a flaw lets in', async () => {
    expect(await statuses({})).toEqual([200, 200]);
  });

  it('without the scope does not', async () => {
    expect(await statuses({ payload: { scope: 'other' } })).toEqual([403, 403]);
    expect(await statuses({ without: 'scope' })).toEqual([403, 403]);
  });

  it.each<[string, Flaw]>([
    ...ofEveryToken,
    ['without a client', { without: 'client_id' }],
    ['that is bound to a key', { payload: { cnf: { jkt: 'x' } } }],
  ])('%s is refused', async (_, flaw) => {
    expect(await statuses(flaw)).toEqual([401, 401]);
  });
});

describe('a logout token', () => {
  const good = () => ({
    header: { typ: 'logout+jwt' },
    payload: { aud: 'web-app', sid: 's', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
  });

  async function status(flaw: Flaw): Promise<number> {
    const body = new URLSearchParams({ logout_token: await sign(good(), flaw) });
    return (await fetch(`${webApp}/backchannel-logout`, { method: 'POST', body })).status;
  }

  it('without a flaw is taken', async () => {
    expect(await status({})).toBe(200);
  });

  it.each<[string, Flaw]>([
    ...ofEveryToken,
    ['that tells of another event', { payload: { events: { 'urn:other': {} } } }],
    ['that names nobody', { payload: { sid: undefined, sub: undefined } }],
    ['with a nonce, as an ID token', { payload: { nonce: 'x' } }],
  ])('%s is refused', async (_, flaw) => {
    expect(await status(flaw)).toBe(400);
  });
});
