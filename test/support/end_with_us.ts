import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

const children = new Set<ChildProcess>();
let watching = false;

/** A server that must not be left behind: what ends this process, a signal or an error, ends it too. */
export function endWithUs(child: ChildProcess): void {
  if (!watching) watch();
  children.add(child);
  child.once('exit', () => children.delete(child));
}

function watch(): void {
  watching = true;
  process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
