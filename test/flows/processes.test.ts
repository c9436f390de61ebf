import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRelyingParty, type RelyingParty } from '../client/start.ts';
import { startBalancer, type Balancer } from '../support/balancer.ts';
import { testDatabase } from '../support/database.ts';
import { freePortPair, startGatehouse, type Gatehouse, type GatehouseOptions } from '../support/gatehouse.ts';
import { createBrowser } from '../support/http_browser.ts';
import { signUpLocally } from '../support/people.ts';
import { childrenOf, isAlive } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';

const SECRET = 'correct-horse-battery-staple-service';
const keys = () => randomBytes(32).toString('base64');

let base: Awaited<ReturnType<typeof testDatabase>>;
let balancer: Balancer;
let app: RelyingParty;
/** Two processes under one primary, and one that serves by itself, as in another container. */
let pair: Gatehouse;
let single: Gatehouse;
const options = { pair: {} as GatehouseOptions, single: {} as GatehouseOptions }; // set before anything runs

beforeAll(async () => {
  base = await testDatabase();
  balancer = await startBalancer();
  app = await startRelyingParty({ issuer: balancer.url, clientId: 'app', clientSecret: CLIENT_SECRET });
  const settings = {
    encryption_key: keys(),
    subject_salt: keys(),
    development: { demo: false, simulator: false, generated_keys: false },
    upstreams: [],
    clients: [clientOf(app.url), { client_id: 'job', name: 'Job', type: 'service', client_secret: SECRET }],
  };
  const started = async (http: Record<string, unknown>): Promise<GatehouseOptions> => ({
    databaseUrl: base.url,
    issuer: balancer.url,
    port: await freePortPair(),
    dataDir: mkdtempSync(join(tmpdir(), 'gatehouse-processes-')),
    // A process of its own: signals are sent to it.
    environment: {},
    settings: { ...settings, http: { drain_delay: '2s', ...http } },
  });
  options.pair = await started({ processes: 2 });
  options.single = await started({});
  pair = await startGatehouse(options.pair);
  single = await startGatehouse(options.single);
  balancer.servers.push(pair.port, single.port);
  await until(async () => (await fetch(`${balancer.url}/health/ready`)).ok);
}, 120_000);
afterAll(async () => {
  await Promise.all([pair.stop(), single.stop()]);
  for (const { dataDir = '' } of [options.pair, options.single]) rmSync(dataDir, { recursive: true, force: true });
  await app.stop();
  balancer.close();
  await base.drop();
});

/** The processes that the primary has started and that serve. */
const workers = (primary: Gatehouse) => childrenOf(primary.pid);

/** Asks for tokens, and for a page with its redirect, through the proxy, until told to stop; counts what came. */
function load(): { stop(): Promise<{ served: number; failed: unknown[] }> } {
  let going = true;
  let served = 0;
  const failed: unknown[] = [];
  const authorization = `Basic ${Buffer.from(`job:${SECRET}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const asks: [() => Promise<Response>, ...(() => Promise<Response>)[]] = [
    () => fetch(`${balancer.url}/oidc/token`, { method: 'POST', headers: { authorization }, body }),
    () => fetch(`${balancer.url}/.well-known/openid-configuration`),
    () => fetch(`${balancer.url}/account`, { redirect: 'manual' }),
  ];
  const lanes = Array.from({ length: 4 }, async (_, lane) => {
    for (let turn = lane; going; turn += 1) {
      const failure = await (asks[turn % asks.length] ?? asks[0])().then(
        async (answer) => {
          const text = await answer.text();
          return answer.status < 400 ? undefined : [answer.status, text];
        },
        (error: unknown) => error,
      );
      if (failure === undefined) served += 1;
      else failed.push(failure);
    }
  });
  return {
    async stop() {
      going = false;
      await Promise.all(lanes);
      return { served, failed };
    },
  };
}

