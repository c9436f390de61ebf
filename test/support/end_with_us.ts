import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

const children = new Set<ChildProcess>();
let watching = false;

/**
 * A server that must not be left behind: a signal or an error that ends this process ends it too. Not in Jest, whose `process` is a
 * copy that hears nothing.
 */
export function endWithUs(child: ChildProcess): void {
  exitOnSignals();
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** Signals end this process in the way in which it would end by itself, after whoever listens to that. */
export function exitOnSignals(): void {
  if (watching) return;
  watching = true;
  process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
