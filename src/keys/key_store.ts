import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { Sealer } from './door.ts';
import { keyKinds, kinds, type KeyKind } from './kinds.ts';
import { later, type KeyRow } from './life.ts';
import type { KeySchedule } from './settings.ts';

/** A key with its secret, as it is stored. */
export interface SealedKey extends KeyRow {
  sealed: string;
}

const life = `created_at as "publishedAt", coalesce(signs_from, created_at) as "signsFrom", began_at as "beganAt",
  ended_at as "endedAt", needed_seconds as "neededSeconds", retired_at as "retiredAt"`;

/** The keys that are not gone, in the order in which they are used: the one that signs, those to come, those that signed. */
export async function readKeys(knex: Knex): Promise<SealedKey[]> {
  const { rows } = await knex.raw<{ rows: SealedKey[] }>(`
    select * from (${allKeys('where retired_at is null')}) keys
    order by "beganAt" is null or "endedAt" is not null, "endedAt" is not null, "endedAt" desc, "signsFrom", id`);
  return rows;
}

/** All keys there ever were, the newest first. */
export async function listKeys(knex: Knex): Promise<KeyRow[]> {
  const { rows } = await knex.raw<{ rows: KeyRow[] }>(`${allKeys('')} order by "publishedAt" desc, id`);
  return rows;
}

function allKeys(where: string): string {
  return `
    select kid as id, algorithm as kind, private_key as sealed, ${life} from signing_keys ${where}
    union all
    select id, 'cookie', secret, ${life} from cookie_keys ${where}`;
}

/** Whoever changes keys holds this until the transaction ends: of many processes, one does it. */
export async function lockKeys(within: Knex): Promise<void> {
  await within.raw("select pg_advisory_xact_lock(hashtextextended('making keys', 0))");
}

/** How a key is kept: what its sealed part is bound to. */
export function contextOf(kind: KeyKind, id: string): string {
  return `${kinds[kind].table} ${id}`;
}

/** Makes a key that is published and signs nothing yet. */
export async function publishKey(within: Knex, sealer: Sealer, kind: KeyKind, schedule: KeySchedule): Promise<KeyRow> {
  const { table, id: idColumn, secret: secretColumn, columns, needed, make } = kinds[kind];
  const { id, secret } = await make();
  const at = now();
  const signsFrom = later(at, schedule.publishAhead);
  const neededSeconds = schedule.needed[needed];
  await within(table).insert({
    ...columns,
    [idColumn]: id,
    [secretColumn]: sealer.seal(secret, contextOf(kind, id)),
    created_at: at,
    signs_from: signsFrom,
    needed_seconds: neededSeconds,
  });
  return { kind, id, publishedAt: at, signsFrom, beganAt: null, endedAt: null, neededSeconds, retiredAt: null };
}

/** From now on this key of its kind signs, and no other one. */
export async function beginToSign(within: Knex, { kind, id }: KeyRow): Promise<void> {
  const { table, id: idColumn, columns } = kinds[kind];
  const at = now();
  const signing = within(table).where(columns).whereNotNull('began_at').whereNull('ended_at').whereNull('retired_at');
  await signing.update({ ended_at: at });
  await within(table)
    .where({ [idColumn]: id })
    .update({ began_at: at, signs_from: at });
}

/** Takes a key out of use for ever; what was secret about it is nowhere any more. */
export async function retireKey(within: Knex, { kind, id }: KeyRow): Promise<void> {
  const { table, id: idColumn, secret } = kinds[kind];
  const at = now();
  await within(table)
    .where({ [idColumn]: id })
    .whereNull('retired_at')
    .update({ retired_at: at, [secret]: '', ended_at: within.raw('coalesce(ended_at, ?)', [at]) });
}

/** What was signed may be around for longer than when a key was made: the settings may have changed. Never for less. */
export async function keepAsLongAsNeeded(within: Knex, { needed }: KeySchedule): Promise<void> {
  for (const kind of keyKinds) {
    const seconds = needed[kinds[kind].needed];
    const shorter = within(kinds[kind].table).where('needed_seconds', '<', seconds).whereNull('retired_at');
    await shorter.update({ needed_seconds: seconds });
  }
}
