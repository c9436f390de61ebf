import type { Database } from './pool.ts';

/** Rows in one statement: a few milliseconds, so that nothing waits behind a sweep. */
const BATCH = 5000;

/**
 * Deletes the rows of a table whose `column` lies before a time, in small steps, and returns how many those were. Processes
 * that sweep at once share the work. Both names are words of our own, never values.
 */
export async function sweepRows(
  database: Pick<Database, 'run'>,
  { table, column }: { table: string; column: string },
  before: Date | number,
): Promise<number> {
  const batch = `select ctid from ${table} where ${column} < $1 order by ${column} limit $2`;
  const statement = {
    name: `${table}_sweep_by_${column}`,
    text: `delete from ${table} where ctid = any(array(${batch}))`,
  };
  let removed = 0;
  for (;;) {
    const { rowCount } = await database.run(statement, [before, BATCH]);
    removed += rowCount;
    if (rowCount < BATCH) return removed;
  }
}
