import { setTimeout as pause } from 'node:timers/promises';
import { isDatabaseUnavailable } from './database_errors.ts';
import type { Database } from './pool.ts';
import { sweepStep, type Sweep } from './sweep.ts';

/** Removes what has ended, again and again, between `start` and `stop`. */
export interface Sweeper {
  start(): void;
  /** Resolves when the step that is under way is done. */
  stop(): Promise<void>;
}

/** What one pass came to. */
interface SweepPass {
  /** Rows by table. */
  swept: Record<string, number>;
  /** Tables of which something is left for the next pass. */
  behind: string[];
}

interface SweeperDeps {
  database: Pick<Database, 'knex'>;
  sweeps: readonly Sweep[];
  /** Told of each pass that this process made. */
  passed(pass: SweepPass): void;
  /** Told of a table that could not be swept: the next pass tries again. */
  failed(cause: unknown, table: string): void;
  /** Milliseconds between two passes. */
  every?: number;
}

const EVERY = 60_000;
/** Until the next pass when one has left something. */
const SOON = 1000;
/** Steps of one table in one pass, so that a long queue in one does not keep the others waiting. */
const STEPS = 20;

/**
 * Sweeps every minute, and at once again while there is more. Of several processes one does it: whoever finds another one at it
 * leaves the pass to that one. After each step it rests for as long as the step took.
 */
export function createSweeper({ database, sweeps, passed, failed, every = EVERY }: SweeperDeps): Sweeper {
  let stopping = new AbortController();
  let running = Promise.resolve();

  /** Whether another process was met. */
  async function sweepOne(sweep: Sweep, pass: SweepPass, { signal }: AbortController): Promise<boolean> {
    const { table } = sweep;
    for (let steps = 0; steps < STEPS && !signal.aborted; steps += 1) {
      const began = performance.now();
      const { removed, more, taken } = await sweepStep(database, sweep);
      if (taken) return true;
      pass.swept[table] = (pass.swept[table] ?? 0) + removed;
      if (!more) return false;
      await rest(performance.now() - began, signal);
    }
    pass.behind.push(table);
    return false;
  }

  async function passOnce(stop: AbortController): Promise<SweepPass> {
    const pass: SweepPass = { swept: {}, behind: [] };
    for (const sweep of sweeps) {
      if (stop.signal.aborted) return pass;
      try {
        if (await sweepOne(sweep, pass, stop)) return pass;
      } catch (cause) {
        failed(cause, sweep.table);
        if (isDatabaseUnavailable(cause)) return pass;
      }
    }
    return pass;
  }

  async function run(stop: AbortController): Promise<void> {
    let wait = every;
    for (;;) {
      await rest(wait, stop.signal);
      if (stop.signal.aborted) return;
      const pass = await passOnce(stop);
      passed(pass);
      wait = pass.behind.length > 0 ? Math.min(SOON, every) : every;
    }
  }
  return {
    start() {
      stopping = new AbortController();
      running = run(stopping);
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Resolves early when there is no time to rest any more. Keeps no process alive. */
async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal, ref: false }).catch(() => {});
}
