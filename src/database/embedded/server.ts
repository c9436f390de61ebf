import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './place.ts';
import { startWatchdog } from './watchdog.ts';

const PATIENCE_MS = 20_000;

/** A PostgreSQL process. */
export interface Server {
  /** Whether it has ended by itself. */
  ended(): boolean;
  /** Resolves when it has ended, asked to or not. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

/** Settings of the server; the log keeps what happened to the server itself, never a statement, a value or a key. */
function settings(socketFolder: string): string[] {
  const pairs = {
    listen_addresses: '',
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  return Object.entries(pairs).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Starts the postmaster as a child, with a watchdog that ends it should we be killed. It may not accept connections yet. */
export async function launchServer(
  { dataDir, native, account, logFile }: Place,
  socketFolder: string,
): Promise<Server> {
  const log = await open(logFile, 'w', 0o600);
  const watchdog = await startWatchdog(dataDir, socketFolder, account);
  const child = spawn(join(native, 'bin', 'postgres'), ['-D', dataDir, ...settings(socketFolder)], {
    stdio: ['ignore', log.fd, log.fd],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    detached: true, // Ctrl-C is for the app, which closes its pools before it stops the server
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  if (child.pid !== undefined) watchdog.guard(child.pid);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  let ended = false;
  void exited.then(() => (ended = true));
  await log.close();
  return {
    ended: () => ended,
    exited,
    async stop() {
      if (!ended) child.kill('SIGINT');
      const impatient = setTimeout(() => child.kill('SIGQUIT'), PATIENCE_MS); // at once; the next start recovers
      await exited;
      clearTimeout(impatient);
      await watchdog.dismiss();
    },
  };
}
