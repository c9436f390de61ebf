import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Settings } from './settings.ts';

/** From so many clients on it is worth the pause. */
const MANY = 100;

/**
 * Throws away what reading a large file has left behind. It outlives the young generation while it is read, and V8 would keep it
 * until it has hundreds of megabytes of it: after twenty reloads of a thousand clients a process had 220 MB with this and 421 MB
 * without (`npm run bench -- reload`, 2026-11-22). Once for each change of the files; no request could be worth such a pause.
 */
export function collectGarbage({ clients }: Pick<Settings, 'clients'>): void {
  if (clients.length < MANY) return;
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
