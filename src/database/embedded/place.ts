import { createHash } from 'node:crypto';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { canReach, chooseAccount, clusterOwner, type Account } from './account.ts';
import { completeLinks, copyBinaries, findBinaries, type Binaries } from './binaries.ts';
import type { Narrator } from './progress.ts';

/** Where root's server keeps what it cannot reach elsewhere. */
const SHARED_HOME = '/var/lib/gatehouse';

/** Everything that is decided before PostgreSQL starts. */
export interface Place {
  dataDir: string;
  logFile: string;
  account: Account | undefined;
  native: string;
}

/** Decides whose account runs the server, over which folder, from which binaries, and says so where that is not as wished. */
export async function choosePlace(wishedDataDir: string, narrator: Narrator): Promise<Place> {
  await mkdir(dirname(resolve(wishedDataDir)), { recursive: true });
  const { wished, fallback } = await possibleFolders(wishedDataDir);
  const owner = await clusterOwner(wished);
  const account = await chooseAccount(owner ?? (await clusterOwner(fallback)));
  let dataDir = wished;
  if (account && !canReach(account, wished)) {
    // An existing database must never silently be exchanged for an empty one.
    if (owner)
      throw new Error(`the account ${account.name} cannot reach the database in ${wished}: open the folders above it`);
    dataDir = fallback;
    await openFolder(dirname(dataDir));
    narrator.tell(`the account ${account.name} cannot reach ${wished}; the database lies in ${dataDir}`);
  } else if (account && !owner && (await clusterOwner(fallback))) {
    dataDir = fallback;
    narrator.tell(`the database of an earlier start lies in ${dataDir}`);
  }
  const binaries = await reachableBinaries(account, dataDir, narrator);
  return { dataDir, logFile: `${dataDir}.log`, account, native: binaries.native };
}

/** The two folders where the database of this wish may lie. */
export async function possibleFolders(wishedDataDir: string): Promise<{ wished: string; fallback: string }> {
  const wished = await truePath(resolve(wishedDataDir));
  return { wished, fallback: join(homeOf(wished), 'data') };
}

/** One name for one folder, whatever links lead to it: locks and identity are compared by name. */
async function truePath(path: string): Promise<string> {
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  return realpath(path).catch(() => join(parent, basename(path)));
}

/** The installed binaries, or a copy where the account cannot reach them or their links cannot be made. */
async function reachableBinaries(account: Account | undefined, dataDir: string, narrator: Narrator): Promise<Binaries> {
  const installed = await findBinaries();
  const complete = await completeLinks(installed.native);
  if (complete && canReach(account, join(installed.native, 'bin', 'postgres'))) return installed;
  const home = account ? homeOf(installed.native) : dirname(dataDir);
  if (account) await openFolder(home);
  narrator.doing(`copying PostgreSQL's programs to ${home}`);
  return copyBinaries(installed, home);
}

/** One folder per folder of origin, so that two clones never share a database. */
function homeOf(folder: string): string {
  return join(SHARED_HOME, createHash('sha256').update(folder).digest('hex').slice(0, 16));
}

/** A folder that other accounts may pass through but not list, whatever the umask. */
async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const each of [SHARED_HOME, folder]) await chmod(each, 0o711);
}
