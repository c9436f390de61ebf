import { dirname, join } from 'node:path';
import { findEmbedded, openDatabase, startEmbedded, type Connection, type Database } from '../database/index.ts';
import { isSibling } from '../processes/index.ts';
import { processesOf } from './processes_of.ts';
import { inTime, type Start } from './start.ts';

/** Where PostgreSQL is, where our own data lie, and when the database that we look after is gone. */
export interface Place {
  connection: Connection;
  /** For migrations: the same, or past the pooler. */
  direct: Connection;
  poolSize?: number;
  dataFolder: string;
  lost: Promise<void>;
}

/** Of the hundred that the embedded PostgreSQL takes, some are for commands. */
const EMBEDDED_CONNECTIONS = 80;

/** The configured database, else the embedded one, which the first process here starts and the others find. */
export async function findPlace({ config, out, started }: Start): Promise<Place> {
  const { settings, environment } = config;
  const lost = new Promise<never>(() => {}); // others look after it; we wait for it to come back
  if (settings.database) {
    const { url, direct_url, prepared, replica_url, connections } = settings.database;
    return {
      connection: { url, prepared, replica_url },
      direct: direct_url === undefined ? { url, prepared } : { url: direct_url },
      // There are two pools.
      poolSize: Math.floor(connections / 2),
      dataFolder: environment.dataDir,
      lost,
    };
  }
  const dataDir = join(environment.dataDir, 'postgres');
  if (isSibling) {
    const running = await findEmbedded(dataDir);
    if (!running) throw new Error('the embedded PostgreSQL does not run');
    const { connection } = running;
    const poolSize = Math.min(10, Math.max(2, Math.floor(EMBEDDED_CONNECTIONS / 2 / processesOf(settings))));
    return { connection, direct: connection, poolSize, dataFolder: dirname(running.dataDir), lost };
  }
  const embedded = await startEmbedded({ dataDir, progress: (step) => out.write(`${step}\n`) });
  started.push(() => embedded.stop());
  const { connection, dataDir: folder, ended } = embedded;
  return { connection, direct: connection, dataFolder: dirname(folder), lost: ended };
}

/** Opens it, to be closed with everything else. */
export function openPlace({ connection, poolSize }: Place, { started }: Start): Database {
  const database = openDatabase(connection, poolSize === undefined ? {} : { poolSize });
  started.push(() => inTime(database.close()));
  return database;
}
