import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Account } from './account.ts';

/**
 * Reads the server's pid, then waits on its standard input, which closes when the app ends, in whatever way. Unless it was
 * told that the server has stopped, it asks that server (and no other that has its pid by now) for a fast shutdown.
 */
const SCRIPT = `
read -r pid || exit 0
read -r word
[ "$word" = stopped ] && exit 0
read -r current < "$1/postmaster.pid"
[ "$current" = "$pid" ] && kill -INT "$pid"
while kill -0 "$pid"; do sleep 0.1; done
[ "$2" = "$1" ] || rmdir "$2"
`;

interface Watchdog {
  /** From here on the server with this pid does not outlive us. */
  guard(pid: number): void;
  /** The server has stopped: the watchdog leaves without doing anything. */
  dismiss(): Promise<void>;
}

/** Starts a shell of one megabyte that outlives this process just long enough to stop the server over the folder. */
export async function startWatchdog(
  dataDir: string,
  socketFolder: string,
  account: Account | undefined,
): Promise<Watchdog> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'gatehouse-watchdog', dataDir, socketFolder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true, // Ctrl-C is for the app, which stops the server itself
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  const exited = once(child, 'exit');
  exited.catch(() => {});
  await once(child, 'spawn');
  child.stdin.on('error', () => {});
  child.unref();
  return {
    guard: (pid) => void child.stdin.write(`${pid}\n`),
    async dismiss() {
      child.ref(); // or the process would end while it waits for nothing else
      child.stdin.end('stopped\n');
      await exited;
    },
  };
}
