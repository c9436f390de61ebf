import { randomBytes } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { Exchange } from '../support/http_browser/transport.ts';
import { checkIdToken } from './checks/id_token.ts';
import { checkSignedUserinfo, checkUserinfo } from './checks/userinfo.ts';
import { authenticationOf, clientFor, type Client } from './clients.ts';
import { go, newPerson, type Answer, type Arrival, type Person } from './person.ts';
import { demand, type Run } from './run.ts';

/** Parameters of a request; undefined leaves one out. */
export type Params = Record<string, string | undefined>;

/** What a module says about an authorization; the rest is as its variant has it. */
export interface Wish {
  client?: Client;
  /** Absent: a new browser. */
  person?: Person;
  params?: Params;
  /** Of PKCE, for the token request. */
  verifier?: string;
}

/** An answer of the token endpoint. */
export interface Tokens {
  access_token?: string;
  id_token?: string;
  refresh_token?: string;
  token_type?: string;
  expires_in?: number;
  scope?: string;
}

/** An authorization that succeeded, with all that came of it. */
export interface Granted {
  client: Client;
  person: Person;
  request: Record<string, string>;
  arrival: Arrival;
  answer: Answer;
  tokens: Tokens;
  idToken: string;
  claims: JWTPayload;
  /** The latest one; absent with response_type=id_token. */
  accessToken?: string;
  userinfo?: Record<string, unknown>;
}

/** So many characters that nobody can guess. */
export const randomText = (characters = 32) => randomBytes(characters).toString('base64url').slice(0, characters);

/** The parameters that the suite sends, with those of the module on top. */
export function requestOf({ variant }: Run, { id, redirectUri }: Client, params: Params = {}): Record<string, string> {
  const { responseType, responseMode } = variant;
  const all = {
    client_id: id,
    redirect_uri: redirectUri,
    scope: 'openid',
    state: randomText(),
    nonce: randomText(),
    response_type: responseType,
    ...(responseMode === 'form_post' && { response_mode: responseMode }),
    ...params,
  };
  return present(all);
}

/** The parameters that have a value. */
export function present(params: Params): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Where an authorization begins. */
export function authorizationUrl({ stage }: Run, request: Record<string, string>): string {
  return `${String(stage.metadata['authorization_endpoint'])}?${new URLSearchParams(request).toString()}`;
}

/** Sends somebody through an authorization, wherever it ends. */
export async function authorize(run: Run, { client, person = newPerson(), params }: Wish = {}) {
  const by = client ?? (await clientFor(run));
  const request = requestOf(run, by, params);
  const arrival = await go(run, person, authorizationUrl(run, request));
  return { client: by, person, request, arrival };
}

/** An authorization that must succeed: every part of the answer is checked, the code redeemed, userinfo asked. */
export async function happy(run: Run, wish: Wish = {}): Promise<Granted> {
  return follow(run, await authorize(run, wish), wish.verifier);
}

/** The rest of an authorization that must succeed. */
export async function follow(
  run: Run,
  begun: Awaited<ReturnType<typeof authorize>>,
  verifier?: string,
): Promise<Granted> {
  const { client, request, arrival } = begun;
  const answer = successOf(run, arrival, request);
  const { code, access_token: accessToken, id_token: idToken } = answer.params;
  const types = run.variant.responseType.split(' ');
  const expected = { client, nonce: request['nonce'] };
  const first = types.includes('id_token')
    ? await checkIdToken(run, idToken, { ...expected, code, accessToken, from: 'authorization' })
    : undefined;
  run.expect(types.includes('token') === (accessToken !== undefined), 'an access token comes exactly when asked for');
  demand(types.includes('code') === (code !== undefined), 'a code comes exactly when asked for');
  const early = accessToken === undefined ? undefined : await userinfo(run, client, accessToken, first?.sub);
  const proof: Record<string, string> = verifier === undefined ? {} : { code_verifier: verifier };
  const tokens: Tokens = code === undefined ? {} : await redeem(run, client, code, request, proof);
  const last =
    code === undefined
      ? first
      : await checkIdToken(run, tokens.id_token, {
          ...expected,
          accessToken: tokens.access_token,
          from: 'token',
        });
  demand(last, 'there is an ID token');
  run.expect(!first || first.sub === last.sub, 'both ID tokens are about the same person');
  const latest = tokens.access_token ?? accessToken;
  const about = latest === undefined ? early : await userinfo(run, client, latest, last.sub);
  const rawIdToken = tokens.id_token ?? idToken ?? '';
  return { ...begun, answer, tokens, idToken: rawIdToken, claims: last, accessToken: latest, userinfo: about };
}

