import type { CryptoKey } from 'jose';
import { demand, Skipped, type Play, type Run } from '../run.ts';
import type { Assertion } from '../clients.ts';
import { expectRefusal } from './expect.ts';
import {
  askFor,
  callResource,
  clientsOf,
  exchangeCode,
  expectTokens,
  fapiHappy,
  push,
  upToCode,
  type Exchanging,
  type FapiClient,
} from './flow.ts';

const CLIENT = ['invalid_client', 'invalid_request'] as const;

/** Redeeming a code in this way must be refused with one of these errors. */
async function refusedExchange(run: Run, change: Exchanging, ...errors: string[]): Promise<void> {
  const { pushed, code } = await upToCode(run);
  expectRefusal(run, await exchangeCode(run, pushed, code, change), ...errors);
}

const seconds = (run: Run) => Math.floor(run.stage.now() / 1000);

/** Pushing with such an assertion must be refused. */
const refusedAssertion =
  (assertion: (run: Run) => Assertion): Play =>
  async (run) =>
    expectRefusal(run, (await push(run, { assertion: assertion(run) })).answer, ...CLIENT);

async function reused(run: Run): Promise<void> {
  const { pushed, code, tokens } = await fapiHappy(run);
  run.stage.passTime(1);
  expectRefusal(run, await exchangeCode(run, pushed, code), 'invalid_grant');
  const { status } = await callResource(run, pushed.client, tokens.access_token ?? '');
  run.expect(
    status === 401,
    `the token of a code that came twice is revoked; the resource answered ${status}`,
    'WARNING',
  );
}

async function expired(run: Run): Promise<void> {
  const { pushed, code } = await upToCode(run);
  run.stage.passTime(61);
  expectRefusal(run, await exchangeCode(run, pushed, code), 'invalid_grant');
}

/** The id of the second client, with the keys of the first. */
async function foreignId(run: Run): Promise<void> {
  const [first, second] = await clientsOf(run);
  const client = { ...second, key: first.key };
  await refusedExchange(run, { client, dpop: first.dpop }, 'invalid_client', 'invalid_grant');
}

async function foreignCode(run: Run): Promise<void> {
  const [, second] = await clientsOf(run);
  await refusedExchange(run, { client: second }, 'invalid_grant', 'invalid_client');
}

async function clockAhead(run: Run): Promise<void> {
  const at = seconds(run) + 8;
  const { answer } = await push(run, { assertion: { claims: { iat: at, nbf: at } } });
  run.expect(
    answer.status === 201,
    `an assertion from eight seconds ahead is accepted; it was ${answer.status}`,
    'WARNING',
  );
}

const refresh = (run: Run, client: FapiClient, token: string, change: Exchanging = {}) =>
  askFor(run, client, { ...change, form: { grant_type: 'refresh_token', refresh_token: token } });

/**
 * Used again and again by its client, with its key alone. Where a refresh token is rotated, the one before must go on for a
 * while, for a client that never got the new one (FAPI 2.0 Security Profile 5.3.2.1, point 10 and its note).
 */
async function refreshToken(run: Run): Promise<void> {
  const [first, second] = await clientsOf(run);
  const params = { scope: 'openid offline_access', prompt: 'consent' };
  const { tokens, pushed } = await fapiHappy(run, { params });
  const { refresh_token: token } = tokens;
  if (token === undefined) throw new Skipped('No refresh token was issued.');
  run.expect(/^[\x20-\x7e]+$/.test(token), 'the refresh token has only characters that RFC 6749 A.17 allows');
  const fresh = expectTokens(run, await refresh(run, pushed.client, token));
  const latest = fresh.refresh_token ?? token;
  if (latest !== token) {
    run.stage.passTime(30);
    expectTokens(run, await refresh(run, pushed.client, token));
  }
  expectRefusal(
    run,
    await refresh(run, first, latest, { proof: 'none' }),
    'invalid_grant',
    'invalid_request',
    'invalid_dpop_proof',
  );
  const other = await fapiHappy(run, { params, client: second });
  demand(other.tokens.refresh_token, 'the second client has a refresh token');
  expectRefusal(run, await refresh(run, first, other.tokens.refresh_token), 'invalid_grant', 'invalid_client');
}

/** The token endpoint, client assertions, refresh tokens (FAPI 2.0 Security Profile 5.3.2.1, RFC 7523). */
export const tokens: Record<string, Play> = {
  'ensure-client-id-in-token-endpoint': foreignId,
  'ensure-holder-of-key-required': (run) =>
    refusedExchange(run, { proof: 'none' }, 'invalid_request', 'invalid_grant', 'invalid_dpop_proof'),
  'ensure-authorization-code-is-bound-to-client': foreignCode,
  'attempt-reuse-authorization-code-after-one-second': reused,
  'ensure-token-endpoint-fails-with-expired-auth-code': expired,
  'ensure-signed-client-assertion-with-RS256-fails': async (run) => {
    const [{ key }] = await clientsOf(run);
    const signedBy = { privateKey: await asRs256(key.privateKey), jwk: { ...key.jwk, alg: 'RS256' } };
    expectRefusal(run, (await push(run, { assertion: { signedBy } })).answer, ...CLIENT);
  },
  'ensure-client-assertion-in-token-endpoint': (run) => refusedExchange(run, { assertion: 'none' }, ...CLIENT),
  'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails': (run) =>
    refusedExchange(run, { assertion: { claims: { iat: seconds(run) - 360, exp: seconds(run) - 300 } } }, ...CLIENT),
  'ensure-client-assertion-with-wrong-aud-fails': (run) =>
    refusedExchange(run, { assertion: { claims: { aud: 'https://other.example' } } }, ...CLIENT),
  'ensure-client-assertion-with-no-sub-fails': (run) =>
    refusedExchange(run, { assertion: { claims: { sub: undefined } } }, ...CLIENT),
  'refresh-token': refreshToken,
  'par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted': clockAhead,
  'par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails': refusedAssertion((run) => {
    const at = seconds(run) + 65;
    return { claims: { iat: at, nbf: at, exp: at + 60 } };
  }),
  'par-test-array-as-audience-fails': refusedAssertion(({ stage }) => ({
    claims: { aud: [stage.issuer, 'https://other.example'] },
  })),
  'par-test-par-endpoint-url-as-audience-fails': refusedAssertion(({ stage }) => ({
    claims: { aud: stage.metadata['pushed_authorization_request_endpoint'] },
  })),
  'par-test-token-endpoint-url-as-audience-fails': refusedAssertion(({ stage }) => ({
    claims: { aud: stage.metadata['token_endpoint'] },
  })),
};

/** The same key, for the signature that FAPI 2.0 does not allow. */
async function asRs256(key: CryptoKey): Promise<CryptoKey> {
  const jwk = await crypto.subtle.exportKey('jwk', key);
  const { alg: _pss, ...plain } = jwk;
  return crypto.subtle.importKey('jwk', plain, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign']);
}
