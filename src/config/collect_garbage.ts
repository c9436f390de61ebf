import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Settings } from './settings.ts';

/** From so many clients on it is worth the pause. */
const MANY = 100;

/**
 * Throws away what reading a large file has left behind: some twenty megabytes for a thousand clients, which V8 would keep until
 * it has hundreds of them. Takes a tenth of a second, once for each change of the files.
 */
export function collectGarbage({ clients }: Pick<Settings, 'clients'>): void {
  if (clients.length < MANY) return;
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
