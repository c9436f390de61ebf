import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startBenchDatabase, type BenchDatabase } from './bench_world.ts';
import { besideYardstick } from './beside_yardstick.ts';
import { isAlive } from '../support/processes.ts';
import { createCpuMeter } from './cpu_meter.ts';
import { rssOf } from './figures.ts';
import { startGenerator, type Generator } from './generator.ts';
import type { OperationName } from './hot/operations.ts';
import { medianWithInterval } from './interval.ts';
import { CONCURRENCY, type Measuring } from './operation.ts';
import type { Pace } from './pairs.ts';
import { createProgress, type Progress } from './progress.ts';
import type { Figure, Report } from './results.ts';
import { rowSizes } from './sizes.ts';
import { openStage, type Stage } from './stage.ts';

/** How a run is wished. */
export interface RunOptions {
  rows: number;
  pace: Pace;
}

/** What the parts of a run share: one PostgreSQL, one process of load, one report. */
export interface Run extends RunOptions {
  database: BenchDatabase;
  generator: Generator;
  progress: Progress;
  report: Report;
  /** Seconds of every start so far. */
  starts: number[];
  /** The server over the full tables, opened when it is asked for first. */
  stage(): Promise<Stage>;
}

/**
 * What one would give a machine of this size: a quarter of its memory (PostgreSQL's manual, "Resource Consumption"). What is
 * acknowledged stays durable: those settings are PostgreSQL's own.
 */
const SETTINGS = {
  shared_buffers: `${Math.floor(totalmem() / 2 ** 22)}MB`,
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
};

/** Does all parts, one after the other, over one PostgreSQL, and ends every process that it has started. */
export async function run(options: RunOptions, parts: readonly ((run: Run) => Promise<void>)[]): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  const started: BenchDatabase[] = [];
  // A database of this size is not left behind when somebody loses patience.
  const giveUp = () => {
    for (const { postmaster } of started) if (isAlive(postmaster)) process.kill(postmaster, 'SIGQUIT');
    rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
  };
  process.once('exit', giveUp);
  const database = await startBenchDatabase(scratch, SETTINGS);
  started.push(database);
  const generator = startGenerator();
  const progress = createProgress();
  let stage: Promise<Stage> | undefined;
  try {
    const report = await emptyReport(options, database);
    const open = async () => {
      const opened = await openStage({ rows: options.rows, database }, progress);
      report.sizes = await rowSizes(database.url, options.rows);
      return opened;
    };
    const shared = { ...options, database, generator, progress, report, starts: [], stage: () => (stage ??= open()) };
    for (const part of parts) await part(shared);
    return report;
  } finally {
    progress.end();
    generator.stop();
    await stage?.then(({ world }) => world.stop());
    await database.stop();
    process.off('exit', giveUp);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The part that measures one operation of the protocol, on servers that were started for it. */
export function operationPart(name: OperationName): (run: Run) => Promise<void> {
  return async ({ generator, pace, progress, report, starts, stage: open }) => {
    const stage = await open();
    starts.push(await stage.world.restart());
    const measuring = { ours: readable(stage), generator, pace, progress };
    const result = await besideYardstick(name, stage.target, measuring);
    report.operations.push(result);
    report.failed += result.failed;
  };
}

/** All that can be read of a server of our own. */
function readable({ world }: Stage): Measuring['ours'] {
  const { gatehouse, postmaster } = world;
  return { meter: createCpuMeter({ node: gatehouse.pid, postmaster }), rss: () => rssOf(gatehouse.pid), world };
}

/** Starts to judge by, beside those before each operation: of so many no single one decides. */
const STARTS = 15;

/** The part at the end: what servers needed in memory, and how fast they started. */
export async function processFigures({ report, starts, stage }: Run): Promise<void> {
  const memory = report.operations.flatMap(({ operation, rss }) => (rss === undefined ? [] : [{ operation, rss }]));
  const [most] = memory.toSorted((one, other) => other.rss - one.rss);
  const figures: Figure[] = [];
  if (most) {
    const { rss, operation } = most;
    const judged = { goal: 'memory', median: rss, low: rss, high: rss } as const;
    figures.push({ name: 'memory of a process', text: `${rss} MB at most, in ${operation}`, judged });
  }
  if (starts.length >= 5) {
    const { world } = await stage();
    while (starts.length < STARTS) starts.push(await world.restart());
    const judged = { goal: 'start', ...medianWithInterval(starts) } as const;
    figures.push({
      name: 'start to first answer',
      text: `${judged.median.toFixed(2)} s, ${starts.length} starts`,
      judged,
    });
  }
  report.figures.push(...figures);
}

async function emptyReport({ rows, pace }: RunOptions, { url }: BenchDatabase): Promise<Report> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows: said } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model ?? '',
      memory: Math.round(totalmem() / 2 ** 30),
      load: Number((loadavg()[0] ?? 0).toFixed(1)),
      node: process.version,
      postgres: said[0]?.server_version ?? '',
    },
    rows,
    concurrency: CONCURRENCY,
    pairs: pace.pairs,
    settings: SETTINGS,
    operations: [],
    figures: [],
    failed: 0,
  };
}
