import { jwtVerify } from 'jose';
import type { Exchange } from '../../support/http_browser/transport.ts';
import { demand, type Run } from '../run.ts';

type Claims = Record<string, unknown>;

/** Every claim by the scope that asks for it (OIDC Core 5.4). */
export const SCOPES: Record<string, readonly string[]> = {
  profile: [
    'name',
    'given_name',
    'family_name',
    'middle_name',
    'nickname',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
    'preferred_username',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '' && value !== 'null';
const isPage = (value: unknown) => isText(value) && /^https?:$/.test(URL.parse(String(value))?.protocol ?? '');

/** What each claim must look like (OIDC Core 5.1); any other one is a text. */
const SHAPES: Record<string, (value: unknown, now: number) => boolean> = {
  email_verified: (value) => typeof value === 'boolean',
  phone_number_verified: (value) => typeof value === 'boolean',
  updated_at: (value, now) => typeof value === 'number' && value > 631_152_000 && value <= now,
  birthdate: (value) => /^(?:\d{4}|\d{4}-\d{2}-\d{2})$/.test(String(value)) && isYear(String(value).slice(0, 4)),
  address: (value) => typeof value === 'object' && value !== null && Object.values(value).every(isText),
  email: (value) => /^[^\s@]+@[^\s@]+$/.test(String(value)),
  profile: isPage,
  picture: isPage,
  website: isPage,
};

function isYear(year: string): boolean {
  return year === '0000' || (Number(year) >= 1850 && Number(year) <= new Date().getFullYear());
}

/** Every standard claim that is there has its type; what has no value is left out (OIDC Core 5.1, 5.3.2). */
export function checkClaimTypes(run: Run, claims: Claims): void {
  for (const name of Object.values(SCOPES).flat()) {
    if (!(name in claims)) continue;
    const hasShape = SHAPES[name] ?? isText;
    run.expect(hasShape(claims[name], run.stage.now() / 1000), `${name} is of the type that OIDC Core 5.1 gives it`);
  }
}

/** Warns unless every claim of these scopes is there. */
export function checkScopeClaims(run: Run, claims: Claims, scopes: readonly string[]): void {
  const missing = scopes.flatMap((scope) => SCOPES[scope] ?? []).filter((name) => !(name in claims));
  run.expect(missing.length === 0, `every claim of the scopes is there; missing: ${missing.join(', ')}`, 'WARNING');
}

/** Judges an answer of userinfo and returns its claims. `sub`: of the ID token. */
export function checkUserinfo(run: Run, { status, headers, body }: Exchange, sub: unknown): Claims {
  demand(status === 200, `userinfo answers 200; it was ${status}: ${body}`);
  run.expect(/^application\/json\b/.test(headers['content-type'] ?? ''), 'userinfo is application/json');
  const claims: Claims = JSON.parse(body);
  run.expect(sub === undefined || claims['sub'] === sub, 'sub of userinfo is that of the ID token');
  checkClaimTypes(run, claims);
  return claims;
}

/** Judges an answer of userinfo that is signed for a client (OIDC Core 5.3.2), and returns its claims. */
export async function checkSignedUserinfo(
  run: Run,
  { status, headers, body }: Exchange,
  { client, sub }: { client: string; sub: unknown },
): Promise<Claims> {
  const { stage, expect } = run;
  demand(status === 200, `userinfo answers 200; it was ${status}: ${body}`);
  expect(/^application\/jwt\b/.test(headers['content-type'] ?? ''), 'userinfo is application/jwt');
  const { resolve } = await stage.keys();
  const options = { issuer: stage.issuer, audience: client, currentDate: new Date(stage.now()), clockTolerance: 10 };
  const { payload, protectedHeader } = await jwtVerify(body, resolve, options);
  expect(protectedHeader.alg === 'RS256', `userinfo is signed with RS256; it was ${protectedHeader.alg}`);
  expect(sub === undefined || payload.sub === sub, 'sub of userinfo is that of the ID token');
  checkClaimTypes(run, payload);
  return payload;
}
