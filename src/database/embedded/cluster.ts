import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Place } from './place.ts';

/**
 * Creates the cluster unless there is one: UTF-8, ordering by code point, checksums on every page, and logins over the
 * socket only, whose folder is the lock. It is made under another name, so that a start that was killed half way leaves none.
 */
export async function initialiseCluster({ dataDir, native, account }: Place, user: string): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return;
  const marker = `${basename(dataDir)}.new-`;
  await removeHalfMade(dirname(dataDir), marker);
  const half = join(dirname(dataDir), marker + randomBytes(4).toString('hex'));
  await mkdir(half, { mode: 0o700 });
  if (account) await chown(half, account.uid, account.gid);
  const options = ['-D', half, '-U', user, '-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'];
  const access = ['--data-checksums', '--auth-local=trust', '--auth-host=reject'];
  const run = {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    ...(account && { uid: account.uid, gid: account.gid }),
  };
  try {
    await promisify(execFile)(join(native, 'bin', 'initdb'), [...options, ...access], run);
    await rename(half, dataDir);
  } catch (cause) {
    await rm(half, { recursive: true, force: true });
    const said = (cause as { stderr?: string }).stderr?.trim(); // execFile adds it; rename does not
    throw new Error(`the database could not be created in ${dataDir}${said ? `:\n${said}` : ''}`, { cause });
  }
}

async function removeHalfMade(folder: string, marker: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => name.startsWith(marker));
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
