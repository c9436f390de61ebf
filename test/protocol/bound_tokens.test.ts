import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compactDecrypt, decodeProtectedHeader, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import * as oidc from 'openid-client';
import type { ClientInput } from '../../src/clients/index.ts';
import { clientSettings } from '../../src/clients/index.ts';
import { protocolSettings, validateClients } from '../../src/oidc/index.ts';
import {
  agent,
  API,
  claimsOf,
  openWorld,
  parameter,
  redeem,
  SECRET,
  signIn,
  VERIFIER,
  type World,
} from '../oidc/support.ts';
import { certify, type Certified } from '../support/certificates.ts';
import { openTlsProxy, type TlsProxy } from '../support/tls_proxy.ts';

const REDIRECT = 'https://bank.example/cb';
const encryptionKey = randomBytes(32);
const protocol = protocolSettings.parse({ mutual_tls: {}, encryption: true, jwt_userinfo: true });

let world: World;
let proxy: TlsProxy;
let readersKey: CryptoKey;
let bank: Certified;
let robot: Certified;
let impostor: Certified;
let neighbour: Certified;
let clients: ClientInput[];

const web = (client_id: string, rest: object): ClientInput => ({
  client_id,
  redirect_uris: [REDIRECT],
  first_party: true,
  ...rest,
});

beforeAll(async () => {
  const authority = certify({ subject: [['CN', 'the authority']], authority: true });
  const subject: [['C', string], ['O', string], ['CN', string]] = [
    ['C', 'KR'],
    ['O', 'Bank, and more'],
    ['CN', 'bank'],
  ];
  bank = certify({ subject, by: authority });
  neighbour = certify({ subject: [['CN', 'neighbour']], names: ['DNS:neighbour.example'], by: authority });
  // The same words, and nobody vouches for them.
  impostor = certify({ subject });
  robot = certify();
  const reader = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
  readersKey = reader.privateKey;
  const bound = { tls_client_certificate_bound_access_tokens: true };
  clients = [
    web('bank', {
      ...bound,
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: String.raw`CN=bank, O=Bank\, and more, c=KR`,
    }),
    web('public', { ...bound, type: 'spa' }),
    {
      client_id: 'robot',
      type: 'service',
      resources: { [API]: ['read'] },
      ...bound,
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      jwks: { keys: [{ ...jwkOf(robot), x5c: [robot.raw.toString('base64')] }] },
    },
    ...['dns:neighbour.example', 'dns:elsewhere.example'].map((name, index) => ({
      client_id: `named-${index}`,
      type: 'service' as const,
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_dns: name.slice(4),
    })),
    web('reader', {
      client_secret: SECRET,
      id_token_encrypted_response_alg: 'ECDH-ES',
      id_token_encrypted_response_enc: 'A256GCM',
      userinfo_signed_response_alg: 'ES256',
      userinfo_encrypted_response_alg: 'ECDH-ES',
      userinfo_encrypted_response_enc: 'A256GCM',
      jwks: { keys: [{ ...(await exportJWK(reader.publicKey)), use: 'enc', alg: 'ECDH-ES' }] },
    }),
    web('sharer', { client_secret: SECRET, id_token_encrypted_response_alg: 'dir' }),
  ];
  world = await openWorld({
    encryptionKey,
    clients,
    deps: { protocol },
    plumbing: { http: { trusted_hops: 1 }, certificateHeaders: () => protocol.mutual_tls || undefined },
  });
  proxy = await openTlsProxy(world.port, authority);
});
afterAll(async () => {
  await proxy.close();
  await world.close();
});

function jwkOf({ cert }: Certified) {
  return new X509Certificate(cert).publicKey.export({ format: 'jwk' });
}

/** openid-client as this client, with a certificate or without. */
async function relyingParty(
  clientId: string,
  auth: oidc.ClientAuth,
  certificate?: Certified,
): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(world.issuer), clientId, {}, auth, {
    execute: [oidc.allowInsecureRequests],
    [oidc.customFetch]: (url, { body, ...rest }) =>
      proxy.fetchAs(certificate)(url, { ...rest, ...(body && { body: body as URLSearchParams }) }), // all that it sends
  });
}

/** The URL to which somebody comes back from signing in. */
async function returned(clientId: string): Promise<URL> {
  const answer = await signIn(agent(world.issuer), { client_id: clientId, redirect_uri: REDIRECT, nonce: undefined });
  return new URL(answer.location ?? '');
}

const CHECKS = { expectedState: 'the-state-of-the-client', pkceCodeVerifier: VERIFIER, idTokenExpected: true };

/** The error that a request ends with. */
async function refusal(request: Promise<unknown>): Promise<unknown> {
  return request.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof oidc.ResponseBodyError ? error.error : error),
  );
}

