/** Works off a queue between `start` and `stop`. */
export interface QueueWorker {
  /** Says that something was queued; without it the next look finds it. */
  wake(): void;
  start(): void;
  /** Resolves when what is under way is done. */
  stop(): Promise<void>;
}

interface QueueWorkerDeps {
  /** Takes the entry that is due for longest and works on it; false when none is. Any number run at once. */
  takeNext(): Promise<boolean>;
  /** Told when the queue could not be read. Nothing is lost: entries wait there. */
  unreadable(cause: unknown): void;
}

/** One slow receiver must not hold up the others: so many entries are under way at once. */
const LANES = 4;
const POLL_MILLISECONDS = 2000;

/** Works off what is due: when woken, and every other second for entries that other processes queued or that are tried again. */
export function createQueueWorker({ takeNext, unreadable }: QueueWorkerDeps): QueueWorker {
  const state = { running: false, wakes: 0 };
  const lanes = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  /** Takes entry after entry until none is due; a wake that came while it looked makes it look again. */
  async function lane(): Promise<void> {
    let seen: number;
    do {
      seen = state.wakes;
      while (state.running && (await takeNext())) await Promise.resolve();
    } while (state.running && seen !== state.wakes);
  }
  function wake(): void {
    if (!state.running) return;
    state.wakes += 1;
    if (lanes.size >= LANES) return;
    const started = lane()
      .catch(unreadable)
      .finally(() => lanes.delete(started));
    lanes.add(started);
  }
  return {
    wake,
    start() {
      if (state.running) return;
      state.running = true;
      timer = setInterval(wake, POLL_MILLISECONDS);
      timer.unref();
      wake();
    },
    async stop() {
      state.running = false;
      clearInterval(timer);
      await Promise.all(lanes);
    },
  };
}

/** Seconds to wait after so many tries: 5, 10, 20 ... up to an hour. */
export function secondsUntilRetry(tries: number): number {
  return Math.min(5 * 2 ** (tries - 1), 3600);
}
