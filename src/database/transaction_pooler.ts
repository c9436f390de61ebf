import { isNativeError } from 'node:util/types';
import pg from 'pg';
import { gatheringSocket } from './pipeline.ts';
import type { Connection } from './connection.ts';
import { PLANNED_ONCE } from './statement.ts';

const SENTENCE =
  'database.url leads through a pooler that gives each transaction another connection (PgBouncer with pool_mode = transaction): ' +
  'set database.prepared: false, and database.direct_url to a connection without it';

/** SQLSTATE: no such prepared statement, or another one of that name. */
const STRANGE_STATEMENT = new Set(['26000', '42P05']);

/** The error in words for the operator where it comes of such a pooler, else the error as it is. */
export function explainPooler(error: unknown): unknown {
  if (!isNativeError(error)) return error;
  const code = 'code' in error ? error.code : undefined;
  const refused = error.message.startsWith('unsupported startup parameter');
  const strange = typeof code === 'string' && STRANGE_STATEMENT.has(code);
  return refused || strange ? new Error(SENTENCE, { cause: error }) : error;
}

/**
 * Makes sure that a connection is the same one from one statement to the next, as named statements need it. Rejects in words
 * for the operator where a pooler stands in between: one connection is kept busy while another prepares, and then left to it.
 */
export async function checkSession(connection: Connection): Promise<void> {
  if (!('url' in connection) || connection.prepared === false) return;
  const open = () =>
    new pg.Client({
      connectionString: connection.url,
      connectionTimeoutMillis: 5000,
      statement_timeout: 15_000,
      // As the hot path does: a pooler that refuses it would refuse every request.
      options: PLANNED_ONCE,
      stream: gatheringSocket,
    });
  const [busy, preparing] = [open(), open()];
  // Told by what is asked of them.
  for (const client of [busy, preparing]) client.on('error', () => {});
  const prepared = { name: `gatehouse_session_${process.pid}`, text: 'select 1' };
  try {
    await busy.connect();
    await busy.query('begin');
    await preparing.connect();
    await preparing.query(prepared);
    await busy.query('commit');
    for (let turn = 0; turn < 4; turn += 1) await preparing.query(prepared);
  } catch (error) {
    throw explainPooler(error);
  } finally {
    await Promise.all([busy.end(), preparing.end()]);
  }
}