/** The answer of an authorization that succeeded, where and how it must come. */
export function successOf(run: Run, { answer, page }: Arrival, request: Record<string, string>): Answer {
  demand(answer, `the person comes back to the client; they stand before ${page.screen ?? page.url} (${page.status})`);
  const { params } = answer;
  demand(params['error'] === undefined, `there is no error; it was ${params['error']}: ${params['error_description']}`);
  checkAnswer(run, answer, request);
  return answer;
}

/** What holds for every answer, errors too: where it stands, its state, its issuer. */
export function checkAnswer(
  { stage, variant, expect }: Run,
  { params, where }: Answer,
  request: Record<string, string>,
): void {
  // Who does not say what they want cannot expect it anywhere but in the query.
  const plain = variant.responseType === 'code' || request['response_type'] === undefined ? 'query' : 'fragment';
  const place = variant.responseMode === 'form_post' ? 'body' : plain;
  expect(where === place, `the answer stands in the ${place}; it was the ${where}`);
  expect(params['state'] === request['state'], 'the state comes back as it was');
  // An ID token says so itself (RFC 9207 2.4).
  const said = params['iss'] ?? (params['id_token'] === undefined ? undefined : stage.issuer);
  if (stage.metadata['authorization_response_iss_parameter_supported'] === true)
    expect(said === stage.issuer, 'iss of the answer is the issuer');
}

/** A token request as the client makes it; the answer is not judged. */
export async function askTokens(run: Run, client: Client, form: Record<string, string>): Promise<Exchange> {
  const proof = await authenticationOf(run, client);
  return run.stage.send(String(run.stage.metadata['token_endpoint']), {
    headers: proof.headers,
    form: { ...form, ...proof.form },
  });
}

/** Redeems a code, which must succeed (OIDC Core 3.1.3.3). */
export async function redeem(
  run: Run,
  client: Client,
  code: string,
  request: Record<string, string>,
  extra: Record<string, string> = {},
): Promise<Tokens> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: request['redirect_uri'] ?? '', ...extra };
  return checkTokens(run, await askTokens(run, client, form));
}

/** Judges a token answer that must be a success (RFC 6749 5.1). */
export function checkTokens(run: Run, { status, headers, body }: Exchange): Tokens {
  demand(status === 200, `the token endpoint answers 200; it was ${status}: ${body}`);
  run.expect(/^application\/json\b/.test(headers['content-type'] ?? ''), 'tokens are application/json');
  run.expect(/no-store/.test(headers['cache-control'] ?? ''), 'tokens are not to be stored');
  const tokens: Tokens = JSON.parse(body);
  run.expect(/^bearer$/i.test(tokens.token_type ?? ''), 'token_type is Bearer');
  run.expect(typeof tokens.access_token === 'string', 'there is an access token');
  run.expect(typeof (tokens.expires_in ?? 1) === 'number', 'expires_in is a number of seconds');
  return tokens;
}

/** Asks userinfo with the token in the header, and judges the answer; it is signed for a client that registered so. */
export async function userinfo(
  run: Run,
  client: Client,
  token: string,
  sub: unknown,
): Promise<Record<string, unknown>> {
  const answer = await askUserinfo(run, token);
  const signed = client.registered?.['userinfo_signed_response_alg'] !== undefined;
  return signed ? checkSignedUserinfo(run, answer, { client: client.id, sub }) : checkUserinfo(run, answer, sub);
}

/** Asks userinfo; the answer is not judged. */
export async function askUserinfo(
  { stage }: Run,
  token: string,
  way: 'get' | 'header' | 'body' = 'get',
): Promise<Exchange> {
  const endpoint = String(stage.metadata['userinfo_endpoint']);
  if (way === 'body') return stage.send(endpoint, { form: { access_token: token } });
  return stage.send(endpoint, {
    method: way === 'get' ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...(way === 'header' && { 'content-length': '0' }) },
  });
}
