import { IdpError } from '../kit/errors.ts';

interface TurnQueue {
  /** Runs the work when its turn comes. Rejects at once when too many wait: a flood must not stop the rest. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

interface Bounds {
  atOnce: number;
  waiting: number;
  /** What whoever finds the queue full is told; `busy` unless given. */
  full?: () => Error;
}

const busy = () => new IdpError('busy', { retryAfter: 2 });

/** So much work at once, so much more waiting, first come first served. */
export function turnQueue({ atOnce, waiting, full = busy }: Bounds): TurnQueue {
  const turns: (() => void)[] = [];
  let running = 0;

  async function turn(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (turns.length >= waiting) throw full();
    await new Promise<void>((resolve) => turns.push(resolve));
  }
  function next(): void {
    const waiter = turns.shift();
    if (waiter) waiter();
    else running -= 1;
  }
  return {
    async run(work) {
      await turn();
      try {
        return await work();
      } finally {
        next();
      }
    },
  };
}
