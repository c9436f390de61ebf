import { PASSWORD } from '../support/people.ts';
import { startBenchWorld, type BenchWorld } from './bench_world.ts';
import { createCpuMeter, type Cpu, type CpuMeter } from './cpu_meter.ts';
import { print } from './figures.ts';
import { goals, goalText } from './goals.ts';
import { medianWithInterval, type Interval } from './interval.ts';
import { agree, startUpstream, type BenchUpstream } from './upstream.ts';
import { createVisit, requestOf, type Visit } from './visitor.ts';

/** So many logins of each kind at most, and never more than are compared. */
const WARM_UP = 300;
/** So many callbacks are taken apart, after all others. */
const APART = 60;
const GOAL = goalText(goals.broker);
const BATCHES = 15;

/** The CPU of each step, in the order in which they were first taken. */
type Costs = Map<string, Cpu>;

/**
 * `broker [count]`: what a login through an upstream costs beside one with a password, in CPU of the server and of PostgreSQL,
 * from the app's request to its tokens.
 * The password's hash is left out, the upstream is another process, and both kinds take turns: a slow moment hits them alike.
 */
export async function benchBroker([count = '300']: string[]): Promise<{ lost: number }> {
  const { local, brokered, ratio, output } = await measureBroker(Number(count));
  report('local', local, Number(count));
  report('brokered', brokered, Number(count));
  print(
    'brokered to local',
    `${ratio.median.toFixed(2)} times (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
    GOAL,
  );
  for (const costs of [local, brokered]) costs.delete('tokens');
  print('without the tokens, equal in both', `${(sum(brokered) / sum(local)).toFixed(2)} times`);
  reportCallback(output);
  return { lost: 0 };
}

/** What both kinds of login cost. */
export interface Brokered {
  local: Costs;
  brokered: Costs;
  /** Milliseconds of all of them. */
  of: { local: number; brokered: number };
  ratio: Interval;
  /** The log of the server. */
  output: string;
}

/** So many logins of each kind, judged in batches. */
export async function measureBroker(count: number): Promise<Brokered> {
  let upstream: BenchUpstream | undefined;
  const world = await startBenchWorld({
    preload: ['without_hash.mjs', 'callback_steps.mjs'],
    async settings(issuer) {
      upstream = await startUpstream(issuer);
      return { upstreams: [settingsOf(upstream)] };
    },
  });
  const [local, brokered]: [Costs, Costs] = [new Map(), new Map()];
  const ratios: number[] = [];
  try {
    const meter = createCpuMeter({ node: world.gatehouse.pid, postmaster: world.postmaster });
    await rounds(world, meter, Math.min(WARM_UP, count));
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const [ofLocal, ofBrokered] = await rounds(world, meter, Math.ceil(count / BATCHES));
      ratios.push(sum(ofBrokered) / sum(ofLocal));
      for (const [step, cpu] of ofLocal) add(local, step, cpu);
      for (const [step, cpu] of ofBrokered) add(brokered, step, cpu);
    }
    for (let login = 0; login < APART; login += 1) await signInBrokered(world, () => {}, '&steps');
  } finally {
    await world.stop();
    upstream?.stop();
  }
  const of = { local: sum(local), brokered: sum(brokered) };
  return { local, brokered, of, ratio: medianWithInterval(ratios), output: world.gatehouse.output() };
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
  }
  return [local, brokered];
}

/** Says that a step is done. */
type Took = (step: string) => void;

function signInLocally(world: BenchWorld, took: Took): Promise<void> {
  return signIn(world, took, async (visit, interaction) => {
    const { to } = await visit.post(interaction, { email: world.email, password: PASSWORD });
    took('password');
    return to;
  });
}

function signInBrokered(world: BenchWorld, took: Took, more = ''): Promise<void> {
  return signIn(world, took, async (visit, interaction) => {
    const begun = await visit.post(`${interaction}/upstream/partner`, {});
    took('begin');
    const back = (await agree(begun.to)) + more;
    const { to } = await visit.open(back);
    took('callback');
    return to;
  });
}

/** From the app's request to its tokens; `prove` gives where the visit goes on. One that is lost ends the benchmark. */
async function signIn(
  world: BenchWorld,
  took: Took,
  prove: (visit: Visit, interaction: string) => Promise<string>,
): Promise<void> {
  const { callback, authorize, redeem } = requestOf(world);
  const visit = createVisit(world.gatehouse);
  const interaction = (await visit.open(authorize)).to;
  took('authorize');
  await visit.open(interaction);
  took('login page');
  const onward = await prove(visit, interaction);
  const { to } = await visit.open(onward);
  took('resume');
  if (!to.startsWith(`${callback}?code=`)) throw new Error(`a login ended at ${to}`);
  if (!(await redeem(to))) throw new Error('a code was not redeemed');
  took('tokens');
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
