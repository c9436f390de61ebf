import { secretToken, sha256 } from '../../src/kit/random.ts';
import type { Visit, VisitResult } from '../../src/oidc/index.ts';
import { agent, type Agent, type Answer } from './agent.ts';
import { CLIENTS } from './test_clients.ts';

export const VERIFIER = 'a-code-verifier-that-is-long-enough-for-rfc-7636-0123';

/** An authorize URL of the client `wiki`, unless said otherwise; undefined removes a parameter. */
export function authorize(change: Record<string, string | undefined> = {}): string {
  const client = change['client_id'] ?? 'wiki';
  const redirect = CLIENTS.find(({ client_id: id }) => id === client)?.redirect_uris?.[0];
  const parameters: Record<string, string | undefined> = {
    client_id: client,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'openid email',
    state: 'the-state-of-the-client',
    nonce: secretToken(),
    code_challenge: sha256(VERIFIER),
    code_challenge_method: 'S256',
    ...change,
  };
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `/oidc/authorize?${new URLSearchParams(present).toString()}`;
}

/** The visit that a page is about, as our plain pages show it. */
export async function visitAt(browser: Agent, page: string): Promise<Visit> {
  const { text } = await browser.get(page);
  return JSON.parse(text) as Visit;
}

/** Begins a visit: its page, and what that page is told. */
export async function begin(
  browser: Agent,
  change: Record<string, string | undefined> = {},
): Promise<{ page: string; visit: Visit }> {
  const { location: page = '' } = await browser.get(authorize(change));
  return { page, visit: await visitAt(browser, page) };
}

/** Status and reason of an answer that refuses. */
export async function refusalOf(answer: Promise<Answer>): Promise<[number, unknown]> {
  const { status, json } = await answer;
  return [status, json['error']];
}

/** What a page says once somebody has proven who they are. */
export function login(accountId = 'ada', remember = true): VisitResult {
  return { login: { accountId, amr: ['pwd'], remember } };
}

/** Posts a result to the page of the present prompt and follows the library's resume. */
export async function answerPrompt(
  browser: Agent,
  page: string,
  result: VisitResult | { abort: true },
): Promise<Answer> {
  const finished = await browser.post(page, { result: JSON.stringify(result) });
  if (!finished.location) throw new Error(`the prompt was not finished: ${finished.status} ${finished.text}`);
  return browser.get(finished.location);
}

/** Signs somebody in at a client; gives the answer in which the code is. */
export async function signIn(
  browser: Agent,
  change: Record<string, string | undefined> = {},
  accountId = 'ada',
): Promise<Answer> {
  let answer = await browser.get(authorize(change));
  for (let step = 0; step < 4 && answer.location?.startsWith('/interaction/'); step += 1) {
    const { prompt } = await visitAt(browser, answer.location);
    const result: VisitResult = prompt.name === 'consent' ? { consent: true } : login(accountId);
    answer = await answerPrompt(browser, answer.location, result);
  }
  return answer;
}

/** A parameter of a redirect. */
export function parameter(answer: Answer, name: string): string {
  const value = new URL(answer.location ?? 'about:blank').searchParams.get(name);
  if (value === null) throw new Error(`no ${name} in ${answer.status} ${answer.location ?? answer.text}`);
  return value;
}

/** Redeems a code as its client. */
export function redeem(issuer: string, code: string, change: Record<string, string | undefined> = {}): Promise<Answer> {
  const client = change['client_id'] ?? 'wiki';
  const redirect = CLIENTS.find(({ client_id: id }) => id === client)?.redirect_uris?.[0];
  return token(issuer, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirect,
    code_verifier: VERIFIER,
    ...change,
  });
}

/** Uses a refresh token as its client. */
export function refresh(
  issuer: string,
  refreshToken: string,
  change: Record<string, string | undefined> = {},
): Promise<Answer> {
  return token(issuer, { grant_type: 'refresh_token', refresh_token: refreshToken, ...change });
}

/** A request to the token endpoint, as `wiki` unless `client_id` says otherwise. */
export function token(issuer: string, fields: Record<string, string | undefined>): Promise<Answer> {
  const { client_id: client = 'wiki', ...rest } = fields;
  const settings = CLIENTS.find(({ client_id: id }) => id === client);
  const secret = settings?.client_secret === undefined ? {} : { client_secret: settings.client_secret };
  const present = Object.entries({ client_id: client, ...secret, ...rest }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return agent(issuer).post('/oidc/token', Object.fromEntries(present));
}

/** The claims of a JWT, unverified. */
export function claimsOf(jwt: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
