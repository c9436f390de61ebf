import type { Cpu, CpuMeter } from './cpu_meter.ts';
import { percentile } from './figures.ts';
import type { Generator } from './generator.ts';
import { WARM_OPERATIONS, type Lap } from './hot/load.ts';
import type { Load } from './results.ts';

/** One of those that take turns. */
export interface Contestant {
  /** By which name the generator knows it. */
  side: string;
  /** Absent where nobody may read its CPU. */
  meter?: CpuMeter;
}

/** A lap, and the CPU that it took. */
export type MeteredLap = Lap & { cpu?: Cpu };

/** How long everything is done. */
export interface Pace {
  warmUp: number;
  lap: number;
  pairs: number;
  /** Of each further load. */
  more: number;
}

/** A slow machine is given so many times as long. */
const WARM_UPS = 8;

/** Loads each of them without looking, until it has done as much as the others. */
export async function warmUp(
  generator: Generator,
  operation: string,
  contestants: readonly Contestant[],
  { pace, concurrency }: { pace: Pace; concurrency: number },
): Promise<void> {
  const order = { concurrency, milliseconds: pace.warmUp };
  for (const { side } of contestants) {
    for (let done = 0, laps = 0; done < WARM_OPERATIONS && laps < WARM_UPS; laps += 1)
      done += (await generator.lap(side, operation, order)).done;
  }
}

/**
 * Loads the contestants in turns, each time in the other order, so that a slow moment of the machine hits all alike. Resolves with
 * the laps of each.
 */
export async function takeTurns(
  generator: Generator,
  operation: string,
  contestants: readonly Contestant[],
  { pace, concurrency, lapDone }: { pace: Pace; concurrency: number; lapDone: (share: number) => void },
): Promise<MeteredLap[][]> {
  const laps: MeteredLap[][] = contestants.map(() => []);
  const numbered = contestants.map((contestant, index) => ({ contestant, index }));
  for (let pair = 1; pair <= pace.pairs; pair += 1) {
    for (const { contestant, index } of pair % 2 === 0 ? numbered : numbered.toReversed())
      laps[index]?.push(await meteredLap(generator, operation, contestant, { concurrency, milliseconds: pace.lap }));
    lapDone(pair / pace.pairs);
  }
  return laps;
}

/** One lap with its CPU. */
export async function meteredLap(
  generator: Generator,
  operation: string,
  { side, meter }: Contestant,
  order: Parameters<Generator['lap']>[2],
): Promise<MeteredLap> {
  meter?.lap();
  const lap = await generator.lap(side, operation, order);
  const cpu = meter?.lap();
  return { ...lap, ...(cpu && { cpu }) };
}

/** Microseconds of CPU an operation, of both processes. */
export function costOf({ cpu, done }: MeteredLap): number {
  return cpu ? (1000 * (cpu.node + cpu.postgres)) / done : Number.NaN;
}

/** Operations a second. */
export function rateOf({ done, seconds }: Lap): number {
  return done / seconds;
}

/** Many laps in one line: medians of rates and CPU, percentiles over all requests. */
export function summed(laps: readonly MeteredLap[], how: Pick<Load, 'concurrency' | 'offered'>): Load {
  const latencies = laps.flatMap((lap) => lap.latencies);
  const middle = (figureOf: (lap: MeteredLap) => number) => percentile(laps.map(figureOf), 0.5);
  const metered = laps.every(({ cpu }) => cpu !== undefined);
  return {
    ...how,
    rate: middle(rateOf),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    ...(metered && {
      node: middle(({ cpu, done }) => (1000 * (cpu?.node ?? 0)) / done),
      postgres: middle(({ cpu, done }) => (1000 * (cpu?.postgres ?? 0)) / done),
    }),
  };
}
