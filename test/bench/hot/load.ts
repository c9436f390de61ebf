import type { Step } from './operations.ts';

/** What a lap saw. Latencies in milliseconds. */
export interface Lap {
  done: number;
  failed: number;
  seconds: number;
  latencies: number[];
}

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
