import type { Knex } from 'knex';
import type { Database, SealedColumn } from '../database/index.ts';
import { IdpError } from '../kit/errors.ts';
import type { Resealed } from './door.ts';
import type { KeyedSealer } from './sealer.ts';

/** What is sealed in this room. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'signing_keys', key: ['kid'], column: 'private_key' },
  { table: 'cookie_keys', key: ['id'], column: 'secret' },
  { table: 'derived_secrets', key: ['purpose'], column: 'secret' },
];

const BATCH = 200;

/** One value in a row: in the column itself, or in a member of it. */
interface Place extends SealedColumn {
  member?: string;
}

interface Found {
  keys: string[];
  sealed: string;
}

/**
 * Seals every value with the first key that another one had sealed, some hundred at a time, each where it still is as it was
 * read: whoever changes a row meanwhile wins, and seals with the first key. Stopped anywhere it goes on where it was.
 */
export async function resealAll(
  { knex }: Pick<Database, 'knex'>,
  sealer: KeyedSealer,
  columns: readonly SealedColumn[],
  told: (soFar: Resealed[]) => void,
): Promise<Resealed[]> {
  const places = columns.flatMap(placesIn);
  const all: Resealed[] = [];
  for (const place of places) all.push(await countIn(knex, sealer, place));
  told(all);
  for (const [index, place] of places.entries()) {
    const progress = all[index];
    if (progress && progress.found > 0) await resealIn(knex, sealer, place, progress);
  }
  return all;
}

function placesIn(column: SealedColumn): Place[] {
  return Array.isArray(column.json) ? column.json.map((member: string) => ({ ...column, member })) : [column];
}

async function countIn(knex: Knex, { newest }: KeyedSealer, place: Place): Promise<Resealed> {
  const { table, column } = place;
  const { rows } = await knex.raw<{ rows: { n: number }[] }>(
    `select count(*)::int as n from ${table} where ${isOlder(place)}`,
    [newest],
  );
  return { table, column: place.member ?? column, found: rows[0]?.n ?? 0, done: 0, unreadable: 0 };
}

async function resealIn(knex: Knex, sealer: KeyedSealer, place: Place, progress: Resealed): Promise<void> {
  for (let after: string[] | undefined; ;) {
    const batch = await readBatch(knex, sealer, place, after);
    const anew = batch.flatMap((found) => reseal(sealer, place, found));
    progress.unreadable += batch.length - anew.length;
    await writeBatch(knex, place, anew);
    progress.done += anew.length;
    after = batch.at(-1)?.keys;
    if (batch.length < BATCH) return;
  }
}

async function readBatch(
  knex: Knex,
  { newest }: KeyedSealer,
  place: Place,
  after: string[] | undefined,
): Promise<Found[]> {
  const key = place.key.join(', ');
  const further = after ? `and (${key}) > (${place.key.map(() => '?').join(', ')})` : '';
  const { rows } = await knex.raw<{ rows: Found[] }>(
    `select array[${key}] as keys, ${valueOf(place)} as sealed from ${place.table}
     where ${isOlder(place)} ${further} order by ${key} limit ${BATCH}`,
    [newest, ...(after ?? [])],
  );
  return rows;
}

function reseal(sealer: KeyedSealer, { table, column, named }: Place, { keys, sealed }: Found) {
  const context = [table, ...keys, ...(named ? [column] : [])].join(' ');
  try {
    return [{ keys, sealed, anew: sealer.seal(sealer.open(sealed, context), context) }];
  } catch (error) {
    if (error instanceof IdpError) return [];
    throw error;
  }
}

async function writeBatch(knex: Knex, place: Place, anew: (Found & { anew: string })[]): Promise<void> {
  if (anew.length === 0) return;
  const { table, column, key, json, member } = place;
  const names = key.map((_, index) => `key_${index}`);
  const same = key.map((name, index) => `t.${name} = n.key_${index}`).join(' and ');
  const whole = json === 'whole' ? 'to_jsonb(n.anew)' : 'n.anew';
  const value = member === undefined ? whole : `jsonb_set(t.${column}, '{${member}}', to_jsonb(n.anew))`;
  const columns = [
    ...key.map((_, index) => anew.map(({ keys }) => keys[index] ?? '')),
    anew.map(({ sealed }) => sealed),
  ];
  await knex.raw(
    `update ${table} t set ${column} = ${value}
     from unnest(${[...names, 'sealed', 'anew'].map(() => '?::text[]').join(', ')}) as n (${[...names, 'sealed', 'anew'].join(', ')})
     where ${same} and ${valueOf(place, 't.')} = n.sealed`,
    [...columns, anew.map((row) => row.anew)],
  );
}

/** The sealed text in a row. */
function valueOf({ column, json, member }: Place, of = ''): string {
  if (member !== undefined) return `${of}${column}->>'${member}'`;
  return json === 'whole' ? `${of}${column}#>>'{}'` : `${of}${column}`;
}

/** What is empty was sealed once, and is gone on purpose. */
function isOlder(place: Place): string {
  return `not starts_with(${valueOf(place)}, ?) and ${valueOf(place)} <> ''`;
}
