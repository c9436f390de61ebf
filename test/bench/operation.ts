import { createCpuMeter } from './cpu_meter.ts';
import { databaseCounts, isWork, statementsOf } from './database_counts.ts';
import { rssOf } from './figures.ts';
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
import type { Stage } from './stage.ts';

/** The concurrency at which figures are judged. */
export const CONCURRENCY = 32;
const OTHER_CONCURRENCIES = [1, 16, 64];
/** Shares of the highest closed rate, at which strangers arrive in an open loop. */
const OPEN_SHARES = [0.5, 0.7];

/** What one measurement takes place in. */
export interface Measuring {
  stage: Stage;
  yardstick: Yardstick;
  generator: Generator;
  pace: Pace;
  progress: Progress;
}

/** Measures one operation of the protocol on a server that has just been started, against its yardstick. */
export async function measureOperation(name: OperationName, measuring: Measuring): Promise<OperationResult> {
  const { stage, yardstick, generator, pace, progress } = measuring;
  const { gatehouse, postmaster, databaseUrl } = stage.world;
  const ours: Contestant = { side: 'ours', meter: createCpuMeter({ node: gatehouse.pid, postmaster }) };
  const theirs: Contestant = { side: 'yardstick', meter: createCpuMeter({ node: yardstick.pid }) };
  await warmUp(generator, name, [ours, theirs], { pace, concurrency: CONCURRENCY });
  await statementsOf(gatehouse);
  const before = await databaseCounts(databaseUrl);
  const [us = [], them = []] = await takeTurns(generator, name, [ours, theirs], {
    pace,
    concurrency: CONCURRENCY,
    lapDone: (share) => progress.at(share, name),
  });
  const statements = (await statementsOf(gatehouse)).filter(isWork).reduce((sum, { times }) => sum + times, 0);
  const after = await databaseCounts(databaseUrl);
  const more = await otherLoads(name, measuring, ours, summed(us, { concurrency: CONCURRENCY }));
  const done = us.reduce((sum, lap) => sum + lap.done, 0);
  return {
    operation: name,
    ours: summed(us, { concurrency: CONCURRENCY }),
    yardstick: summed(them, { concurrency: CONCURRENCY }),
    ...judge(name, us, them),
    rates: medianWithInterval(us.map((lap, pair) => rateOf(lap) / rateOf(them[pair] ?? lap))),
    more: more.map(({ load }) => load),
    statements: statements / done,
    commits: (after.commits - before.commits) / done,
    wal: (after.wal - before.wal) / done,
    rss: rssOf(gatehouse.pid),
    failed: [...us, ...them, ...more.map(({ lap }) => lap)].reduce((sum, { failed }) => sum + failed, 0),
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
