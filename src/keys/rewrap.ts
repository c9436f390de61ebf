import { setTimeout as sleep } from 'node:timers/promises';
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
const BUSY_MILLISECONDS = 100;

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

/** Rows that somebody else holds are left for the next pass: nobody who serves ever waits for us with a lock of ours. */
async function resealIn(knex: Knex, sealer: KeyedSealer, place: Place, progress: Resealed): Promise<void> {
  while ((await onePass(knex, sealer, place, progress)) > 0) await sleep(BUSY_MILLISECONDS);
}

/** Goes through the column once, and returns how many values it could not have. */
async function onePass(knex: Knex, sealer: KeyedSealer, place: Place, progress: Resealed): Promise<number> {
  progress.unreadable = 0;
  let busy = 0;
  for (let after: string[] | undefined; ;) {
    const batch = await readBatch(knex, sealer, place, after);
    const anew = batch.flatMap((found) => reseal(sealer, place, found));
    const written = await writeBatch(knex, place, anew);
    progress.unreadable += batch.length - anew.length;
    progress.done += written;
    busy += anew.length - written;
    after = batch.at(-1)?.keys;
    if (batch.length < BATCH) return busy;
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

async function writeBatch(knex: Knex, place: Place, anew: (Found & { anew: string })[]): Promise<number> {
  if (anew.length === 0) return 0;
  const { table, column, key, json, member } = place;
  const names = [...key.map((_, index) => `key_${index}`), 'sealed', 'anew'];
  const same = (left: string, right: string) =>
    key.map((name, index) => `${left}.${name} = ${right}.key_${index}`).join(' and ');
  const whole = json === 'whole' ? 'to_jsonb(free.anew)' : 'free.anew';
  const value = member === undefined ? whole : `jsonb_set(t.${column}, '{${member}}', to_jsonb(free.anew))`;
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `with n as (select * from unnest(${names.map(() => '?::text[]').join(', ')}) as n (${names.join(', ')})),
       free as (select n.* from ${table} t join n on ${same('t', 'n')} and ${valueOf(place, 't.')} = n.sealed
                for update of t skip locked)
     update ${table} t set ${column} = ${value} from free where ${same('t', 'free')}`,
    [
      ...key.map((_, index) => anew.map(({ keys }) => keys[index] ?? '')),
      anew.map(({ sealed }) => sealed),
      anew.map((row) => row.anew),
    ],
  );
  return rowCount;
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