describe('several processes', () => {
  it('take the steps of one visit in turn', async () => {
    await until(() => workers(pair).length === 2);
    const page = await signUpLocally({ app, gatehouse: pair }, createBrowser(), 'olga@example.com');
    expect(page.json()).toMatchObject({ userinfo: { email: 'olga@example.com', email_verified: true } });
  });

  it('say where they are once, and tell their numbers together', async () => {
    expect(pair.output().match(/Gatehouse is ready/g)).toHaveLength(1);
    expect(pair.output()).toContain('processes    2');
    const asked = async () => {
      const text = await (await fetch(`http://127.0.0.1:${pair.port}/metrics`)).text();
      return Number(/^http_requests_total\{route="\/health\/live".* (\d+)$/m.exec(text)?.[1] ?? 0);
    };
    const before = await asked();
    // A connection each, which any of them may take.
    for (let time = 0; time < 8; time += 1) {
      await fetch(`http://127.0.0.1:${pair.port}/health/live`, { headers: { connection: 'close' } });
    }
    expect(await asked()).toBe(before + 8);
  });

  it('all take another configuration, and none one that has a mistake', async () => {
    const file = join(options.pair.dataDir ?? '', 'gatehouse.yaml');
    const text = readFileSync(file, 'utf8');
    const taken = () => pair.output().match(/another configuration is in force/g)?.length ?? 0;
    writeFileSync(file, text.replace('Acme', 'Apex'));
    process.kill(pair.pid, 'SIGHUP');
    await until(() => taken() === 2);
    writeFileSync(file, text.replace('Acme', 'Apex').replace('brand', 'brant'));
    process.kill(pair.pid, 'SIGHUP');
    await until(() => (pair.output().match(/the changed configuration is refused/g)?.length ?? 0) === 2);
    writeFileSync(file, text);
    await until(() => taken() === 4);
    expect(workers(pair)).toHaveLength(2);
  });

  it('start another one in the place of one that was killed, and people notice nothing but its requests', async () => {
    const [victim = 0, other = 0] = workers(pair);
    process.kill(victim, 'SIGKILL');
    await until(() => workers(pair).length === 2 && !workers(pair).includes(victim));
    expect(workers(pair)).toContain(other);
    expect((await fetch(`http://127.0.0.1:${pair.port}/health/ready`)).status).toBe(200);
  });

  it('lose no request while one server after the other is restarted behind a proxy', async () => {
    const loaded = load();
    for (const which of ['pair', 'single'] as const) {
      const stopping = which === 'pair' ? pair : single;
      await stopping.stop();
      expect(stopping.output()).toContain('stopping');
      const started = await startGatehouse(options[which]);
      if (which === 'pair') pair = started;
      else single = started;
      await until(async () => (await fetch(`http://127.0.0.1:${started.port}/health/ready`)).ok);
    }
    const { served, failed } = await loaded.stop();
    expect(failed).toEqual([]);
    expect(served).toBeGreaterThan(50);
  }, 180_000);

  it('lose no request while new ones take the place of all', async () => {
    await until(() => workers(pair).length === 2);
    const before = workers(pair);
    balancer.servers.splice(0, 2, pair.port);
    // The proxy has nobody else, so that it must hear of nobody who is not ready.
    await until(async () => (await fetch(`${balancer.url}/health/live`)).ok);
    const loaded = load();
    process.kill(pair.pid, 'SIGUSR2');
    await until(() => pair.output().includes('every process was replaced'));
    const { served, failed } = await loaded.stop();
    balancer.servers.push(single.port);
    expect(failed).toEqual([]);
    expect(served).toBeGreaterThan(20);
    expect(workers(pair).filter((pid) => before.includes(pid))).toEqual([]);
  }, 180_000);

  it('end with their primary, however that ends', async () => {
    expect(await endedWith(() => pair.stop('SIGKILL'))).toHaveLength(2);
    // A second signal waits for nothing: not for this hour either.
    const settings = { ...options.pair.settings, http: { processes: 2, drain_delay: '1h' } };
    pair = await startGatehouse({ ...options.pair, settings });
    const ended = await endedWith(async () => {
      process.kill(pair.pid, 'SIGTERM');
      await until(async () => (await fetch(`http://127.0.0.1:${pair.port}/health/ready`)).status === 503);
      await pair.stop();
    });
    expect(ended).not.toEqual([]);
  }, 180_000);
});

/** The processes that the primary had, once all of them have gone with it. */
async function endedWith(end: () => Promise<void>): Promise<number[]> {
  const before = workers(pair);
  await end();
  await until(() => !before.some(isAlive));
  return before;
}
