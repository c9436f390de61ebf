import { findProgram } from './find_program.ts';

/** Debian puts it where only root looks. */
const FILES = ['/usr/sbin/pgbouncer', '/usr/local/sbin/pgbouncer'];

/** Where it is installed; undefined when it is not. */
export function findPgBouncer(): string | undefined {
  return findProgram(['pgbouncer'], FILES);
}
