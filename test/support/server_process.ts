import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './end_with_us.ts';

/** How long a start may take: a busy machine with cold caches needs a multiple of the two seconds that it takes by itself. */
export const START_MILLISECONDS = 55_000;

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** What makes the clock of a server follow a file; node's `--import`. */
export const movableClock = new URL('movable_clock.mjs', import.meta.url).href;

/** As long as movable_clock.mjs reads. */
const CLOCK_BYTES = 16;

/** A server under test: in a process of its own, or in one that serves one after the other. */
export interface ServerProcess {
  pid: number;
  /** The file that says by how many seconds its clock is ahead. */
  clock: string;
  /** Everything it printed so far. */
  output(): string;
  hasEnded(): boolean;
  /** Resolves when it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `src/main.ts`, with a new clock. */
export function startProcess(env: NodeJS.ProcessEnv, clock: string): ServerProcess {
  createClock(clock);
  const child = spawn(process.execPath, ['src/main.ts', 'start'], {
    cwd: root,
    env: { NODE_OPTIONS: `--import ${movableClock}`, GATEHOUSE_TEST_CLOCK: clock, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithUs(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = once(child, 'close');
  return {
    pid: child.pid ?? 0,
    clock,
    output: () => output,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** Makes the file of a clock that shows the present. */
export function createClock(file: string): void {
  writeFileSync(file, '0'.padEnd(CLOCK_BYTES));
}

/** In place, as one write: a server that keeps the file open and reads meanwhile finds the old time or the new one. */
export function setClock(file: string, ahead: number): void {
  const shown = openSync(file, 'r+');
  writeSync(shown, String(ahead).padEnd(CLOCK_BYTES), 0);
  closeSync(shown);
}
