import { IdpError } from '../kit/errors.ts';

interface TurnQueue {
  /** Runs the work when its turn comes. Rejects with `busy` at once when too many wait: a flood must not stop the rest. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** So much work at once, so much more waiting, first come first served. */
export function turnQueue({ atOnce, waiting }: { atOnce: number; waiting: number }): TurnQueue {
  const turns: (() => void)[] = [];
  let running = 0;

  async function turn(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (turns.length >= waiting) throw new IdpError('busy', { retryAfter: 2 });
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
