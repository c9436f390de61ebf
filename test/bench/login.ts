import { availableParallelism, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { hash, verify } from '@node-rs/argon2';
import { hashThreads } from '../../src/passwords/hash_threads.ts';
import { openHashWorkers } from '../../src/passwords/hash_workers.ts';
import { passwordSettings } from '../../src/passwords/index.ts';
import { startBenchWorld, type BenchWorld } from './bench_world.ts';
import { createCpuMeter } from './cpu_meter.ts';
import { percentile, print } from './figures.ts';
import { CONCURRENCY } from './operation.ts';
import { startSteadyLoad, type Sample, type SteadyLoad } from './steady_load.ts';
import { openLogin, type Visitor } from './visitor.ts';

/** Node compiles what has run some hundred times, and a sign-in runs much of it once. */
const SECONDS = { hashes: 4, warmUp: 12, signIns: 10, loadWarmUp: 2, load: 8 };
/** So many pages are opened at once. */
const PEOPLE = 8;
/** So many sign in over and over, nearly all of them waiting for a hash. */
const QUEUED = 200;
const ROUNDS = 2;
/** Token requests a second, and as many for the keys. */
const STEADY = 25;

/**
 * `login`: whether signing in is limited by argon2id alone, and whether a rush of logins holds up tokens and keys. The hash
 * rate of the machine is measured before and after: others may be at work on it.
 */
export async function benchLogin(): Promise<{ lost: number }> {
  print('machine', `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, ${hashThreads()} hash threads`);
  const world = await startBenchWorld();
  try {
    const before = await hashRate();
    const signIns = await signInRate(world);
    const after = await hashRate();
    const own = await ownHashRate();
    const alone = (before + after) / 2;
    print('hashes alone', `${alone.toFixed(1)} a second (${before.toFixed(1)}, then ${after.toFixed(1)})`);
    print('sign-ins', `${signIns.rate.toFixed(1)} a second, ${(signIns.rate / alone).toFixed(2)} of that`, '>= 0.90');
    print('hashes by its own threads', `${own.toFixed(1)} a second; ${(signIns.rate / own).toFixed(2)} of that`);
    const [server, postgres, bench] = signIns.cpu.map((milliseconds) => `${milliseconds.toFixed(1)} ms`);
    print('CPU of a sign-in', `server ${server}, PostgreSQL ${postgres}, bench ${bench}`);
    print('CPU at the goal', `${((availableParallelism() * 1000) / (0.9 * alone)).toFixed(1)} ms for all of them`);
    const lost = await rush(world);
    print('requests lost', `${signIns.lost + lost}`, '0');
    return { lost: signIns.lost + lost };
  } finally {
    await world.stop();
  }
}

const HASHED = 'unkempt walnut harbour';

/**
 * Comparisons a second that this machine reaches by itself with the parameters of a new installation: by the library, as many at once
 * as the server computes.
 */
export async function hashRate(within: number = SECONDS.hashes): Promise<number> {
  const { memory_kib, passes } = passwordSettings.parse({}).argon2;
  const stored = await hash(HASHED, { memoryCost: memory_kib, timeCost: passes, parallelism: 1 });
  const { done, seconds } = await repeatFor(within, hashThreads(), () => verify(stored, HASHED));
  return done / seconds;
}

/** The same by the server's own threads, which never wait. */
async function ownHashRate(within: number = SECONDS.hashes): Promise<number> {
  const workers = openHashWorkers(hashThreads());
  const stored = await workers.make(HASHED, passwordSettings.parse({}).argon2);
  const { done, seconds } = await repeatFor(within, 2 * hashThreads(), () => workers.fits(HASHED, stored));
  await workers.close();
  return done / seconds;
}

/** What a while of signing in came to. */
export interface SignIns {
  rate: number;
  lost: number;
  /** Milliseconds a sign-in: of the server, of PostgreSQL, of this bench. */
  cpu: number[];
}

/** People who sign in over and over, as many as keep the hashes busy; each time one of these addresses. */
export async function signInRate(
  world: BenchWorld,
  { warmUp, signIns }: { warmUp: number; signIns: number } = SECONDS,
  address: () => string = () => world.email,
): Promise<SignIns> {
  const signIn = async () => (await openLogin(world, address())).signIn();
  if (warmUp > 0) await repeatFor(warmUp, CONCURRENCY, signIn);
  const meter = createCpuMeter({ node: world.gatehouse.pid, postmaster: world.postmaster });
  const before = process.cpuUsage();
  const { done, lost, seconds } = await repeatFor(signIns, CONCURRENCY, signIn);
  const { node, postgres } = meter.lap();
  const own = process.cpuUsage(before);
  const cpu = [node, postgres, (own.user + own.system) / 1000].map((milliseconds) => milliseconds / done);
  return { rate: done / seconds, lost, cpu };
}

/** Does the work over and over in so many lanes; what was begun in time counts, and so does the time to its end. */
async function repeatFor(seconds: number, lanes: number, work: () => Promise<boolean>) {
  const started = performance.now();
  const passed = () => (performance.now() - started) / 1000;
  const counts = { done: 0, lost: 0 };
  const lane = async () => {
    while (passed() < seconds) counts[(await work()) ? 'done' : 'lost'] += 1;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { ...counts, seconds: passed() };
}

/** The steady load alone, then while 200 logins queue, in turns. Resolves with what was lost. */
async function rush(world: BenchWorld): Promise<number> {
  const load = startSteadyLoad(world.gatehouse.issuer, STEADY);
  const samples: Record<'alone' | 'beside', Sample[]> = { alone: [], beside: [] };
  let lost = 0;
  try {
    await during(load, SECONDS.loadWarmUp);
    for (let round = 0; round < ROUNDS; round += 1) {
      samples.alone.push(...(await during(load, SECONDS.load)));
      const queue = await fillQueue(world);
      samples.beside.push(...(await during(load, SECONDS.load)));
      lost += await queue.empty();
    }
  } finally {
    load.stop();
  }
  for (const what of ['token', 'jwks'] as const) compare(what, samples);
  return lost + [...samples.alone, ...samples.beside].filter(({ ok }) => !ok).length;
}

/**
 * Lets 200 people sign in over and over, and resolves when all of them are at it: their pages were opened before, so that
 * opening these is not what is measured. `empty` ends it and tells how many logins were lost.
 */
async function fillQueue(world: BenchWorld): Promise<{ empty(): Promise<number> }> {
  const visitors: Visitor[] = [];
  const open = async () => visitors.push(await openLogin(world));
  while (visitors.length < QUEUED) await Promise.all(Array.from({ length: PEOPLE }, open));
  let [going, done, lost] = [true, 0, 0];
  const over = async (first: Visitor) => {
    for (let visitor = first; ; visitor = await openLogin(world)) {
      if (!(await visitor.signIn())) lost += 1;
      done += 1;
      if (!going) return;
    }
  };
  const lanes = Promise.all(visitors.map(over));
  // The first are through: all others have been read and wait for their hash.
  while (done < PEOPLE) await Promise.race([lanes, setTimeout(50)]);
  return {
    async empty() {
      going = false;
      await lanes;
      return lost;
    },
  };
}

async function during(load: SteadyLoad, seconds: number): Promise<Sample[]> {
  load.begin();
  await setTimeout(seconds * 1000);
  return load.end();
}

function compare(what: Sample['what'], samples: Record<'alone' | 'beside', Sample[]>): void {
  const p95 = (when: keyof typeof samples) =>
    percentile(
      samples[when].filter((sample) => sample.what === what).map(({ milliseconds }) => milliseconds),
      0.95,
    );
  const [alone, beside] = [p95('alone'), p95('beside')];
  const times = `${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside`;
  print(`${what} p95, ${QUEUED} logins queue`, `${times}: ${(beside / alone).toFixed(1)} times`, '<= 3.0 times');
}
