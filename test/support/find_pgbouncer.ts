import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian puts it where only root looks. */
const FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/** Where it is installed; undefined when it is not. */
export function findPgBouncer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...FOLDERS];
  return folders.map((folder) => join(folder, 'pgbouncer')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
