import { checkIdToken } from '../checks/id_token.ts';
import { clientFor, type Client } from '../clients.ts';
import { askTokens, askUserinfo, checkTokens, happy, userinfo, type Granted } from '../flow.ts';
import { newPerson } from '../person.ts';
import { Skipped, type Play, type Run } from '../run.ts';

/** The code a second time (RFC 6749 4.1.2, 10.5). */
async function again(run: Run, seconds: number): Promise<Granted> {
  const granted = await happy(run);
  const { client, answer, request } = granted;
  if (seconds > 0) run.stage.passTime(seconds);
  const form = {
    grant_type: 'authorization_code',
    code: answer.params['code'] ?? '',
    redirect_uri: request['redirect_uri'] ?? '',
  };
  const { status, body } = await askTokens(run, client, form);
  expectTokenError(run, { status, body }, 'invalid_grant');
  return granted;
}

/** A refusal of the token endpoint (RFC 6749 5.2). */
function expectTokenError(run: Run, { status, body }: { status: number; body: string }, ...errors: string[]): void {
  const error = status < 500 && body.startsWith('{') ? String(JSON.parse(body).error) : body;
  run.expect(status === 400 || status === 401, `the token endpoint answers 400 or 401; it was ${status}`);
  run.expect(errors.includes(error), `the error is ${errors.join(' or ')}; it was ${error}`);
}

async function reusedLater(run: Run): Promise<void> {
  const { accessToken = '' } = await again(run, 30);
  const { status } = await askUserinfo(run, accessToken);
  run.expect(
    status === 401,
    `the access token of a code that came twice is revoked; userinfo answered ${status}`,
    'WARNING',
  );
}

/** Somebody allows the client what a refresh token needs. */
async function offline(run: Run, client: Client): Promise<Granted> {
  const params = { scope: 'openid offline_access', prompt: 'consent' };
  return happy(run, { client, person: newPerson(), params });
}

const refresh = (run: Run, client: Client, token: string) =>
  askTokens(run, client, { grant_type: 'refresh_token', refresh_token: token });

async function refreshToken(run: Run): Promise<void> {
  const metadata = {
    grant_types: ['authorization_code', ...(run.variant.responseType === 'code' ? [] : ['implicit']), 'refresh_token'],
  };
  const first = await clientFor(run, 'client', metadata);
  await refreshed(run, await offline(run, first));
  const second = await clientFor(run, 'client2', metadata);
  const latest = await refreshed(run, await offline(run, second));
  const { status, body } = await refresh(run, first, latest);
  expectTokenError(run, { status, body }, 'invalid_grant', 'invalid_client');
}

/** Uses the refresh token of an authorization (OIDC Core 12.2) and returns the latest one. */
export async function refreshed(run: Run, { client, tokens, claims }: Granted): Promise<string> {
  const token = tokens.refresh_token;
  if (token === undefined) throw new Skipped('No refresh token was issued.');
  const grants = run.stage.metadata['grant_types_supported'];
  run.expect(
    Array.isArray(grants) && grants.includes('refresh_token'),
    'discovery lists the grant refresh_token',
    'WARNING',
  );
  run.expect(/^[\x20-\x7e]+$/.test(token), 'the refresh token has only characters that RFC 6749 A.17 allows');
  const fresh = checkTokens(run, await refresh(run, client, token));
  run.expect(fresh.access_token !== tokens.access_token, 'the access token is a new one');
  if (fresh.id_token !== undefined) {
    const nonce = claims['nonce'];
    const now = await checkIdToken(run, fresh.id_token, {
      client,
      nonce: typeof nonce === 'string' ? nonce : undefined,
      from: 'token',
    });
    run.expect(now.sub === claims.sub, 'the new ID token is about the same person');
    run.expect(now['auth_time'] === claims['auth_time'], 'auth_time of the new ID token is the one of before');
  }
  await userinfo(run, client, fresh.access_token ?? '', claims.sub);
  return fresh.refresh_token ?? token;
}

/** Codes and refresh tokens. */
export const tokens: Record<string, Play> = {
  'oidcc-codereuse': (run) => again(run, 0),
  'oidcc-codereuse-30seconds': reusedLater,
  'oidcc-refresh-token': refreshToken,
};