describe('mutual TLS', () => {
  it('lets a client prove itself by a certificate of an authority, and binds its tokens to it', async () => {
    const config = await relyingParty('bank', oidc.TlsClientAuth(), bank);
    const tokens = await oidc.authorizationCodeGrant(config, await returned('bank'), CHECKS);
    const subject = tokens.claims()?.sub ?? '';
    expect(await oidc.fetchUserInfo(config, tokens.access_token, subject)).toMatchObject({ sub: 'ada' });
    const thumbprint = new X509Certificate(bank.cert).fingerprint256.replaceAll(':', '');
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      active: true,
      cnf: { 'x5t#S256': Buffer.from(thumbprint, 'hex').toString('base64url') },
    });
    // A stolen one is of no use: not without a certificate, and not with that of another client.
    for (const other of [undefined, neighbour]) {
      const thief = await relyingParty('bank', oidc.TlsClientAuth(), other);
      const asked = await oidc
        .fetchProtectedResource(thief, tokens.access_token, new URL('/oidc/userinfo', world.issuer), 'GET')
        .catch((error: unknown) => error);
      expect(asked).toMatchObject({ status: 401 });
    }
  });

  it.each([
    ['none', undefined],
    ['one that nobody vouches for', 'impostor'],
    ['one for somebody else', 'neighbour'],
  ] as const)('refuses a client with %s', async (_, whose) => {
    const certificate = whose === undefined ? undefined : { impostor, neighbour }[whose];
    const config = await relyingParty('bank', oidc.TlsClientAuth(), certificate);
    expect(await refusal(oidc.authorizationCodeGrant(config, await returned('bank'), CHECKS))).toBe('invalid_client');
  });

  it('goes by an alternative name, letter by letter', async () => {
    const named = await relyingParty('named-0', oidc.TlsClientAuth(), neighbour);
    expect(await oidc.clientCredentialsGrant(named)).toMatchObject({ token_type: 'bearer' });
    const other = await relyingParty('named-1', oidc.TlsClientAuth(), neighbour);
    expect(await refusal(oidc.clientCredentialsGrant(other))).toBe('invalid_client');
  });

  it('takes a certificate that a client has published itself, and binds JWT access tokens to it', async () => {
    const config = await relyingParty('robot', oidc.TlsClientAuth(), robot);
    const { access_token: token } = await oidc.clientCredentialsGrant(config, { resource: API, scope: 'read' });
    expect(claimsOf(token)).toMatchObject({ cnf: { 'x5t#S256': expect.any(String) } });
    const other = await relyingParty('robot', oidc.TlsClientAuth(), impostor);
    expect(await refusal(oidc.clientCredentialsGrant(other))).toBe('invalid_client');
  });

  it('binds refresh tokens of public clients, too', async () => {
    const config = await relyingParty('public', oidc.None(), bank);
    const tokens = await oidc.authorizationCodeGrant(config, await returned('public'), CHECKS);
    const thief = await relyingParty('public', oidc.None(), neighbour);
    expect(await refusal(oidc.refreshTokenGrant(thief, tokens.refresh_token ?? ''))).toBe('invalid_grant');
    const without = await relyingParty('public', oidc.None());
    expect(await refusal(oidc.refreshTokenGrant(without, tokens.refresh_token ?? ''))).toBe('invalid_grant');
    expect(await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).toHaveProperty('access_token');
  });

  it('believes no certificate that a client writes into its own request', async () => {
    const pem = encodeURIComponent(bank.cert);
    const lie = { 'x-client-certificate': pem, 'x-client-verified': 'SUCCESS' };
    const fields = { client_id: 'bank', grant_type: 'refresh_token', refresh_token: 'none' };
    // Through the proxy, which replaces what it does not know to be true.
    const through = await proxy.fetchAs()(`${world.issuer}/oidc/token`, {
      method: 'POST',
      headers: { ...lie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields),
    });
    expect([through.status, await through.json()]).toMatchObject([401, { error: 'invalid_client' }]);
    // With no proxy in front of us at all.
    const bare = await openWorld({
      database: world.database,
      encryptionKey,
      clients,
      deps: { protocol },
      plumbing: { http: { trusted_hops: 0 }, certificateHeaders: () => protocol.mutual_tls || undefined },
    });
    expect((await agent(bare.issuer).post('/oidc/token', fields, lie)).json).toMatchObject({ error: 'invalid_client' });
    await bare.close();
  });

  it('is nothing that a client can have while it is off', async () => {
    const settings = clients.slice(0, 1).map((client) => clientSettings.parse(client));
    expect(await validateClients(settings, protocol)).toEqual([]);
    expect(await validateClients(settings, protocolSettings.parse({}))).toMatchObject([{ client_id: 'bank' }]);
  });
});

describe('encrypted ID tokens', () => {
  it('are read by whoever has the key, and hold a signed token', async () => {
    const config = await relyingParty('reader', oidc.ClientSecretBasic(SECRET));
    oidc.enableDecryptingResponses(config, ['A256GCM'], { key: readersKey, alg: 'ECDH-ES' });
    const tokens = await oidc.authorizationCodeGrant(config, await returned('reader'), CHECKS);
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'ECDH-ES', enc: 'A256GCM' });
    expect(tokens.claims()).toMatchObject({ sub: 'ada' });
    const authorization = `Bearer ${tokens.access_token}`;
    const { text } = await agent(world.issuer).get('/oidc/userinfo', { authorization });
    const { plaintext } = await compactDecrypt(text, readersKey);
    expect(claimsOf(new TextDecoder().decode(plaintext))).toMatchObject({ sub: 'ada', email: 'ada@acme.example' });
  });

  it('are made with the secret of a client that says dir', async () => {
    const code = parameter(await signIn(agent(world.issuer), { client_id: 'sharer', redirect_uri: REDIRECT }), 'code');
    const { json } = await redeem(world.issuer, code, {
      client_id: 'sharer',
      client_secret: SECRET,
      redirect_uri: REDIRECT,
    });
    const key = createHash('sha256').update(SECRET).digest();
    const { plaintext, protectedHeader } = await compactDecrypt(String(json['id_token']), key);
    expect(protectedHeader).toMatchObject({ alg: 'dir', enc: 'A128CBC-HS256' });
    expect(claimsOf(new TextDecoder().decode(plaintext))).toMatchObject({ sub: 'ada' });
  });

  it.each(['RSA1_5', 'RSA-OAEP', 'PBES2-HS256+A128KW', 'none'])('are never made with %s', async (alg) => {
    const client = clientSettings.parse({ ...clients.at(-2), id_token_encrypted_response_alg: alg });
    expect(await validateClients([client], protocol)).toMatchObject([
      { problem: expect.stringContaining('id_token_encrypted_response_alg must be') },
    ]);
  });
});
