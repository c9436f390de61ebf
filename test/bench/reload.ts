import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { SERVICE, startBenchWorld, type BenchWorld } from './bench_world.ts';
import { percentile, print, rssOf } from './figures.ts';
import { startSteadyLoad, type Sample } from './steady_load.ts';

const STARTS = 5;
const RELOADS = 20;
/** Token and JWKS requests a second. */
const RATE = 50;

/**
 * `reload [clients]`: how long a start takes with one client and with many, whether reloading under load loses a request or holds
 * one up, and what memory that costs.
 */
export async function benchReload([count = '1000']: string[]): Promise<{ lost: number }> {
  print('machine', `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`);
  const world = await startBenchWorld();
  try {
    await starts(world, Number(count));
    return { lost: await underLoad(world, Number(count)) };
  } finally {
    await world.stop();
  }
}

/** In turns, so that whatever else the machine does slows both alike. */
async function starts({ databaseUrl, gatehouse }: BenchWorld, count: number): Promise<void> {
  const figures = new Map<number, { seconds: number[]; memory: number[] }>(
    [1, count].map((clients) => [clients, { seconds: [], memory: [] }]),
  );
  for (let turn = 0; turn < STARTS; turn += 1) {
    for (const [clients, { seconds, memory }] of figures) {
      const begun = performance.now();
      const started = await start(databaseUrl, gatehouse, clients);
      seconds.push((performance.now() - begun) / 1000);
      await settled(started);
      memory.push(rssOf(started.pid));
      await started.stop();
    }
  }
  const [one, many] = [1, count].map((clients) => {
    const { seconds = [], memory = [] } = figures.get(clients) ?? {};
    const middle = { seconds: percentile(seconds, 0.5), memory: percentile(memory, 0.5) };
    print(`start with ${clients}`, `${middle.seconds.toFixed(2)} s, ${middle.memory} MB (medians of ${STARTS})`);
    return middle;
  });
  if (!one || !many) return;
  print('more for all of them', `${(many.seconds - one.seconds).toFixed(2)} s`, 'below 1 s');
  print('more memory for all of them', `${many.memory - one.memory} MB`, 'below 30 MB');
}

async function start(databaseUrl: string, { dataDir }: Gatehouse, clients: number): Promise<Gatehouse> {
  // The keys of the database are in the data folder of the world.
  const key = (name: string) => readFileSync(join(dataDir, 'keys', name), 'utf8').trim();
  return startGatehouse({
    databaseUrl,
    port: await freePortPair(),
    settings: { clients: clientsOf(clients), encryption_key: key('encryption_key'), subject_salt: key('subject_salt') },
    environment: { NODE_OPTIONS: '--max-semi-space-size=16', GATEHOUSE_TEST_CLOCK: '' },
  });
}

/** One that has answered a few requests: the first ones load what a start does not. */
async function settled({ issuer }: Gatehouse): Promise<void> {
  for (let left = 50; left > 0; left -= 1) await (await fetch(`${issuer}/`)).text();
}

async function underLoad({ gatehouse }: BenchWorld, count: number): Promise<number> {
  const file = join(gatehouse.dataDir, 'gatehouse.yaml');
  const first = parse(readFileSync(file, 'utf8')) as { clients: object[] }; // what the world has written
  const change = (turn: number) =>
    takes(gatehouse, file, {
      ...first,
      clients: [...first.clients, ...clientsOf(count)],
      outbound: { timeout: `${10 + turn}s` },
    });
  const load = startSteadyLoad(gatehouse.issuer, RATE);
  // Both sides warm up, and the first of the many clients are there.
  load.begin();
  await change(0);
  await load.end();
  const before = rssOf(gatehouse.pid);
  load.begin();
  const times: number[] = [];
  for (let turn = 1; turn <= RELOADS; turn += 1) times.push(await change(turn));
  const samples: Sample[] = await load.end();
  load.stop();
  const lost = samples.filter(({ ok }) => !ok).length;
  const waits = samples.map(({ milliseconds }) => milliseconds);
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => percentile(waits, share).toFixed(0));
  print(`${RELOADS} reloads of ${count} clients`, `in force after ${percentile(times, 0.5).toFixed(0)} ms (median)`);
  print('requests meanwhile', `${samples.length}, ${lost} lost`, '0 lost');
  print('they took', `p50 ${p50} ms, p99 ${p99} ms, at most ${most} ms`);
  const after = rssOf(gatehouse.pid);
  print('memory', `${before} MB before, ${after} MB after: ${after - before} MB`, 'below 30 MB');
  return lost;
}

/** Milliseconds from the new file to the new configuration in force. */
async function takes({ issuer }: Gatehouse, file: string, settings: object): Promise<number> {
  const hash = async () => ((await (await fetch(`${issuer}/health/ready`)).json()) as { config: string }).config;
  const before = await hash();
  writeFileSync(`${file}.new`, stringify(settings));
  const written = performance.now();
  renameSync(`${file}.new`, file);
  while ((await hash()) === before) await new Promise((resolve) => setTimeout(resolve, 5));
  return performance.now() - written;
}

function clientsOf(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    client_id: `app-${index}`,
    name: `App ${index}`,
    type: 'web',
    client_secret: `${SERVICE.client_secret}-${index}`,
    redirect_uris: [`https://app-${index}.acme.example/callback`],
    post_logout_redirect_uris: [`https://app-${index}.acme.example/`],
    client_uri: `https://app-${index}.acme.example/`,
  }));
}
