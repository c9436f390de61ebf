import type { Step } from './operations.ts';

/** What a lap saw. Latencies in milliseconds. */
export interface Lap {
  done: number;
  failed: number;
  seconds: number;
  latencies: number[];
}

/**
 * So many operations warm a server up. V8 compiles again and again as it learns what is hot: after so many seconds only, the
 * side that does more in each operation would have compiled less of itself.
 */
export const WARM_OPERATIONS = 20_000;

/** Every lane does its step over and over for so many milliseconds; what was begun in time is finished. */
export async function runLap(lanes: readonly Step[], milliseconds: number): Promise<Lap> {
  const started = performance.now();
  const lap: Lap = { done: 0, failed: 0, seconds: 0, latencies: [] };
  const run = async (step: Step) => {
    for (let begun = performance.now(); begun - started < milliseconds; begun = performance.now()) {
      lap[(await step()) ? 'done' : 'failed'] += 1;
      lap.latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(lanes.map(run));
  lap.seconds = (performance.now() - started) / 1000;
  return lap;
}

/**
 * Steps arrive at so many a second, at random moments as strangers do, whether or not earlier ones were answered. Each is timed
 * from the moment at which it was to begin: one that waits for a free lane is as late for its caller as one that is slow.
 */
export async function runOpenLap(lanes: readonly Step[], milliseconds: number, rate: number): Promise<Lap> {
  const free = [...lanes];
  const waiting: number[] = [];
  const open = new Set<Promise<void>>();
  const started = performance.now();
  const lap: Lap = { done: 0, failed: 0, seconds: 0, latencies: [] };
  const run = async (step: Step, due: number) => {
    for (let next: number | undefined = due; next !== undefined; next = waiting.shift()) {
      lap[(await step()) ? 'done' : 'failed'] += 1;
      lap.latencies.push(performance.now() - next);
    }
    free.push(step);
  };
  const arrive = (due: number) => {
    const step = free.pop();
    if (!step) return void waiting.push(due);
    const going: Promise<void> = run(step, due).finally(() => open.delete(going));
    open.add(going);
  };
  let due = started;
  while (due - started < milliseconds) {
    // A late timer sends all that is due, and the time it was late counts.
    for (
      ;
      due <= performance.now() && due - started < milliseconds;
      due += (-Math.log(1 - Math.random()) * 1000) / rate
    )
      arrive(due);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (open.size > 0) await Promise.all(open);
  lap.seconds = (performance.now() - started) / 1000;
  return lap;
}
