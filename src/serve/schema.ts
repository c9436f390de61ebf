import { migrate, openDatabase } from '../database/index.ts';
import type { Place } from './place.ts';
import type { Start } from './start.ts';

/** Brings the schema up to date over a connection of its own, and says so where that was work. */
export async function updateSchema(
  { connection }: Pick<Place, 'connection'>,
  { out }: Pick<Start, 'out'>,
): Promise<void> {
  const database = openDatabase(connection, { poolSize: 1 });
  try {
    const applied = await migrate(database);
    if (applied.length > 0) out.write(`the database schema is up to date (${applied.length} migrations applied)\n`);
  } finally {
    await database.close();
  }
}
