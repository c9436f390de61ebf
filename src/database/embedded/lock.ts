import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { now } from '../../kit/clock.ts';
import { isRunning, startOf } from './processes.ts';

interface Holder {
  pid: number;
  /** Tells this process from a later one with the same pid. */
  start: string;
  since: string;
  where: string;
}

/**
 * Makes this process the only one over the folder and returns how to give that up again. Rejects with a sentence that names
 * the process that has it. What a killed process left is taken over; PostgreSQL's own interlock stands behind this one.
 */
export async function takeLock(dataDir: string): Promise<() => Promise<void>> {
  const path = `${dataDir}.lock`;
  const holder: Holder = {
    pid: process.pid,
    start: startOf(process.pid),
    since: now().toISOString(),
    where: `${process.cwd()} on ${hostname()}`,
  };
  const mine = `${path}.${randomBytes(6).toString('hex')}`;
  const text = JSON.stringify(holder);
  await writeFile(mine, text);
  try {
    // A hard link appears whole or not at all, and only where nothing was: nobody ever reads half a lock.
    while (!(await linked(mine, path))) await clearIfStale(path, dataDir);
  } finally {
    await unlink(mine);
  }
  return async () => {
    if ((await contentOf(path)) === text) await unlink(path);
  };
}

/** Removes a lock whose process is gone; rejects when it lives. */
async function clearIfStale(path: string, dataDir: string): Promise<void> {
  const text = await contentOf(path);
  if (text === undefined) return;
  const holder = parse(text);
  if (holder && isRunning(holder.pid) && startOf(holder.pid) === holder.start) {
    throw new Error(
      `the database in ${dataDir} is in use by process ${holder.pid}, started ${holder.since} in ${holder.where}: ` +
        'stop that one first, or give this one another folder in GATEHOUSE_DATA',
    );
  }
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  if (!(await rename(path, aside).then(() => true, absent))) return;
  // Somebody may have been quicker and own the lock by now: then it goes back where it was.
  if ((await contentOf(aside)) !== text) await linked(aside, path);
  await unlink(aside);
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(absent);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Undefined for whatever we did not write ourselves. */
function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder>; // checked in the next line
    return typeof holder.pid === 'number' && typeof holder.start === 'string' ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}
