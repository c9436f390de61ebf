import { dirname, join } from 'node:path';
import { findEmbedded, openDatabase, startEmbedded, type Connection, type Database } from '../database/index.ts';
import { isSibling } from '../processes/index.ts';
import type { Start } from './start.ts';

/** Where PostgreSQL is, where our own data lie, and when the database that we look after is gone. */
export interface Place {
  connection: Connection;
  dataFolder: string;
  lost: Promise<void>;
}

/** The configured database, else the embedded one, which the first process here starts and the others find. */
export async function findPlace({ config, out, started }: Start): Promise<Place> {
  const { settings, environment } = config;
  const lost = new Promise<never>(() => {}); // others look after it; we wait for it to come back
  if (settings.database) return { connection: settings.database, dataFolder: environment.dataDir, lost };
  const dataDir = join(environment.dataDir, 'postgres');
  if (isSibling) {
    const running = await findEmbedded(dataDir);
    if (!running) throw new Error('the embedded PostgreSQL does not run');
    return { connection: running.connection, dataFolder: dirname(running.dataDir), lost };
  }
  const embedded = await startEmbedded({ dataDir, progress: (step) => out.write(`${step}\n`) });
  started.push(() => embedded.stop());
  return { connection: embedded.connection, dataFolder: dirname(embedded.dataDir), lost: embedded.ended };
}

/** Opens it, to be closed with everything else. */
export function openPlace({ connection }: Place, { started }: Start): Database {
  const database = openDatabase(connection);
  started.push(() => database.close());
  return database;
}
