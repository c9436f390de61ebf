import { availableParallelism, loadavg } from 'node:os';
import { startBenchWorld, SERVICE, type BenchWorld } from './bench_world.ts';
import { createCpuMeter, type Cpu, type CpuMeter } from './cpu_meter.ts';
import { percentile, print, rssOf } from './figures.ts';
import { runLap, WARM_OPERATIONS, type Lap } from './hot/load.ts';
import { goals, goalText } from './goals.ts';
import { operations, ownEndpoints, type Operation, type Step, type Target } from './hot/operations.ts';
import { startYardstick, yardstickCookie, type Yardstick } from './hot/yardstick.ts';
import { plainHttpAnywhere } from './plain_http.ts';
import { databaseCounts } from './database_counts.ts';
import { APP, ownTarget } from './stage.ts';
import { medianWithInterval } from './interval.ts';

const LANES = 32;
const PAIRS = 9;
const MILLISECONDS = { lap: 1500, longestWarmUp: 30_000 };

/** One of the two that are compared. */
interface Side {
  lanes: Step[];
  meter: CpuMeter;
  laps: (Lap & { cpu: Cpu })[];
}

/**
 * `hot [operation ...]`: what each operation of the protocol costs beside the library over a Map (a document: beside node:http
 * alone), in CPU of the server and PostgreSQL together. The two take turns; the ratio is the median of the pairs with its 90 %
 * interval. Every write is durable.
 */
export async function benchHotPath(names: string[]): Promise<{ lost: number }> {
  const chosen = operations.filter(({ name }) => names.length === 0 || names.includes(name));
  print('machine', `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`);
  const world = await startBenchWorld();
  const callback = `${world.app.url}/callback`;
  const yardstick = await startYardstick(callback, { app: APP, service: SERVICE });
  try {
    const http = plainHttpAnywhere();
    const ours: Target = { ...(await ownTarget(world)), http };
    const theirs: Target = {
      ...ours,
      endpoints: ownEndpoints(yardstick.issuer),
      cookie: await yardstickCookie(yardstick, callback, APP),
      bare: `${yardstick.issuer}/bare`,
    };
    let lost = 0;
    for (const operation of chosen) lost += await compare(operation, { world, yardstick, ours, theirs });
    print('memory of the server', `${rssOf(world.gatehouse.pid)} MB`, '<= 320 MB');
    print('requests lost', String(lost), '0');
    return { lost };
  } finally {
    yardstick.stop();
    await world.stop();
  }
}

interface Compared {
  world: BenchWorld;
  yardstick: Yardstick;
  ours: Target;
  theirs: Target;
}

async function compare(operation: Operation, { world, yardstick, ours, theirs }: Compared): Promise<number> {
  const lanesOf = (target: Target) => Promise.all(Array.from({ length: LANES }, () => operation.begin(target)));
  const us: Side = {
    lanes: await lanesOf(ours),
    meter: createCpuMeter({ node: world.gatehouse.pid, postmaster: world.postmaster }),
    laps: [],
  };
  const them: Side = { lanes: await lanesOf(theirs), meter: createCpuMeter({ node: yardstick.pid }), laps: [] };
  for (const side of [us, them]) await warmUp(side.lanes);
  const before = await databaseCounts(world.databaseUrl);
  for (let pair = 1; pair <= PAIRS; pair += 1) {
    for (const side of pair % 2 === 0 ? [us, them] : [them, us]) {
      side.meter.lap();
      const lap = await runLap(side.lanes, MILLISECONDS.lap);
      side.laps.push({ ...lap, cpu: side.meter.lap() });
    }
    process.stdout.write(`${operation.name}: pair ${pair} of ${PAIRS}\n`);
  }
  const after = await databaseCounts(world.databaseUrl);
  report(operation, us, them);
  const done = us.laps.reduce((sum, lap) => sum + lap.done, 0);
  const perOperation = (count: number) => (count / done).toFixed(2);
  print(
    '  of the database, an operation',
    `${perOperation(after.commits - before.commits)} commits, ${((after.wal - before.wal) / done).toFixed(0)} bytes of WAL`,
  );
  return [...us.laps, ...them.laps].reduce((sum, { failed }) => sum + failed, 0);
}

async function warmUp(lanes: Step[]): Promise<void> {
  const started = performance.now();
  let done = 0;
  while (done < WARM_OPERATIONS && performance.now() - started < MILLISECONDS.longestWarmUp) {
    done += (await runLap(lanes, MILLISECONDS.lap)).done;
  }
}

function report({ name }: Operation, us: Side, them: Side): void {
  const goal = goalText(goals[name]);
  const isDocument = goal.startsWith('>=');
  const costOf = ({ cpu, done }: Side['laps'][number]) => (1000 * (cpu.node + cpu.postgres)) / done;
  const rateOf = ({ done, seconds }: Side['laps'][number]) => done / seconds;
  const figureOf = isDocument ? rateOf : costOf;
  const ratios = us.laps.map((lap, pair) => figureOf(lap) / figureOf(them.laps[pair] ?? lap));
  const { median, low, high } = medianWithInterval(ratios);
  print(name, `${median.toFixed(2)} times (${low.toFixed(2)} to ${high.toFixed(2)})`, goal);
  for (const [who, side] of [
    ['ours', us],
    ['yardstick', them],
  ] as const) {
    const latencies = side.laps.flatMap((lap) => lap.latencies);
    const mean = (figures: number[]) => figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
    const node = mean(side.laps.map(({ cpu, done }) => (1000 * cpu.node) / done));
    const postgres = mean(side.laps.map(({ cpu, done }) => (1000 * cpu.postgres) / done));
    print(
      `  ${who}`,
      `${mean(side.laps.map(rateOf)).toFixed(0)}/s, p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${percentile(latencies, 0.99).toFixed(1)} ms, CPU ${node.toFixed(0)} + ${postgres.toFixed(0)} µs`,
    );
  }
}
