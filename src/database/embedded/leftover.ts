import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { runsOver } from './processes.ts';

const TRIES = 600;
const PAUSE_MS = 100;

interface PidFile {
  pid: number;
  socketFolder: string;
}

type Answer = 'ours' | 'not_now' | 'nobody';

/**
 * Ends a server that an earlier, killed process may have left over this folder. No process is signalled unless a server
 * answered from the folder's own socket, said that this folder is its data directory, and has that pid: a pid in a file may
 * long belong to somebody else. Call with the folder's lock held. Rejects when the server does not end within a minute.
 */
export async function stopLeftover(folder: string, user: string): Promise<void> {
  if (!(await readPidFile(folder))) return;
  const dataDir = await realpath(folder);
  let known: PidFile | undefined;
  let signalled = false;
  for (let left = TRIES; left > 0; left -= 1) {
    const file = await readPidFile(dataDir);
    known = file ?? known;
    const visible = known !== undefined && runsOver(known.pid, dataDir);
    if (!file && !visible) return; // the file goes shortly before the process does
    const answer = file ? await askIdentity(file.socketFolder, dataDir, user) : 'not_now';
    if (answer === 'ours' && !visible) throw new Error(hiddenServer(dataDir));
    if (answer === 'nobody' && !visible) return disown(dataDir);
    if (file && answer === 'ours' && !signalled) {
      process.kill(file.pid, 'SIGINT'); // PostgreSQL's fast shutdown: rolls back, writes everything out, ends
      signalled = true;
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
  throw new Error(`the PostgreSQL of an earlier start over ${dataDir} did not end within a minute`);
}

/** The socket's folder of the server that runs over this folder now, or undefined when none does. */
export async function servingSocket(folder: string, user: string): Promise<string | undefined> {
  const file = await readPidFile(folder);
  if (!file) return undefined;
  const answer = await askIdentity(file.socketFolder, await realpath(folder), user);
  return answer === 'ours' ? file.socketFolder : undefined;
}

function hiddenServer(dataDir: string): string {
  return `a PostgreSQL that this process cannot see (in another container?) has the database in ${dataDir}: stop that first`;
}

/** The pid (first line) and the socket's folder (fifth line) of postmaster.pid. */
async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number.parseInt(lines[0] ?? '', 10) || 0, socketFolder: lines[4] ?? '' };
}

async function askIdentity(socketFolder: string, dataDir: string, user: string): Promise<Answer> {
  if (!socketFolder.startsWith('/')) return 'nobody';
  const client = new pg.Client({ host: socketFolder, user, database: 'postgres', connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return (await realpath(rows[0]?.data_directory ?? '')) === dataDir ? 'ours' : 'nobody';
  } catch (error) {
    const code = (error as { code?: unknown }).code; // whatever pg or the socket rejected with
    return code === 'ENOENT' || code === 'ECONNREFUSED' ? 'nobody' : 'not_now';
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Nobody serves this folder, but PostgreSQL refuses to start as long as the pid in the file is anybody's. With our own pid,
 * the parent's of the server that comes, it takes the file for stale; removing the file instead would take away its check
 * that no backend of the old server is still attached.
 */
async function disown(dataDir: string): Promise<void> {
  const path = join(dataDir, 'postmaster.pid');
  // Its last act is to remove the file, which may be now.
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined) await writeFile(path, [String(process.pid), ...text.split('\n').slice(1)].join('\n'));
}
