import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import type { Exchange } from '../../support/http_browser/transport.ts';
import { checkSignature } from '../checks/id_token.ts';
import { authenticationOf, makeKey, type Assertion, type Client, type ClientKey } from '../clients.ts';
import { present, randomText, successOf, type Params, type Tokens } from '../flow.ts';
import { go, newPerson, type Arrival, type Person } from '../person.ts';
import { demand, type Run } from '../run.ts';
import type { Stage } from '../stage.ts';
import { proofOf, type ProofChange } from './proof.ts';

/** One of the two clients of config/conformance-fapi.yaml. */
export interface FapiClient extends Client {
  key: ClientKey;
  /** What its tokens are bound to. */
  dpop: ClientKey;
}

const known = new WeakMap<Stage, Promise<[FapiClient, FapiClient]>>();

/** Both clients; their keys are made once for a stage and served by the suite. */
export function clientsOf({ stage }: Run): Promise<[FapiClient, FapiClient]> {
  const both =
    known.get(stage) ?? Promise.all([makeClient(stage, 'fapi1', ''), makeClient(stage, 'fapi2', SECOND_QUERY)]);
  known.set(stage, both);
  return both;
}

/** The suite's second client has a query in its redirect URI, which must still be there. */
const SECOND_QUERY = '?dummy1=lorem&dummy2=ipsum';

async function makeClient({ suite, issuer }: Stage, id: string, query: string): Promise<FapiClient> {
  const key = await makeKey('PS256');
  suite.serve(`/${id}.jwks`, { type: 'application/json', body: JSON.stringify({ keys: [key.jwk] }) });
  return {
    id,
    authentication: 'private_key_jwt',
    redirectUri: `${suite.base}/callback${query}`,
    audience: issuer,
    key,
    dpop: await makeKey('ES256'),
  };
}

/** A request as it is pushed, and what is needed later on. */
export interface Pushed {
  client: FapiClient;
  verifier: string;
  request: Record<string, string>;
  answer: Exchange;
  requestUri: string;
}

/** What a test changes about a pushed request. */
export interface Push {
  client?: FapiClient;
  params?: Params;
  assertion?: Assertion;
  /** A proof at the endpoint binds the code to its key (RFC 9449 10.1). */
  proof?: ProofChange;
}

/** Pushes an authorization request (RFC 9126); nothing is judged. */
export async function push(run: Run, { client, params, assertion, proof }: Push = {}): Promise<Pushed> {
  const by = client ?? (await clientsOf(run))[0];
  const verifier = randomText(64);
  const request = present({
    response_type: 'code',
    redirect_uri: by.redirectUri,
    scope: 'openid',
    state: randomText(),
    nonce: randomText(),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...params,
  });
  const url = String(run.stage.metadata['pushed_authorization_request_endpoint']);
  const { form } = await authenticationOf(run, by, assertion);
  const headers = proof && { dpop: await proofOf(run, by.dpop, { method: 'POST', url }, proof) };
  const answer = await run.stage.send(url, { form: { ...request, ...form }, headers });
  const requestUri = answer.status === 201 ? String(JSON.parse(answer.body).request_uri) : '';
  return { client: by, verifier, request, answer, requestUri };
}

/** Judges a push that must succeed (RFC 9126 2.2, FAPI 2.0 Security Profile 5.3.2.2). */
export function expectPushed(run: Run, { answer: { status, body } }: Pushed): void {
  demand(status === 201, `the pushed request is answered with 201; it was ${status}: ${body}`);
  const { request_uri: uri, expires_in: seconds } = JSON.parse(body);
  run.expect(typeof uri === 'string' && uri.length > 20, 'there is a request_uri that nobody can guess');
  run.expect(Number(seconds) > 0 && Number(seconds) < 600, 'it lives for less than ten minutes');
}

/** Sends somebody to the pushed request; `outside` stands beside it in the URL. */
export function open(
  run: Run,
  { client, requestUri }: Pushed,
  person: Person = newPerson(),
  outside: Params = {},
): Promise<Arrival> {
  const query = present({ client_id: client.id, request_uri: requestUri, ...outside });
  return go(
    run,
    person,
    `${String(run.stage.metadata['authorization_endpoint'])}?${new URLSearchParams(query).toString()}`,
  );
}

/** What a test changes about a token request. */
export interface Exchanging {
  client?: FapiClient;
  form?: Params;
  assertion?: Assertion | 'none';
  proof?: ProofChange | 'none';
  /** Signs the proof instead of the client's own key. */
  dpop?: ClientKey;
}

/** Redeems the code of a pushed request; the answer is not judged. */
export function exchangeCode(run: Run, pushed: Pushed, code: string, change: Exchanging = {}): Promise<Exchange> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: pushed.request['redirect_uri'],
    code_verifier: pushed.verifier,
    ...change.form,
  };
  return askFor(run, pushed.client, { ...change, form });
}

