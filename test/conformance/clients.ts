import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { demand, type ClientAuthentication, type Run } from './run.ts';

/** A key pair of a client. */
export interface ClientKey {
  privateKey: CryptoKey;
  jwk: JWK & { kid: string; alg: string };
}

/** A client that the suite plays. */
export interface Client {
  id: string;
  secret?: string;
  authentication: ClientAuthentication;
  redirectUri: string;
  key?: ClientKey;
  /** Of its assertions; the token endpoint unless said otherwise. */
  audience?: string;
  /** Of its ID tokens; RS256 unless said otherwise. */
  algorithm?: string;
  /** What the registration answered. */
  registered?: Record<string, unknown>;
}

/** The clients of config/conformance.yaml. */
export const STATIC = {
  client: { secret: 'secret-of-the-conformance-client', authentication: 'client_secret_basic' },
  client2: { secret: 'secret-of-the-second-client', authentication: 'client_secret_basic' },
  client_secret_post: { secret: 'secret-of-the-client-that-posts-it', authentication: 'client_secret_post' },
} as const;

/** A client of this run: of the profile, or registered for it with this metadata on top. */
export async function clientFor(
  run: Run,
  which: 'client' | 'client2' = 'client',
  metadata: Record<string, unknown> = {},
): Promise<Client> {
  const { stage, variant } = run;
  if (variant.registration === 'dynamic') return registerClient(run, metadata);
  const id = variant.authentication === 'client_secret_post' ? 'client_secret_post' : which;
  return { id, ...STATIC[id], redirectUri: `${stage.suite.base}/callback` };
}

/** Registers a client as the suite does, with `metadata` on top; a value of undefined leaves a key out. */
export async function registerClient(run: Run, metadata: Record<string, unknown> = {}): Promise<Client> {
  const key = run.variant.authentication === 'private_key_jwt' ? await makeKey('RS256') : undefined;
  const { status, body } = await sendRegistration(run, { ...(key && { jwks: { keys: [key.jwk] } }), ...metadata });
  demand(status === 201, `the registration is answered with 201; it was ${status}: ${body}`);
  const registered: Record<string, unknown> = JSON.parse(body);
  const redirectUris = registered['redirect_uris'];
  return {
    id: String(registered['client_id']),
    secret: textOf(registered['client_secret']),
    authentication: run.variant.authentication,
    redirectUri: Array.isArray(redirectUris) ? String(redirectUris[0]) : '',
    key,
    algorithm: textOf(registered['id_token_signed_response_alg']),
    registered,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Sends a registration request and judges nothing. */
export async function sendRegistration(run: Run, metadata: Record<string, unknown>) {
  const { stage, variant } = run;
  const endpoint = stage.metadata['registration_endpoint'];
  demand(typeof endpoint === 'string', 'discovery names a registration_endpoint');
  const code = variant.responseType.includes('code');
  const implicit = variant.responseType !== 'code';
  return stage.send(endpoint, {
    json: {
      client_name: `Conformance ${randomUUID().slice(0, 8)}`,
      grant_types: [...(code ? ['authorization_code'] : []), ...(implicit ? ['implicit'] : [])],
      response_types: [variant.responseType],
      redirect_uris: [`${stage.suite.base}/callback`],
      contacts: ['suite@conformance.example'],
      token_endpoint_auth_method: variant.authentication,
      ...metadata,
    },
  });
}

/** A new key that signs with this algorithm. */
export async function makeKey(algorithm: 'RS256' | 'PS256' | 'ES256'): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: algorithm, use: 'sig' } };
}

/** An assertion of RFC 7523 for the issuer, with `claims` on top; a value of undefined leaves a claim out. */
async function assertionOf(
  { stage }: Run,
  { id, key, audience }: Client,
  { claims = {}, signedBy = key, header = {} }: Assertion = {},
): Promise<string> {
  demand(signedBy, 'the client has a key');
  const now = Math.floor(stage.now() / 1000);
  const aud = audience ?? stage.metadata['token_endpoint'];
  const all = { iss: id, sub: id, aud, iat: now, exp: now + 60, jti: randomUUID(), ...claims };
  const said = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const { kid, alg } = signedBy.jwk;
  return new SignJWT(said).setProtectedHeader({ alg, kid, ...header }).sign(signedBy.privateKey);
}

/** What a test changes about an assertion. */
export interface Assertion {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  signedBy?: ClientKey;
}

/** What a request of the client carries to prove who it is. */
export async function authenticationOf(
  run: Run,
  client: Client,
  assertion?: Assertion,
): Promise<{ headers: Record<string, string>; form: Record<string, string> }> {
  const { id, secret = '', authentication } = client;
  if (authentication === 'client_secret_post') return { headers: {}, form: { client_id: id, client_secret: secret } };
  if (authentication === 'client_secret_basic') {
    const pair = [id, secret].map((part) => encodeURIComponent(part)).join(':');
    return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, form: {} };
  }
  const form = {
    client_id: id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertionOf(run, client, assertion),
  };
  return { headers: {}, form };
}
