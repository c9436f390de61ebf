import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

const children = new Set<ChildProcess>();
let listening = false;

/** A server that must not be left behind: what ends this program ends it too. Not in Jest, whose `process` is a copy that hears nothing. */
export function endWithUs(child: ChildProcess): void {
  if (!listening) process.once('exit', () => children.forEach((each) => each.kill('SIGKILL')));
  listening = true;
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** For programs: a signal ends them in the way in which they end by themselves, after whoever listens to that. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
