import type { Knex } from 'knex';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { secretToken, sha256 } from '../kit/random.ts';
import type { Sealer } from './door.ts';

/** All keys in use, opened. */
interface StoredKeys {
  signing: JWK[];
  cookie: string[];
  /** What this call had to make, for the events. */
  created: { kind: 'signing' | 'cookie'; id: string }[];
}

interface SigningKeyRow {
  kid: string;
  algorithm: string;
  private_key: string;
}

interface CookieKeyRow {
  id: string;
  secret: string;
}

/** RS256 first: it is the one algorithm that a client may assume (OIDC Core 15.1). */
const ALGORITHMS = ['RS256', 'ES256'] as const;

/** Reads all keys in use and makes those that are missing, in one transaction under a lock. */
export async function loadOrCreate({ knex }: Database, sealer: Sealer): Promise<StoredKeys> {
  return knex.transaction(async (within) => {
    await lockKeyMaking(within);
    const signing: JWK[] = [];
    const created: StoredKeys['created'] = [];
    for (const algorithm of ALGORITHMS) {
      const found = await signingKeysOf(within, sealer, algorithm);
      if (found.length === 0) {
        found.push(await createSigningKey(within, sealer, algorithm));
        created.push({ kind: 'signing', id: found[0]?.kid ?? '' });
      }
      signing.push(...found);
    }
    const cookie = await cookieKeys(within, sealer);
    if (cookie.length === 0) {
      const key = await createCookieKey(within, sealer);
      cookie.push(key.secret);
      created.push({ kind: 'cookie', id: key.id });
    }
    return { signing, cookie, created };
  });
}

/** Whoever makes keys holds this until the transaction ends: processes that start at once end with the same ones. */
async function lockKeyMaking(within: Knex): Promise<void> {
  await within.raw("select pg_advisory_xact_lock(hashtextextended('making keys', 0))");
}

/** Rejects when one of these signing keys is retired, gone, or sealed with a key that is not configured. */
export async function checkSigningKeys({ knex }: Database, sealer: Sealer, used: readonly JWK[]): Promise<void> {
  const found = await Promise.all(ALGORITHMS.map((algorithm) => signingKeysOf(knex, sealer, algorithm)));
  const stored = new Set(found.flat().map(({ kid }) => kid));
  const missing = used.find(({ kid }) => !stored.has(kid));
  if (missing) throw new Error(`the signing key ${missing.kid} is gone`);
}

async function signingKeysOf(within: Knex, sealer: Sealer, algorithm: string): Promise<JWK[]> {
  const rows = await within<SigningKeyRow>('signing_keys')
    .where({ algorithm })
    .whereNull('retired_at')
    .orderBy([{ column: 'signs_from', order: 'desc' }, 'kid'])
    .select('kid', 'private_key');
  // Only this file writes the column, and the sealer vouches that nobody changed it.
  return rows.map((row) => JSON.parse(sealer.open(row.private_key, `signing_keys ${row.kid}`)) as JWK);
}

async function createSigningKey(within: Knex, sealer: Sealer, algorithm: 'RS256' | 'ES256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const key: JWK = { ...jwk, kid, use: 'sig', alg: algorithm };
  await within('signing_keys').insert({
    kid,
    algorithm,
    private_key: sealer.seal(JSON.stringify(key), `signing_keys ${kid}`),
    created_at: now(),
    signs_from: now(),
  });
  return key;
}

async function cookieKeys(within: Knex, sealer: Sealer): Promise<string[]> {
  const rows = await within<CookieKeyRow>('cookie_keys')
    .whereNull('retired_at')
    .orderBy([{ column: 'created_at', order: 'desc' }, 'id'])
    .select('id', 'secret');
  return rows.map((row) => sealer.open(row.secret, `cookie_keys ${row.id}`));
}

async function createCookieKey(within: Knex, sealer: Sealer): Promise<CookieKeyRow> {
  const secret = secretToken();
  const id = sha256(secret).slice(0, 16);
  await within('cookie_keys').insert({ id, secret: sealer.seal(secret, `cookie_keys ${id}`), created_at: now() });
  return { id, secret };
}
