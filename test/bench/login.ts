import { availableParallelism, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { hashThreads } from '../../src/passwords/hash_threads.ts';
import { argon2Maker } from '../../src/passwords/argon2_hash.ts';
import { passwordSettings } from '../../src/passwords/index.ts';
import { readHash } from '../../src/passwords/stored_hash.ts';
import { startBenchWorld, type BenchWorld } from './bench_world.ts';
import { percentile, print } from './figures.ts';
import { startSteadyLoad, type Sample, type SteadyLoad } from './steady_load.ts';
import { openLogin } from './visitor.ts';

const SECONDS = { hashes: 4, signIns: 10, quiet: 5 };
/** So many people at once keep the queue of the hashes filled while others load pages. */
const PEOPLE = 8;
const QUEUED = 200;
const ROUNDS = 3;
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
    const alone = (before + after) / 2;
    print('hashes alone', `${alone.toFixed(1)} a second (${before.toFixed(1)}, then ${after.toFixed(1)})`);
    print('sign-ins', `${signIns.rate.toFixed(1)} a second, ${(signIns.rate / alone).toFixed(2)} of that`, '>= 0.90');
    const lost = await rush(world);
    print('requests lost', `${signIns.lost + lost}`, '0');
    return { lost: signIns.lost + lost };
  } finally {
    await world.stop();
  }
}

/** Comparisons a second with the parameters of a new installation, as many at once as the server computes. */
async function hashRate(): Promise<number> {
  const hash = readHash(await argon2Maker(passwordSettings.parse({})).make(Buffer.from('unkempt walnut harbour')));
  const { done, seconds } = await repeatFor(SECONDS.hashes, hashThreads(), async () => {
    if (hash.ok) await hash.fits(Buffer.from('unkempt walnut harbour'));
    return true;
  });
  return done / seconds;
}

async function signInRate(world: BenchWorld): Promise<{ rate: number; lost: number }> {
  const signIn = async () => (await openLogin(world)).signIn();
  await repeatFor(2, PEOPLE, signIn);
  const { done, lost, seconds } = await repeatFor(SECONDS.signIns, PEOPLE, signIn);
  return { rate: done / seconds, lost };
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

/** The steady load alone, then while everybody posts a password in the same moment, in turns. Resolves with what was lost. */
async function rush(world: BenchWorld): Promise<number> {
  const load = startSteadyLoad(world.gatehouse.issuer, STEADY);
  const samples: Record<'quiet' | 'rush', Sample[]> = { quiet: [], rush: [] };
  let lost = 0;
  try {
    await during(load, () => setTimeout(1000));
    for (let round = 0; round < ROUNDS; round += 1) {
      samples.quiet.push(...(await during(load, () => setTimeout(SECONDS.quiet * 1000))));
      const visitors = await Promise.all(Array.from({ length: QUEUED }, () => openLogin(world)));
      const all = async () => {
        const ends = await Promise.all(visitors.map((visitor) => visitor.signIn()));
        lost += ends.filter((arrived) => !arrived).length;
      };
      samples.rush.push(...(await during(load, all)));
    }
  } finally {
    load.stop();
  }
  for (const what of ['token', 'jwks'] as const) compare(what, samples);
  return lost + [...samples.quiet, ...samples.rush].filter(({ ok }) => !ok).length;
}

async function during(load: SteadyLoad, work: () => Promise<unknown>): Promise<Sample[]> {
  load.begin();
  await work();
  return load.end();
}

function compare(what: Sample['what'], { quiet, rush: rushed }: Record<'quiet' | 'rush', Sample[]>): void {
  const of = (samples: Sample[]) => samples.filter((sample) => sample.what === what).map((each) => each.milliseconds);
  const [alone, beside] = [percentile(of(quiet), 0.95), percentile(of(rushed), 0.95)];
  const times = `${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside`;
  print(`${what} p95, ${QUEUED} logins queue`, `${times}: ${(beside / alone).toFixed(1)} times`, '<= 3.0 times');
}
