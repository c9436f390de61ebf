import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../kit/errors.ts';
import type { Logger } from '../kit/logger.ts';
import { collector, tellWorker } from './ask_all.ts';
import type { ToPrimary } from './messages.ts';

/** What there is to supervise. */
interface Supervised {
  /** How many processes are to serve. */
  count: number;
  /** Laid over our own environment for each of them. */
  env: NodeJS.ProcessEnv;
  /** What each of them runs: the same as this process unless given. */
  program?: { exec: string; args: string[] };
  /** False while another one could not start, or would not be like those that serve. */
  mayStart(): Promise<boolean>;
  logger: Logger;
  /** In milliseconds: the first pause before a process is started again, and the longest. */
  pauses?: { first: number; longest: number };
}

/** The primary's view of the processes that serve. */
interface Supervisor {
  /** Resolves when the first process serves, false when it ended before; the others follow. */
  start(): Promise<boolean>;
  /** Resolves when no process serves and none could be started for a while. */
  lost: Promise<void>;
  /** Puts a new process in the place of each, one after the other: the old one stops once the new one serves. */
  replaceAll(): Promise<void>;
  /** Has all of them read the configuration again. */
  reread(): void;
  /** Tells all to stop and resolves when they have. */
  stop(): Promise<void>;
  /** Ends all of them at once. */
  kill(): void;
}

const PAUSES = { first: 500, longest: 30_000 };
/** So many starts in a row that come to nothing while nobody serves: somebody has to look. */
const TRIES = 6;
/** Who has served for so long has started well. */
const STEADY_MILLISECONDS = 30_000;

/** Supervises, and does nothing else: what listens, and what works, is in the processes that it starts. */
export function supervise({ count, env, program, mayStart, logger, pauses = PAUSES }: Supervised): Supervisor {
  // Each takes what comes by itself. A connection that the primary hands to one that has just died would be lost.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary(program);
  const present = new Set<Worker>();
  const serving = new Set<Worker>();
  const leaving = new Set<Worker>();
  const stopping = new AbortController();
  const lost = Promise.withResolvers<void>();
  const { askAll, hear } = collector();
  let replacing: Promise<void> | undefined;

  /** Starts one and resolves with whether it serves. Who ends by itself is started again; one that never served only if `insist`. */
  function launch(failures: number, { insist }: { insist: boolean }): Promise<boolean> {
    const worker = forked();
    if (!worker) {
      if (insist) void launchAgain(failures + 1);
      return Promise.resolve(false);
    }
    const serves = Promise.withResolvers<boolean>();
    let since: number | undefined;
    present.add(worker);
    worker.on('message', (message: ToPrimary) => {
      if (message.say === 'serving') {
        since = performance.now();
        serving.add(worker);
        serves.resolve(true);
      }
      if (message.say === 'ask') void answer(worker, message.question);
      hear(message);
    });
    const ended = (code?: number, signal?: string) => {
      if (!present.has(worker)) return;
      for (const group of [present, serving]) group.delete(worker);
      serves.resolve(false);
      if (stopping.signal.aborted || leaving.delete(worker)) return;
      logger.error({ pid: worker.process.pid, code, signal: signal || undefined }, 'a process ended by itself');
      const steady = since !== undefined && performance.now() - since > STEADY_MILLISECONDS;
      if (since !== undefined || insist) void launchAgain(steady ? 1 : failures + 1);
    };
    worker.once('exit', ended);
    // The system may have no room for one more, and then says so later, and nothing of an end.
    worker.on('error', () => {
      if (worker.process.pid === undefined) ended();
    });
    return serves.promise;
  }
  /** One more, if the system lets us: that it does not must never end those that serve. */
  function forked(): Worker | undefined {
    try {
      return cluster.fork(env);
    } catch (error) {
      logger.error({ error: describeError(error) }, 'a process could not be started');
      return undefined;
    }
  }
  async function mayNow(): Promise<boolean> {
    try {
      return await mayStart();
    } catch (error) {
      logger.error({ error: describeError(error) }, 'whether a process may start could not be told');
      return false;
    }
  }
  async function answer(worker: Worker, question: number): Promise<void> {
    tellWorker(worker, { say: 'told', question, all: await askAll(serving) });
  }
  /** Waits longer each time: what cannot start must not keep the machine busy with starting. */
  async function launchAgain(failures: number): Promise<void> {
    if (failures > TRIES && serving.size === 0) return lost.resolve();
    const { signal } = stopping;
    await sleep(Math.min(pauses.longest, pauses.first * 2 ** (failures - 1)), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    if (await mayNow()) await launch(failures, { insist: true });
    else await launchAgain(failures + 1);
  }
  async function replace(old: Worker): Promise<boolean> {
    if (!(await mayNow()) || !(await launch(0, { insist: false }))) return false;
    await leave(old, 'replaced');
    return true;
  }
  async function leave(worker: Worker, say: 'stop' | 'replaced'): Promise<void> {
    if (!present.has(worker)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    worker.once('exit', () => resolve());
    leaving.add(worker);
    tellWorker(worker, { say });
    await promise;
  }
  async function inTurn(): Promise<void> {
    // As they are now: new ones come meanwhile.
    for (const old of new Set(present)) {
      if (stopping.signal.aborted) return;
      if (await replace(old)) continue;
      logger.error('a new process does not serve: the others stay as they are');
      return;
    }
    logger.info('every process was replaced');
  }
  return {
    async start() {
      if (!(await launch(0, { insist: false }))) return false;
      for (let others = 1; others < count; others += 1) void launch(0, { insist: true });
      return true;
    },
    lost: lost.promise,
    replaceAll: () => (replacing ??= inTurn().finally(() => (replacing = undefined))),
    reread() {
      for (const worker of present) tellWorker(worker, { say: 'reread' });
    },
    async stop() {
      stopping.abort();
      await Promise.all([...present].map((worker) => leave(worker, 'stop')));
    },
    kill() {
      for (const worker of present) worker.process.kill('SIGKILL');
    },
  };
}
