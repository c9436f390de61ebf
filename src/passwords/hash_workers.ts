import { Worker } from 'node:worker_threads';
import { turnQueue } from '../rate_limits/index.ts';
import type { Argon2Costs } from './argon2_hash.ts';
import type { HashOutcome, HashTask } from './hash_worker.ts';

/** Computes hashes away from the main thread. Each call rejects with `busy` when too many wait. */
export interface HashWorkers {
  make(password: string, costs: Argon2Costs): Promise<string>;
  /** Whether a password fits a stored hash; none fits one that cannot be read. */
  fits(password: string, stored: string): Promise<boolean>;
  /** Ends the threads; what is under way, or asked from now on, rejects. */
  close(): Promise<void>;
}

/** One is computed and the next one is there already: a thread that had to ask for it would wait while the main thread is at work. */
const AT_EACH = 2;

/** A few seconds of waiting: a rush of people is let in one after the other, a flood is told to come back. */
const waitingBehind = (threads: number) => Math.max(256, 32 * threads);

/** Opens so many threads, each when it is first needed. They keep no process alive but while they compute. */
export function openHashWorkers(threads: number): HashWorkers {
  const queue = turnQueue({ atOnce: AT_EACH * threads, waiting: waitingBehind(threads) });
  const workers = Array.from({ length: threads }, openHashWorker);
  const run = (task: HashTask) =>
    queue.run(() => workers.reduce((one, other) => (other.load() < one.load() ? other : one)).run(task));
  return {
    // The worker answers what it was asked.
    make: async (password, costs) => (await run({ password, costs })) as string,
    fits: async (password, stored) => (await run({ password, stored })) as boolean,
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** One thread, which is started at its first task, and again after it has failed. It answers in the order in which it is asked. */
function openHashWorker() {
  let thread: Worker | undefined;
  let closed = false;
  const asked: PromiseWithResolvers<string | boolean>[] = [];

  function start(): Worker {
    const started = new Worker(new URL('./hash_worker.ts', import.meta.url));
    let cause: unknown;
    started.on('message', (outcome: HashOutcome) => {
      const waiting = asked.shift();
      if (asked.length === 0) started.unref();
      if (outcome.ok) waiting?.resolve(outcome.result);
      else waiting?.reject(new Error(outcome.reason));
    });
    started.once('error', (error) => {
      cause = error;
    });
    return started.once('exit', () => {
      thread = undefined;
      for (const { reject } of asked.splice(0)) reject(ended(cause));
    });
  }
  return {
    load: () => asked.length,
    async run(task: HashTask): Promise<string | boolean> {
      if (closed) throw ended();
      thread ??= start();
      thread.ref();
      thread.postMessage(task);
      const answer = Promise.withResolvers<string | boolean>();
      asked.push(answer);
      return answer.promise;
    },
    async close(): Promise<void> {
      closed = true;
      await thread?.terminate();
    },
  };
}

function ended(cause?: unknown): Error {
  return new Error('the thread that hashes passwords has ended', { cause });
}
