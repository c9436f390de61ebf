import { misused, readLine, wholeNumber } from '../../support/command_usage.ts';
import { besideYardstick } from '../beside_yardstick.ts';
import { createCpuMeter, type CpuMeter } from '../cpu_meter.ts';
import { rssOf } from '../figures.ts';
import { startGenerator } from '../generator.ts';
import { operations, type Step } from '../hot/operations.ts';
import { runLap } from '../hot/load.ts';
import { summed, type Pace } from '../pairs.ts';
import { createProgress } from '../progress.ts';
import type { OperationResult } from '../results.ts';
import { signInAt, type Person } from './browse.ts';
import { discoverTarget, type Offered, type StaticClient } from './discover.ts';
import { products } from './products.ts';

/** People who sign in at once. */
const PEOPLE = 8;

/** Who is measured, and how. */
export interface TargetWish {
  issuer: string;
  client: StaticClient;
  person: Person;
  /** Its processes, where it runs on this machine. */
  pids: number[];
  /** The PostgreSQL server that it uses, likewise. */
  postmaster?: number;
  pace: Pace;
  /** Only these; all that it offers when absent. */
  only?: readonly string[];
}

/** What was seen at another provider. */
export interface TargetResults {
  operations: OperationResult[];
  leftOut: string[];
  failed: number;
}

/** What `--target` takes beside the names of operations. */
export const targetUsage = `  --target URL --client-id ID --client-secret SECRET --redirect-uri URI --username NAME --password PASSWORD
  [--product ${Object.keys(products).join(' | ')}] [--pid PID ...] [--postmaster PID] [operation ...]
`;

/** Reads the arguments of `--target`. Ends the process as wrong use when one is missing. */
export function targetWish(args: string[], paces: { full: Pace; quick: Pace }): TargetWish & { json?: string } {
  const text = { type: 'string' } as const;
  const { positionals, values } = readLine(targetUsage, {
    args,
    allowPositionals: true,
    options: {
      target: text,
      'client-id': text,
      'client-secret': text,
      'redirect-uri': text,
      username: text,
      password: text,
      product: { type: 'string', default: 'gatehouse' },
      pid: { type: 'string', multiple: true, default: [] },
      postmaster: text,
      quick: { type: 'boolean' },
      json: text,
    },
  });
  const needed = (name: 'target' | 'client-id' | 'client-secret' | 'redirect-uri' | 'username' | 'password') => {
    return values[name] ?? misused(targetUsage, `--${name} is missing`);
  };
  const product = products[values.product] ?? misused(targetUsage, `there is no product ${values.product}`);
  const only = positionals.filter((name) => name !== 'all');
  const known = [...operations.map(({ name }) => name), 'password'];
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined) misused(targetUsage, `there is no operation ${unknown}`);
  return {
    issuer: needed('target'),
    client: {
      client_id: needed('client-id'),
      client_secret: needed('client-secret'),
      redirectUri: needed('redirect-uri'),
    },
    person: { product, username: needed('username'), password: needed('password') },
    pids: values.pid.flatMap((list) => list.split(',')).map((pid) => wholeNumber(targetUsage, pid)),
    ...(values.postmaster !== undefined && { postmaster: wholeNumber(targetUsage, values.postmaster) }),
    pace: values.quick ? paces.quick : paces.full,
    ...(only.length > 0 && { only }),
    ...(values.json !== undefined && { json: values.json }),
  };
}

/** Drives another provider with the flow of our own benches, in turns with the library over a Map. */
export async function measureTarget(wish: TargetWish): Promise<TargetResults> {
  const { issuer, client, person, pids, postmaster, pace, only } = wish;
  const offered = await discoverTarget(issuer, client, person);
  const { http: _, ...target } = offered.target;
  const meter =
    pids.length > 0 ? createCpuMeter({ node: pids, ...(postmaster !== undefined && { postmaster }) }) : undefined;
  const results: TargetResults = { operations: [], leftOut: offered.leftOut, failed: 0 };
  const generator = startGenerator();
  const progress = createProgress();
  try {
    for (const { name } of operations) {
      if (!offered.names.includes(name) || (only && !only.includes(name))) continue;
      const rss = () => (pids.length > 0 ? pids.reduce((sum, pid) => sum + rssOf(pid), 0) : undefined);
      const ours = { ...(meter && { meter }), rss };
      results.operations.push(await besideYardstick(name, target, { ours, generator, pace, progress }));
    }
    if (!only || only.includes('password')) results.operations.push(await signIns(offered, person, pace, meter));
  } finally {
    progress.end();
    generator.stop();
  }
  results.failed = results.operations.reduce((sum, { failed }) => sum + failed, 0);
  return results;
}

/** Sign-ins with the password of one person, each in a browser of its own. No yardstick does the same. */
async function signIns({ target }: Offered, person: Person, pace: Pace, meter?: CpuMeter): Promise<OperationResult> {
  const step: Step = () =>
    signInAt(target, person).then(
      ({ location }) => location.includes('code='),
      () => false,
    );
  const lanes = Array.from({ length: PEOPLE }, () => step);
  await runLap(lanes, pace.warmUp / 2);
  meter?.lap();
  const lap = await runLap(lanes, 4 * pace.more);
  const cpu = meter?.lap();
  const load = summed([{ ...lap, ...(cpu && { cpu }) }], { concurrency: PEOPLE });
  return { operation: 'password', ours: load, more: [], failed: lap.failed };
}