/** A token request with assertion and proof. */
export async function askFor(run: Run, own: FapiClient, change: Exchanging): Promise<Exchange> {
  const { client = own, form = {}, assertion, proof, dpop = client.dpop } = change;
  const url = String(run.stage.metadata['token_endpoint']);
  const proven =
    assertion === 'none' ? { client_id: client.id } : (await authenticationOf(run, client, assertion)).form;
  const headers: Record<string, string> =
    proof === 'none' ? {} : { dpop: await proofOf(run, dpop, { method: 'POST', url }, proof) };
  return run.stage.send(url, { form: { ...proven, ...present(form) }, headers });
}

/** What stands in for the resource that the suite calls: userinfo takes bound tokens as any resource does. */
export async function callResource(
  run: Run,
  { dpop }: FapiClient,
  token: string,
  { proof, scheme = 'DPoP', header = 'DPoP' }: { proof?: ProofChange; scheme?: string; header?: string } = {},
): Promise<Exchange> {
  const url = String(run.stage.metadata['userinfo_endpoint']);
  const shown = await proofOf(run, dpop, { method: 'GET', url, token }, proof);
  return run.stage.send(url, { headers: { authorization: `${scheme} ${token}`, [header]: shown } });
}

/** A flow that succeeded. */
interface FapiGranted {
  pushed: Pushed;
  person: Person;
  code: string;
  tokens: Tokens;
  claims: JWTPayload;
  userinfo: Record<string, unknown>;
}

/** What a module changes about a flow that must succeed. */
interface FapiWish extends Push {
  person?: Person;
  outside?: Params;
  exchange?: Exchanging;
}

/** As far as the code, which must come. */
export async function upToCode(run: Run, wish: FapiWish = {}) {
  const pushed = await push(run, wish);
  expectPushed(run, pushed);
  const person = wish.person ?? newPerson();
  const arrival = await open(run, pushed, person, wish.outside);
  const answer = successOf(run, arrival, pushed.request);
  const { code = '', iss } = answer.params;
  run.expect(iss === run.stage.issuer, 'iss of the answer is the issuer (RFC 9207)');
  demand(code !== '', 'there is a code');
  return { pushed, person, arrival, code };
}

/** The whole flow, which must succeed, with every check (FAPI 2.0 Security Profile 5.3). */
export async function fapiHappy(run: Run, wish: FapiWish = {}): Promise<FapiGranted> {
  const { pushed, person, code } = await upToCode(run, wish);
  const { client, request } = pushed;
  const tokens = expectTokens(run, await exchangeCode(run, pushed, code, wish.exchange));
  const claims = await checkFapiIdToken(run, tokens.id_token, client, request['nonce']);
  const { status, headers, body } = await callResource(run, client, tokens.access_token ?? '');
  demand(status === 200, `the resource answers 200; it was ${status}: ${body}`);
  run.expect(headers['date'] !== undefined, 'the resource says its date');
  const userinfo: Record<string, unknown> = JSON.parse(body);
  run.expect(userinfo['sub'] === claims.sub, 'sub of userinfo is that of the ID token');
  return { pushed, person, code, tokens, claims, userinfo };
}

/** Judges bound tokens (RFC 9449 5). */
export function expectTokens(run: Run, { status, headers, body }: Exchange): Tokens {
  demand(status === 200, `the token endpoint answers 200; it was ${status}: ${body}`);
  run.expect(/no-store/.test(headers['cache-control'] ?? ''), 'tokens are not to be stored');
  const tokens: Tokens = JSON.parse(body);
  run.expect(tokens.token_type === 'DPoP', `token_type is DPoP; it was ${tokens.token_type}`);
  run.expect(tokens.access_token !== undefined, 'there is an access token');
  run.expect(Number(tokens.expires_in) > 0, 'expires_in is a number of seconds');
  return tokens;
}

async function checkFapiIdToken(
  run: Run,
  token: string | undefined,
  client: FapiClient,
  nonce?: string,
): Promise<JWTPayload> {
  demand(token !== undefined, 'there is an ID token');
  const { alg } = decodeProtectedHeader(token);
  run.expect(
    ['PS256', 'ES256', 'EdDSA'].includes(String(alg)),
    `the ID token is signed as FAPI 2.0 allows; it was ${alg}`,
  );
  await checkSignature(run, token);
  const claims = decodeJwt(token);
  run.expect(claims.iss === run.stage.issuer, 'iss of the ID token is the issuer');
  run.expect(claims.aud === client.id, 'aud of the ID token is the client alone');
  run.expect(claims['nonce'] === nonce, 'the ID token repeats the nonce of the request, and no other');
  return claims;
}

/** The thumbprint of a key, as `dpop_jkt` names it (RFC 9449 10). */
export const thumbprint = ({ jwk }: ClientKey): Promise<string> => calculateJwkThumbprint(jwk);
