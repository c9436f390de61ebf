import { spawnSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The account that the server runs as when we are root, whom PostgreSQL refuses. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The account to run PostgreSQL as: undefined (ourselves) unless we are root; then whoever owns the existing cluster, else
 * `postgres`, else `nobody`. Throws when the cluster belongs to somebody whom we may not act for.
 */
export async function chooseAccount(owner: { uid: number; gid: number } | undefined): Promise<Account | undefined> {
  const self = process.getuid?.();
  if (self === 0) {
    if (owner && owner.uid !== 0) return { name: ask('-un', String(owner.uid)) ?? `uid ${owner.uid}`, ...owner };
    const account = lookUp('postgres') ?? lookUp('nobody');
    if (!account)
      throw new Error('PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it as');
    return account;
  }
  if (owner && self !== undefined && owner.uid !== self) {
    throw new Error(
      `the database folder belongs to uid ${owner.uid}, and this process is uid ${self}: start as that account`,
    );
  }
  return undefined;
}

/** Who owns the cluster in this folder, or undefined when there is none yet. */
export async function clusterOwner(dataDir: string): Promise<{ uid: number; gid: number } | undefined> {
  const version = await stat(`${dataDir}/PG_VERSION`).catch(() => undefined);
  return version && { uid: version.uid, gid: version.gid };
}

/** Whether the account gets as far as this path's folder, asked of the system itself: modes, ACLs and mounts all count. */
export function canReach(account: Account | undefined, path: string): boolean {
  const asked = account && { uid: account.uid, gid: account.gid };
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', dirname(path)], { ...asked, cwd: '/', stdio: 'ignore' }).status === 0
  );
}

function lookUp(name: string): Account | undefined {
  const [uid, gid] = [ask('-u', name), ask('-g', name)];
  // A negative id is printed as a large one on macOS, where `nobody` is -2.
  return uid && gid ? { name, uid: Number(uid) | 0, gid: Number(gid) | 0 } : undefined;
}

function ask(question: string, account: string): string | undefined {
  const answer = spawnSync('id', [question, account], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}
