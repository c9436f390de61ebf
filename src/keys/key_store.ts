import type { Knex } from 'knex';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { secretToken, sha256 } from '../kit/random.ts';
import type { Sealer } from './sealer.ts';

export interface StoredKeys {
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

/** Any number that nothing else locks: whoever makes keys waits here for the other. */
const LOCK = 7_405_201;

/** Reads all keys in use and makes those that are missing, in one transaction under a lock. */
export async function loadOrCreate({ knex }: Database, sealer: Sealer): Promise<StoredKeys> {
  return knex.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(?)', [LOCK]);
    const signing: JWK[] = [];
    const created: StoredKeys['created'] = [];
    for (const algorithm of ALGORITHMS) {
      const found = await signingKeysOf(trx, sealer, algorithm);
      if (found.length === 0) {
        found.push(await createSigningKey(trx, sealer, algorithm));
        created.push({ kind: 'signing', id: found[0]?.kid ?? '' });
      }
      signing.push(...found);
    }
    const cookie = await cookieKeys(trx, sealer);
    if (cookie.length === 0) {
      const key = await createCookieKey(trx, sealer);
      cookie.push(key.secret);
      created.push({ kind: 'cookie', id: key.id });
    }
    return { signing, cookie, created };
  });
}

async function signingKeysOf(trx: Knex.Transaction, sealer: Sealer, algorithm: string): Promise<JWK[]> {
  const rows = await trx<SigningKeyRow>('signing_keys')
    .where({ algorithm })
    .whereNull('retired_at')
    .orderBy([{ column: 'signs_from', order: 'desc' }, 'kid'])
    .select('kid', 'private_key');
  // Only this file writes the column, and the sealer vouches that nobody changed it.
  return rows.map((row) => JSON.parse(sealer.open(row.private_key, context('signing', row.kid))) as JWK);
}

async function createSigningKey(trx: Knex.Transaction, sealer: Sealer, algorithm: 'RS256' | 'ES256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const key: JWK = { ...jwk, kid, use: 'sig', alg: algorithm };
  await trx('signing_keys').insert({
    kid,
    algorithm,
    private_key: sealer.seal(JSON.stringify(key), context('signing', kid)),
    created_at: now(),
    signs_from: now(),
  });
  return key;
}

async function cookieKeys(trx: Knex.Transaction, sealer: Sealer): Promise<string[]> {
  const rows = await trx<CookieKeyRow>('cookie_keys')
    .whereNull('retired_at')
    .orderBy([{ column: 'created_at', order: 'desc' }, 'id'])
    .select('id', 'secret');
  return rows.map((row) => sealer.open(row.secret, context('cookie', row.id)));
}

async function createCookieKey(trx: Knex.Transaction, sealer: Sealer): Promise<CookieKeyRow> {
  const secret = secretToken();
  const id = sha256(secret).slice(0, 16);
  await trx('cookie_keys').insert({ id, secret: sealer.seal(secret, context('cookie', id)), created_at: now() });
  return { id, secret };
}

function context(kind: 'signing' | 'cookie', id: string): string {
  return `${kind} key ${id}`;
}
