import type { BenchWorld } from './bench_world.ts';
import { createCpuMeter, type CpuMeter } from './cpu_meter.ts';
import { databaseCounts, isWork, statementsOf } from './database_counts.ts';
import type { Generator } from './generator.ts';
import { goals } from './goals.ts';
import type { OperationName } from './hot/operations.ts';
import type { Yardstick } from './hot/yardstick.ts';
import { medianWithInterval } from './interval.ts';
import {
  costOf,
  meteredLap,
  rateOf,
  summed,
  takeTurns,
  warmUp,
  type Contestant,
  type MeteredLap,
  type Pace,
} from './pairs.ts';
import type { Progress } from './progress.ts';
import type { Judged, Load, OperationResult } from './results.ts';

/** The concurrency at which figures are judged. */
export const CONCURRENCY = 32;
const OTHER_CONCURRENCIES = [1, 16, 64];
/** Shares of the highest closed rate, at which strangers arrive in an open loop. */
const OPEN_SHARES = [0.5, 0.7];

/** What one measurement takes place in. The generator is aimed at both already. */
export interface Measuring {
  /** What can be read of the server under load: of another provider little, or nothing. */
  ours: {
    meter?: CpuMeter;
    /** Megabytes of its process. */
    rss(): number | undefined;
    world?: Pick<BenchWorld, 'gatehouse' | 'databaseUrl'>;
  };
  yardstick: Pick<Yardstick, 'pid'>;
  generator: Generator;
  pace: Pace;
  progress: Progress;
}

/** Measures one operation of the protocol against its yardstick. */
export async function measureOperation(name: OperationName, measuring: Measuring): Promise<OperationResult> {
  const { ours, yardstick, generator, pace, progress } = measuring;
  const contestants: [Contestant, Contestant] = [
    { side: 'ours', ...(ours.meter && { meter: ours.meter }) },
    { side: 'yardstick', meter: createCpuMeter({ node: yardstick.pid }) },
  ];
  await warmUp(generator, name, contestants, { pace, concurrency: CONCURRENCY });
  const counted = await countDatabase(ours.world);
  const [us = [], them = []] = await takeTurns(generator, name, contestants, {
    pace,
    concurrency: CONCURRENCY,
    lapDone: (share) => progress.at(share, name),
  });
  const asked = await counted(us.reduce((sum, lap) => sum + lap.done, 0));
  const first = summed(us, { concurrency: CONCURRENCY });
  const more = await otherLoads(name, measuring, contestants[0], first);
  const rss = ours.rss();
  return {
    operation: name,
    ours: first,
    yardstick: summed(them, { concurrency: CONCURRENCY }),
    ...judge(name, us, them),
    rates: medianWithInterval(us.map((lap, pair) => rateOf(lap) / rateOf(them[pair] ?? lap))),
    more: more.map(({ load }) => load),
    ...asked,
    ...(rss !== undefined && { rss }),
    failed: [...us, ...them, ...more.map(({ lap }) => lap)].reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Begins to count what is asked of the database; what this resolves with gives the counts of so many operations each. */
async function countDatabase(
  world: Measuring['ours']['world'],
): Promise<(done: number) => Promise<Pick<OperationResult, 'statements' | 'commits' | 'wal'>>> {
  if (!world) return async () => ({});
  await statementsOf(world.gatehouse);
  const before = await databaseCounts(world.databaseUrl);
  return async (done) => {
    const statements = (await statementsOf(world.gatehouse)).filter(isWork).reduce((sum, { times }) => sum + times, 0);
    const after = await databaseCounts(world.databaseUrl);
    return {
      statements: statements / done,
      commits: (after.commits - before.commits) / done,
      wal: (after.wal - before.wal) / done,
    };
  };
}

/** The ratio that this operation is judged by; nothing where a CPU is not known. */
export function judge(
  name: OperationName,
  us: readonly MeteredLap[],
  them: readonly MeteredLap[],
): { judged?: Judged } {
  if ([...us, ...them].some(({ cpu }) => cpu === undefined)) return {};
  const ratios = us.map((lap, pair) => costOf(lap) / costOf(them[pair] ?? lap));
  // A rate a second of CPU is the other way round.
  const isRate = 'atLeast' in goals[name];
  return { judged: { goal: name, ...medianWithInterval(isRate ? ratios.map((ratio) => 1 / ratio) : ratios) } };
}

async function otherLoads(
  name: OperationName,
  { generator, pace, progress }: Measuring,
  ours: Contestant,
  first: Load,
): Promise<{ load: Load; lap: MeteredLap }[]> {
  const seen: { load: Load; lap: MeteredLap }[] = [];
  for (const concurrency of OTHER_CONCURRENCIES) {
    progress.at(1, `${name}, ${concurrency} at once`);
    const lap = await meteredLap(generator, name, ours, { concurrency, milliseconds: pace.more });
    seen.push({ load: summed([lap], { concurrency }), lap });
  }
  const peak = Math.max(first.rate, ...seen.map(({ load }) => load.rate));
  for (const share of OPEN_SHARES) {
    const offered = Math.round(share * peak);
    progress.at(1, `${name}, ${offered} arrivals a second`);
    const order = { concurrency: CONCURRENCY, milliseconds: 1.5 * pace.more, rate: offered };
    const lap = await meteredLap(generator, name, ours, order);
    seen.push({ load: summed([lap], { offered }), lap });
  }
  return seen;
}
