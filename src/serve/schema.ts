import { checkSession, migrate, openDatabase } from '../database/index.ts';
import type { Place } from './place.ts';
import type { Start } from './start.ts';

/**
 * Brings the schema up to date over a connection of its own, and says so where that was work. Rejects in words for the operator
 * where a pooler is in the way.
 */
export async function updateSchema(
  { connection, direct }: Pick<Place, 'connection' | 'direct'>,
  { out }: Pick<Start, 'out'>,
): Promise<void> {
  await checkSession(connection);
  const database = openDatabase(direct, { poolSize: 1, patient: true });
  try {
    const applied = await migrate(database);
    if (applied.length > 0) out.write(`the database schema is up to date (${applied.length} migrations applied)\n`);
  } finally {
    await database.close();
  }
}
