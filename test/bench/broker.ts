import { PASSWORD } from '../support/people.ts';
import { startBenchWorld, type BenchWorld } from './bench_world.ts';
import { createCpuMeter, type Cpu, type CpuMeter } from './cpu_meter.ts';
import { print } from './figures.ts';
import { agree, startUpstream, type BenchUpstream } from './upstream.ts';
import { createVisit, requestOf } from './visitor.ts';

const WARM_UP = 40;
/** So many callbacks are taken apart, after all others. */
const APART = 60;
const GOAL = '<= 1.40';

/** The CPU of each step, in the order in which they were first taken. */
type Costs = Map<string, Cpu>;

/**
 * `broker [count]`: what a login through an upstream costs beside one with a password, in CPU of the server and of PostgreSQL.
 * The password's hash is left out, the upstream is another process, and both kinds take turns: a slow moment hits them alike.
 */
export async function benchBroker([count = '300']: string[]): Promise<{ lost: number }> {
  let upstream: BenchUpstream | undefined;
  const world = await startBenchWorld({
    preload: ['without_hash.mjs', 'callback_steps.mjs'],
    async settings(issuer) {
      upstream = await startUpstream(issuer);
      return { upstreams: [settingsOf(upstream)] };
    },
  });
  try {
    const meter = createCpuMeter({ node: world.gatehouse.pid, postmaster: world.postmaster });
    await rounds(world, meter, WARM_UP);
    const [local, brokered] = await rounds(world, meter, Number(count));
    report('local', local, Number(count));
    report('brokered', brokered, Number(count));
    const ratio = sum(brokered) / sum(local);
    print('brokered to local', `${ratio.toFixed(2)} times`, GOAL);
    for (let login = 0; login < APART; login += 1) await signInBrokered(world, () => {}, '&steps');
  } finally {
    await world.stop();
    upstream?.stop();
  }
  reportCallback(world.gatehouse.output());
  return { lost: 0 };
}

function settingsOf({ issuer, client }: BenchUpstream) {
  const { id: client_id, secret: client_secret } = client;
  return { id: 'partner', preset: 'oidc', issuer, client_id, client_secret, email_trust: 'verified' };
}

async function rounds(world: BenchWorld, meter: CpuMeter, count: number): Promise<[Costs, Costs]> {
  const local: Costs = new Map();
  const brokered: Costs = new Map();
  for (let round = 1; round <= count; round += 1) {
    meter.lap();
    await signInLocally(world, (step) => add(local, step, meter.lap()));
    meter.lap();
    await signInBrokered(world, (step) => add(brokered, step, meter.lap()));
    if (round % 50 === 0) process.stdout.write(`${round} of each\n`);
  }
  return [local, brokered];
}

/** Says that a step is done. */
type Took = (step: string) => void;

async function signInLocally(world: BenchWorld, took: Took): Promise<void> {
  const { callback, authorize } = requestOf(world);
  const visit = createVisit(world.gatehouse);
  const interaction = (await visit.open(authorize)).to;
  took('authorize');
  await visit.open(interaction);
  took('login page');
  const proven = await visit.post(interaction, { email: world.email, password: PASSWORD });
  took('password');
  const { to } = await visit.open(proven.to);
  took('resume');
  if (!to.startsWith(`${callback}?code=`)) throw new Error(`a local login ended at ${to}`);
}

async function signInBrokered(world: BenchWorld, took: Took, more = ''): Promise<void> {
  const { callback, authorize } = requestOf(world);
  const visit = createVisit(world.gatehouse);
  const interaction = (await visit.open(authorize)).to;
  took('authorize');
  await visit.open(interaction);
  took('login page');
  const begun = await visit.post(`${interaction}/upstream/partner`, {});
  took('begin');
  const back = (await agree(begun.to)) + more;
  const arrived = await visit.open(back);
  took('callback');
  const { to } = await visit.open(arrived.to);
  took('resume');
  if (!to.startsWith(`${callback}?code=`)) throw new Error(`a brokered login ended at ${to}`);
}

function add(costs: Costs, step: string, cpu: Cpu): void {
  const { node = 0, postgres = 0 } = costs.get(step) ?? {};
  costs.set(step, { node: node + cpu.node, postgres: postgres + cpu.postgres });
}

function sum(costs: Costs): number {
  return [...costs.values()].reduce((total, { node, postgres }) => total + node + postgres, 0);
}

function report(kind: string, costs: Costs, count: number): void {
  const line = (what: string, { node, postgres }: Cpu) => {
    const parts = `${((node + postgres) / count).toFixed(2)} ms (node ${(node / count).toFixed(2)}, PostgreSQL ${(postgres / count).toFixed(2)})`;
    print(`${kind}: ${what}`, parts, `${((100 * (node + postgres)) / sum(costs)).toFixed(0)} %`);
  };
  for (const [step, cpu] of costs) line(step, cpu);
  const all = [...costs.values()].reduce((one, other) => ({
    node: one.node + other.node,
    postgres: one.postgres + other.postgres,
  }));
  line('all', all);
}

/** What callback_steps.mjs has said at the end of the server. */
function reportCallback(output: string): void {
  const said = /^callback steps (.*)$/m.exec(output)?.[1] ?? '{}';
  const steps = Object.entries(JSON.parse(said) as Record<string, number>); // its own numbers
  const whole = steps.reduce((total, [, milliseconds]) => total + milliseconds, 0);
  for (const [step, milliseconds] of steps) {
    const share = `${((100 * milliseconds) / whole).toFixed(0)} %`;
    print(`node in the callback: ${step}`, `${(milliseconds / APART).toFixed(2)} ms`, share);
  }
}
