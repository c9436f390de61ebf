import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Knex } from 'knex';
import { contextOf, readKeys, type SealedKey } from './key_store.ts';
import { keyKinds, type KeyKind } from './kinds.ts';
import { ofKind, stateOf, type KeyRow } from './life.ts';
import { openStored } from './open_stored.ts';
import type { KeyedSealer } from './sealer.ts';

/** The keys of one moment, opened. */
export interface Ring {
  /** Which keys, and where in their life: another one means that something has changed. */
  version: string;
  /** RS256 first, and of each algorithm the one that signs. */
  signing: JWK[];
  /** The one that signs first. */
  cookie: string[];
}

/** Tells one state of all keys from another. */
export function versionOf(rows: readonly KeyRow[]): string {
  return rows.map((row) => `${row.id} ${stateOf(row)}`).join('\n');
}

/** Opens all keys in use. Rejects with a sentence for the operator when one cannot be used, or none of a kind signs. */
export async function openRing(knex: Knex, sealer: KeyedSealer): Promise<Ring> {
  const rows = await readKeys(knex);
  for (const kind of keyKinds) {
    const signs = ofKind(rows, kind).some((row) => stateOf(row) === 'signing');
    if (!signs) throw new Error(`no ${kind} key signs: the one that did is gone`);
  }
  const of = (kind: KeyKind) => ofKind(rows, kind);
  return {
    version: versionOf(rows),
    signing: await Promise.all([...of('RS256'), ...of('ES256')].map((row) => toSigningKey(row, openKey(sealer, row)))),
    cookie: of('cookie').map((row) => openKey(sealer, row)),
  };
}

/** The secret of one key. Throws a sentence for the operator. */
export function openKey(sealer: KeyedSealer, row: SealedKey): string {
  return openStored(sealer, row.sealed, contextOf(row.kind, row.id), damaged(row));
}

function damaged({ kind, id }: KeyRow): string {
  return `the ${kind} key ${id} in the database is damaged: ./gatehouse keys retire ${id} --now drops it and makes another`;
}

/** The kid is the thumbprint of the key (RFC 7638): a row that holds another key than it says would sign what nobody can verify. */
async function toSigningKey(row: SealedKey, secret: string): Promise<JWK> {
  const key = parsed(secret);
  const isWhole = key.d !== undefined && key.kid === row.id && key.alg === row.kind;
  if (!isWhole || (await thumbprintOf(key)) !== row.id) throw new Error(damaged(row));
  return key;
}

function parsed(secret: string): JWK {
  try {
    return JSON.parse(secret) as JWK; // whose members are looked at before it is used
  } catch {
    return {};
  }
}

function thumbprintOf(key: JWK): Promise<string> {
  return calculateJwkThumbprint(key).catch(() => '');
}
