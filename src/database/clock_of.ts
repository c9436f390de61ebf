import type { Database } from './pool.ts';

/** What PostgreSQL's clock shows, to be compared with ours: nothing that we do goes by it. */
export async function clockOf({ knex }: Pick<Database, 'knex'>): Promise<Date> {
  const { rows } = await knex.raw<{ rows: { at: Date }[] }>('select clock_timestamp() as at');
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL tells no time');
  return row.at;
}
