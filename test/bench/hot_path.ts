import { availableParallelism, loadavg } from 'node:os';
import knex from 'knex';
import { startBenchWorld, SERVICE, type BenchWorld } from './bench_world.ts';
import { createCpuMeter, type Cpu, type CpuMeter } from './cpu_meter.ts';
import { percentile, print, rssOf } from './figures.ts';
import { runLap, type Lap } from './hot/load.ts';
import { operations, type Operation, type Step, type Target } from './hot/operations.ts';
import { startYardstick, type Yardstick } from './hot/yardstick.ts';
import { CLIENT_SECRET } from '../support/world.ts';
import { openLogin } from './visitor.ts';
import { plainHttp } from './plain_http.ts';
import { medianWithInterval } from './interval.ts';

const LANES = 32;
const PAIRS = 9;
const MILLISECONDS = { warmUp: 3000, lap: 1500 };

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
  const app = { client_id: 'app', client_secret: CLIENT_SECRET };
  const yardstick = await startYardstick(callback, { app, service: SERVICE });
  try {
    const common = { callback, app, service: SERVICE };
    const ours: Target = { ...common, http: plainHttp(world.gatehouse.issuer), cookie: await sessionOf(world) };
    const theirs: Target = {
      ...common,
      http: plainHttp(yardstick.issuer),
      cookie: await yardstickSession(yardstick, callback),
      bare: '/bare',
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
  for (const side of [us, them]) await runLap(side.lanes, MILLISECONDS.warmUp);
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

function report({ name, goal }: Operation, us: Side, them: Side): void {
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

/** The cookie of somebody who has just signed in to ours. */
async function sessionOf(world: BenchWorld): Promise<string> {
  const visitor = await openLogin(world);
  if (!(await visitor.signIn())) throw new Error('nobody could sign in');
  return `Cookie: ${visitor.cookies()}`;
}

/** The yardstick signs in whoever comes; its cookies are followed by hand. */
async function yardstickSession({ issuer }: Yardstick, callback: string): Promise<string> {
  const cookies = new Map<string, string>();
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callback,
  });
  query.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  query.set('code_challenge_method', 'S256');
  const http = plainHttp(issuer);
  let path = `/oidc/authorize?${query.toString()}`;
  for (let hop = 0; hop < 8; hop += 1) {
    const line = `Cookie: ${[...cookies].map((pair) => pair.join('=')).join('; ')}`;
    const answer = await http('GET', path, [line]);
    for (const set of answer.cookies) {
      const [pair = ''] = set.split(';', 1);
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    if (answer.location.startsWith(callback)) return `Cookie: ${[...cookies].map((one) => one.join('=')).join('; ')}`;
    path = answer.location.replace(issuer, '');
  }
  throw new Error('the yardstick signs nobody in');
}

/** What PostgreSQL has committed and written so far. */
async function databaseCounts(url: string): Promise<{ commits: number; wal: number }> {
  const database = knex({ client: 'pg', connection: url });
  try {
    const { rows } = (await database.raw(
      `select xact_commit::int as commits, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float as wal
       from pg_stat_database where datname = current_database()`,
    )) as { rows: { commits: number; wal: number }[] };
    return rows[0] ?? { commits: 0, wal: 0 };
  } finally {
    await database.destroy();
  }
}
