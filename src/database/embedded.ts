import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { initialiseCluster } from './embedded/cluster.ts';
import { servingSocket, stopLeftover } from './embedded/leftover.ts';
import { takeLock } from './embedded/lock.ts';
import { choosePlace, possibleFolders, type Place } from './embedded/place.ts';
import { narrate, type Narrator, type Progress } from './embedded/progress.ts';
import { openSocketFolder } from './embedded/socket_folder.ts';
import { launchServer, type Server } from './embedded/server.ts';
import type { Connection } from './connection.ts';

const USER = 'gatehouse';
const DATABASE = 'gatehouse';

/** A server of our own that runs. */
interface Embedded {
  connection: Connection;
  /** Where the cluster really lies: the wished folder, or /var/lib/gatehouse where root's server account cannot reach that. */
  dataDir: string;
  /** The same connection as a URL, for another process. */
  url: string;
  /** Resolves when the server has ended, asked to or not. */
  ended: Promise<void>;
  /** Closes the server cleanly; close the pools first. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that comes with us over `dataDir`, creating the cluster there at the first start. It listens on a
 * unix socket that only this account reaches and ends with this process, however that ends. Rejects with a sentence for
 * people when another process has the folder, or when PostgreSQL cannot run here. `progress` is called at least every two
 * seconds while it takes long.
 */
export async function startEmbedded(wish: { dataDir: string; progress?: Progress }): Promise<Embedded> {
  const narrator = narrate(wish.progress ?? (() => {}));
  try {
    narrator.doing('preparing the embedded PostgreSQL');
    const place = await choosePlace(wish.dataDir, narrator);
    const releaseLock = await takeLock(place.dataDir);
    try {
      return await startOver(place, narrator, releaseLock);
    } catch (error) {
      await releaseLock();
      throw error;
    }
  } finally {
    narrator.end();
  }
}

/**
 * The server that another process of this account, or of any if we are root, runs over `dataDir` now, and where its cluster
 * really lies.
 */
export async function findEmbedded(dataDir: string): Promise<Pick<Embedded, 'connection' | 'dataDir'> | undefined> {
  const { wished, fallback } = await possibleFolders(dataDir);
  for (const folder of [wished, fallback]) {
    const host = await servingSocket(folder, USER);
    if (host !== undefined) return { connection: { host, user: USER, database: DATABASE }, dataDir: folder };
  }
  return undefined;
}

/** The start itself, with the folder's lock held; `stop` gives it up. */
async function startOver(place: Place, narrator: Narrator, releaseLock: () => Promise<void>): Promise<Embedded> {
  narrator.doing('ending the PostgreSQL of an earlier start');
  await stopLeftover(place.dataDir, USER);
  narrator.doing('creating the database');
  await initialiseCluster(place, USER);
  narrator.doing('waiting for PostgreSQL');
  const socket = await openSocketFolder(place);
  const server = await launchServer(place, socket.path);
  const stop = onlyOnce(async () => {
    await server.stop();
    await socket.remove();
    await releaseLock();
  });
  try {
    await ready(socket.path, server, place);
  } catch (error) {
    await stop();
    throw error;
  }
  const connection = { host: socket.path, user: USER, database: DATABASE };
  return { connection, dataDir: place.dataDir, url: urlOf(connection), ended: server.exited, stop };
}

/** Waits until the server answers, then makes sure that our database exists in it. */
async function ready(socketFolder: string, server: Server, place: Place): Promise<void> {
  for (;;) {
    const client = new pg.Client({
      host: socketFolder,
      user: USER,
      database: 'postgres',
      connectionTimeoutMillis: 2000,
    });
    try {
      await client.connect();
      const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
      if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
      return;
    } catch (error) {
      if (server.ended()) throw new Error(await reasonOf(place), { cause: error });
      if (!isNotYet(error)) throw error;
    } finally {
      await client.end().catch(() => {});
    }
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

/** No socket yet, nobody listening yet, or SQLSTATE 57P03: the server is starting up. */
function isNotYet(error: unknown): boolean {
  const code = (error as { code?: unknown }).code; // whatever pg or the socket rejected with
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === '57P03';
}

async function reasonOf(place: Place): Promise<string> {
  const log = await readFile(place.logFile, 'utf8').catch(() => '');
  return `PostgreSQL did not start over ${place.dataDir}; its last words (${place.logFile}):\n${log.split('\n').slice(-12).join('\n')}`;
}

function urlOf({ host, user, database }: { host: string; user: string; database: string }): string {
  return `postgres:///${database}?host=${encodeURIComponent(host)}&user=${user}`;
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
