import { chown, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canReach } from './account.ts';
import type { Place } from './place.ts';

/** A socket's path may have about 104 bytes on macOS and 107 on Linux, file name included. */
const LONGEST = 90;

/** Where the server puts its socket: the data folder (0700), or one of our own (0700) among the temporary ones when that path is too long. */
export async function openSocketFolder({
  dataDir,
  account,
}: Place): Promise<{ path: string; remove: () => Promise<void> }> {
  if (Buffer.byteLength(dataDir) <= LONGEST) return { path: dataDir, remove: async () => {} };
  const usable = Buffer.byteLength(tmpdir()) <= LONGEST - 24 && canReach(account, join(tmpdir(), 'x'));
  const path = await mkdtemp(join(usable ? tmpdir() : '/tmp', 'gatehouse-'));
  if (account) await chown(path, account.uid, account.gid);
  // The watchdog may have been quicker.
  return { path, remove: () => rmdir(path).catch(() => {}) };
}
