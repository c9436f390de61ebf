import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import type { Client } from '../clients.ts';
import { demand, type Run } from '../run.ts';

/** What an ID token is held against. */
export interface Expected {
  client: Client;
  /** Of the request; undefined: it had none. */
  nonce?: string;
  /** With an ID token of the authorization endpoint: what else came along there. */
  code?: string;
  accessToken?: string;
  from: 'authorization' | 'token';
}

/** The suite's own allowance for clocks. */
const SKEW = 10;

/** Checks an ID token in full (OIDC Core 2, 3.1.3.7, 3.2.2.10, 3.3.2.11) and returns its claims. */
export async function checkIdToken(run: Run, token: unknown, expected: Expected): Promise<JWTPayload> {
  demand(typeof token === 'string', `the ${expected.from} endpoint gives an ID token`);
  const { alg, kid } = decodeProtectedHeader(token);
  const wanted = expected.client.algorithm ?? 'RS256';
  run.expect(alg === wanted, `the ID token is signed with ${wanted}; it was ${alg}`);
  run.expect(typeof kid === 'string', 'the header of the ID token names its key');
  await checkSignature(run, token);
  const claims = decodeJwt(token);
  checkClaims(run, claims, expected);
  checkHashes(run, claims, expected);
  return claims;
}

/** The signature is of a key in the key set. */
export async function checkSignature(run: Run, token: string): Promise<void> {
  const { resolve } = await run.stage.keys();
  const options = { currentDate: new Date(run.stage.now()), clockTolerance: SKEW };
  const fault = await jwtVerify(token, resolve, options).then(() => undefined, String);
  run.expect(fault === undefined, `the ID token is signed with a key of the key set: ${fault}`);
}

function checkClaims(run: Run, claims: JWTPayload, { client, nonce }: Expected): void {
  const now = run.stage.now() / 1000;
  const { iss, aud, exp = 0, iat, sub = '', acr, auth_time: authTime, azp } = claims;
  run.expect(iss === run.stage.issuer, 'iss of the ID token is the issuer');
  run.expect([aud].flat().includes(client.id), 'aud of the ID token has the client');
  run.expect(azp === undefined || azp === client.id, 'azp of the ID token is the client');
  run.expect(exp > now, 'the ID token has not expired');
  run.expect(typeof iat === 'number' && Math.abs(iat - now) < 300, 'the ID token was issued just now');
  run.expect(/^[\x20-\x7e]{1,255}$/.test(sub), 'sub of the ID token is 1 to 255 characters of ASCII');
  run.expect(claims['nonce'] === nonce, 'the ID token repeats the nonce of the request, and no other');
  run.expect(acr === undefined || (typeof acr === 'string' && acr !== ''), 'acr of the ID token is a text');
  run.expect(
    authTime === undefined || (typeof authTime === 'number' && authTime <= now + SKEW),
    'auth_time of the ID token is a time in the past, in seconds',
  );
}

function checkHashes(run: Run, claims: JWTPayload, { from, code, accessToken }: Expected): void {
  const both = from === 'authorization';
  const atHash = claims['at_hash'];
  if (accessToken !== undefined && (both || atHash !== undefined))
    run.expect(atHash === halfHash(accessToken), 'at_hash is that of the access token');
  const cHash = claims['c_hash'];
  if (code !== undefined && (both || cHash !== undefined))
    run.expect(cHash === halfHash(code), 'c_hash is that of the code');
}

/** The left half of the hash that goes with RS256, PS256 and ES256 (OIDC Core 3.1.3.6). */
function halfHash(value: string): string {
  return createHash('sha256').update(value, 'ascii').digest().subarray(0, 16).toString('base64url');
}
