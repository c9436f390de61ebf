import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Lap } from './hot/load.ts';
import type { Target } from './hot/operations.ts';
import type { Seeds } from './hot/seeded_keys.ts';

/** A target as it crosses to the other process. */
export type TargetData = Omit<Target, 'http' | 'keys'> & { seeds?: Seeds };

/** How a lap is driven: so many lanes, for so long, and at a rate where it is an open one. */
export interface LapOrder {
  concurrency: number;
  milliseconds: number;
  /** Arrivals a second; absent: every lane goes on as soon as it has its answer. */
  rate?: number;
}

/** The load, from a process of its own. */
export interface Generator {
  /** From now on `side` is this target, met anew. */
  aim(side: string, target: TargetData): Promise<void>;
  /** Rejects when an operation could not be begun, or a connection broke off. */
  lap(side: string, operation: string, order: LapOrder): Promise<Lap>;
  stop(): void;
}

/** What is asked of the other process. */
export type Order =
  | { what: 'aim'; side: string; target: TargetData }
  | { what: 'lap'; side: string; operation: string; order: LapOrder };

/** What it answers: a lap, nothing, or why not. */
export type Answer = { lap?: Lap; failed?: string };

const PROGRAM = fileURLToPath(new URL('generator_process.ts', import.meta.url));

/** Starts it. */
export function startGenerator(): Generator {
  // Not with the launcher's own imports: they would end a process that the launcher has not started.
  const child = fork(PROGRAM, [], { execArgv: ['--max-semi-space-size=32'] });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the load ended by itself')));
  ended.catch(() => {});
  const ask = async (order: Order): Promise<Answer> => {
    child.send(order);
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Answer]; // our own program's
    if (answer.failed !== undefined) throw new Error(answer.failed);
    return answer;
  };
  return {
    async aim(side, target) {
      await ask({ what: 'aim', side, target });
    },
    async lap(side, operation, order) {
      const { lap } = await ask({ what: 'lap', side, operation, order });
      if (!lap) throw new Error('a lap without figures');
      return lap;
    },
    stop: () => void child.kill(),
  };
}
