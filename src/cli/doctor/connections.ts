import { checkSession, type Database } from '../../database/index.ts';
import { sentenceOf } from '../../kit/errors.ts';
import { processCount } from '../../processes/index.ts';
import type { CommandSettings } from '../command.ts';
import { broken, fine, type Finding } from './finding.ts';

const CHECK = 'connections';

/** Whether connections are what the settings take them for, and whether there are enough of them for one machine. */
export async function examineConnections(
  { database: settings, http }: Pick<CommandSettings, 'database' | 'http'>,
  { knex }: Pick<Database, 'knex'>,
): Promise<Finding> {
  if (!settings) return fine(CHECK, 'the embedded PostgreSQL serves this machine alone');
  try {
    await checkSession(settings);
  } catch (error) {
    return broken(CHECK, sentenceOf(error), 'docs/processes.md has the settings of both sides');
  }
  if (!settings.prepared) return fine(CHECK, 'through a pooler: no statement is prepared by name');
  const { rows } = await knex.raw<{ rows: { most: number }[] }>(
    `select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most`,
  );
  const most = rows[0]?.most ?? 0;
  const count = processCount(http.processes, { databaseHere: false });
  const wanted = count * settings.connections;
  if (wanted <= most) return fine(CHECK, `PostgreSQL takes ${most}, and one machine opens ${wanted} at most`);
  const says = `PostgreSQL takes ${most}, and ${count} processes may open ${settings.connections} each`;
  return broken(CHECK, says, 'lower database.connections, raise max_connections, or put a pooler in between');
}
