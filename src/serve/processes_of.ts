import type { Settings } from '../config/index.ts';
import { isLoopbackHost } from '../outbound/index.ts';
import { processCount } from '../processes/index.ts';

/** How many processes serve by these settings, on this machine. */
export function processesOf({ http, database }: Pick<Settings, 'http' | 'database'>): number {
  return processCount(http.processes, { databaseHere: !database || isHere(new URL(database.url)) });
}

/** Whether it shares our cores: at a socket, or an address of this machine. */
function isHere({ hostname }: URL): boolean {
  return hostname === '' || isLoopbackHost(hostname);
}
