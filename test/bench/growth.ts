import pg from 'pg';
import type { BenchDatabase } from './bench_world.ts';
import { createCpuMeter } from './cpu_meter.ts';
import { percentile } from './figures.ts';
import type { OperationName } from './hot/operations.ts';
import { medianWithInterval } from './interval.ts';
import { CONCURRENCY } from './operation.ts';
import { costOf, takeTurns, warmUp, type MeteredLap } from './pairs.ts';
import type { Run } from './run.ts';
import { openStage, type Stage } from './stage.ts';

const HOT: readonly OperationName[] = ['code', 'client-credentials', 'refresh', 'userinfo', 'introspect'];
/** Beside the full one. */
const SMALLER = [100, 10];

/**
 * The part that asks whether size shows: three databases of one PostgreSQL, with a hundredth, a tenth, and all of the rows, each
 * with a server of its own, take turns. Keys are drawn over the whole of each.
 */
export async function growthPart(run: Run): Promise<void> {
  const { database, rows, progress, generator } = run;
  const stages: Stage[] = [];
  try {
    for (const share of SMALLER) {
      const other = await createDatabase(database, `smaller_${share}`);
      stages.push(await openStage({ rows: Math.ceil(rows / share), database: other }, progress));
    }
    const full = await run.stage();
    for (const stage of [...stages, full]) {
      await stage.world.restart();
      await generator.aim(sideOf(stage), stage.target);
    }
    for (const name of HOT) await compareSizes(name, [...stages, full], run);
  } finally {
    for (const { world } of stages) await world.stop();
  }
}

const sideOf = ({ rows }: Stage) => `${rows} rows`;

async function compareSizes(name: OperationName, stages: Stage[], { generator, pace, progress, report }: Run) {
  const contestants = stages.map((stage) => {
    const { gatehouse, postmaster } = stage.world;
    return { side: sideOf(stage), meter: createCpuMeter({ node: gatehouse.pid, postmaster }) };
  });
  const how = { pace: { ...pace, warmUp: pace.warmUp / 2 }, concurrency: CONCURRENCY };
  await warmUp(generator, name, contestants, how);
  const laps = await takeTurns(generator, name, contestants, {
    ...how,
    lapDone: (share) => progress.at(share, `growth, ${name}`),
  });
  const p50Of = (lap: MeteredLap) => percentile(lap.latencies, 0.5);
  for (const [what, goal, figureOf, unit] of [
    ['CPU', 'growth-cpu', costOf, 'µs'],
    ['p50', 'growth-p50', p50Of, 'ms'],
  ] as const) {
    const [few = [], , many = []] = laps.map((of) => of.map(figureOf));
    const middles = laps.map((of) => percentile(of.map(figureOf), 0.5).toFixed(unit === 'ms' ? 1 : 0));
    report.figures.push({
      name: `growth, ${name}: ${what}`,
      text: `${middles.join(' → ')} ${unit} at ${stages.map(({ rows }) => rows).join(' → ')} rows`,
      judged: { goal, ...medianWithInterval(many.map((figure, round) => figure / (few[round] ?? figure))) },
    });
  }
  report.failed += laps.flat().reduce((sum, { failed }) => sum + failed, 0);
}

/** Another database of the same server. */
async function createDatabase({ url, postmaster }: BenchDatabase, name: string): Promise<BenchDatabase> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return { url: url.replace(/\/\w+\?/, `/${name}?`), postmaster };
}
