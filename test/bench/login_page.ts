import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { startBenchWorld, type BenchWorld } from './bench_world.ts';
import { percentile, print } from './figures.ts';
import { agree, startUpstream, type BenchUpstream } from './upstream.ts';
import { createVisit, requestOf } from './visitor.ts';

const WARM_UP = 60;
/** So many people have come back from an upstream that never tells who they are, and wait. */
const WAITING = 200;
const GOAL = 'p95 < 20 ms';
/** Four of one kind: as many buttons as a page shows at once. */
const IDS = ['first', 'second', 'third', 'fourth'];

/**
 * `login-page [count]`: the server time of the login page, from the server's own log, while all upstreams answer, are dead, hang,
 * or have no address, and while two hundred people wait for one that hangs.
 */
export async function benchLoginPage([count = '300']: string[]): Promise<{ lost: number }> {
  const hole = await startHole();
  let well: BenchUpstream | undefined;
  const states: Record<string, (issuer: string) => Promise<object[]>> = {
    async 'all answer'(issuer) {
      well = await startUpstream(issuer);
      return IDS.map((id) => discovered(id, well?.issuer ?? ''));
    },
    dead: async () => IDS.map((id) => discovered(id, 'http://127.0.0.1:9')),
    hanging: async () => IDS.map((id) => discovered(id, `http://127.0.0.1:${hole.port}`)),
    'without an address': async () => IDS.map((id) => discovered(id, `https://${id}.invalid`)),
  };
  print('machine', `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`);
  let lost = 0;
  for (const [state, upstreams] of Object.entries(states)) {
    lost += await inWorld(upstreams, (world) => measure(world, state, Number(count)));
    well?.stop();
  }
  lost += await besideWaiting(hole.port, Number(count));
  hole.close();
  return { lost };
}

/** Opens the page over and over, by one who has never been here. */
async function measure(world: BenchWorld, state: string, count: number): Promise<number> {
  const open = async (times: number) => {
    let lost = 0;
    for (let left = times; left > 0; left -= 1) {
      const visit = createVisit(world.gatehouse);
      const { status } = await visit.open((await visit.open(requestOf(world).authorize)).to);
      if (status !== 200) lost += 1;
    }
    return lost;
  };
  await open(WARM_UP);
  const before = world.gatehouse.output().length;
  const lost = await open(count);
  const times = pageTimes(world.gatehouse.output().slice(before));
  const at = (share: number) => percentile(times, share).toFixed(1);
  print(`upstreams: ${state}`, `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms of ${times.length}`, GOAL);
  return lost;
}

async function besideWaiting(hole: number, count: number): Promise<number> {
  let upstream: BenchUpstream | undefined;
  const settings = async (issuer: string) => {
    upstream = await startUpstream(issuer);
    return [silent(upstream, `http://127.0.0.1:${hole}`)];
  };
  const lost = await inWorld(settings, async (world) => {
    const callbacks: (() => Promise<{ status: number }>)[] = [];
    for (let person = 0; person < WAITING; person += 1) {
      const visit = createVisit(world.gatehouse);
      const login = (await visit.open(requestOf(world).authorize)).to;
      await visit.open(login);
      const callback = await agree((await visit.post(`${login}/upstream/partner`, {})).to);
      callbacks.push(() => visit.open(callback));
    }
    const ends = Promise.all(callbacks.map((open) => open()));
    const lostPages = await measure(world, `${WAITING} wait for one`, count);
    const statuses = (await ends).map(({ status }) => status);
    return lostPages + statuses.filter((status) => status !== 200 && status !== 303).length;
  });
  upstream?.stop();
  return lost;
}

async function inWorld(
  upstreams: (issuer: string) => Promise<object[]>,
  use: (world: BenchWorld) => Promise<number>,
): Promise<number> {
  const world = await startBenchWorld({ settings: async (issuer) => ({ upstreams: await upstreams(issuer) }) });
  try {
    return await use(world);
  } finally {
    await world.stop();
  }
}

function discovered(id: string, issuer: string) {
  return { id, preset: 'oidc', label: id, issuer, client_id: 'gatehouse', client_secret: 'secret' };
}

/** People agree at this one as always; then it never says who they are. It is tried over and over, however often it fails. */
function silent({ issuer, client: { id: client_id, secret: client_secret } }: BenchUpstream, hole: string) {
  const endpoints = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${hole}/token` };
  const about = { sources: [{ name: 'user', url: `${hole}/user` }], subject: 'user.id', scopes: ['openid'] };
  const named = { id: 'partner', preset: 'oauth2', label: 'Partner', issuer: hole };
  return { ...named, ...endpoints, ...about, client_id, client_secret, http: { failures: 1000 } };
}

/** Takes every connection, and says nothing. */
async function startHole(): Promise<{ port: number; close(): void }> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A TCP server that listens has an AddressInfo.
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** What the server's log says of each login page, in milliseconds. */
function pageTimes(log: string): number[] {
  const lines = log.split('\n').filter((line) => line.includes('"route":"/interaction/:uid"'));
  return lines.map((line) => JSON.parse(line)).flatMap(({ method, ms }) => (method === 'GET' ? [Number(ms)] : []));
}
