import { appendFile, chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/database/index.ts';
import { startRelyingParty } from '../client/start.ts';
import { freePortPair, startGatehouse, type Gatehouse, type GatehouseOptions } from '../support/gatehouse.ts';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';

/** A server as operators start it, over a PostgreSQL of its own, with one app and one account. */
export interface BenchWorld {
  gatehouse: Gatehouse;
  app: { url: string };
  email: string;
  /** The process id of the PostgreSQL server. */
  postmaster: number;
  databaseUrl: string;
  /** Starts the server anew over the same data; resolves with the seconds until it answered. */
  restart(): Promise<number>;
  stop(): Promise<void>;
}

/** A PostgreSQL that runs. */
export interface BenchDatabase {
  url: string;
  postmaster: number;
}

/** An app that speaks for itself, for token requests without a person. */
export const SERVICE = { client_id: 'service', client_secret: 'the-secret-of-the-bench-service' };

/** What a benchmark changes about its world. */
interface BenchOptions {
  /** Laid over the settings, once the issuer is known. */
  settings?: (issuer: string) => Promise<Record<string, unknown>>;
  /** Laid over what the app is registered with. */
  client?: Record<string, unknown>;
  /** Modules beside this one that are loaded into the server before it starts. */
  preload?: string[];
  /** Another one than its own. */
  database?: BenchDatabase;
}

/** Builds the world. No limits are set: everybody here is one person at one address. */
export async function startBenchWorld({
  settings,
  client,
  preload = [],
  database,
}: BenchOptions = {}): Promise<BenchWorld> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  const own = database ? undefined : await startBenchDatabase(scratch);
  const { url: databaseUrl, postmaster } = database ?? own ?? { url: '', postmaster: 0 };
  const port = await freePortPair();
  const issuer = `http://localhost:${port}`;
  const app = await startRelyingParty({ issuer, clientId: 'app', clientSecret: CLIENT_SECRET });
  const clients = [clientOf(app.url, client), { ...SERVICE, name: 'Service', type: 'service' }];
  const imports = preload.map((module) => `--import ${new URL(module, import.meta.url).href}`);
  const dataDir = join(scratch, 'gatehouse');
  await mkdir(dataDir);
  const cache = process.env['NODE_COMPILE_CACHE'];
  const options: GatehouseOptions = {
    databaseUrl,
    port,
    dataDir,
    // Each visitor here is a browser that nobody has seen: as a person's own would, they get no mail about it.
    settings: { clients, limits: { enabled: false }, mail: { new_device: false }, ...(await settings?.(issuer)) },
    // As the launchers and the image start it.
    environment: {
      NODE_OPTIONS: ['--max-semi-space-size=16', ...imports].join(' '),
      GATEHOUSE_TEST_CLOCK: '',
      ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
    },
  };
  const email = 'bench@example.com';
  const world: BenchWorld = {
    gatehouse: await startGatehouse(options),
    app,
    email,
    databaseUrl,
    postmaster,
    async restart() {
      await world.gatehouse.stop();
      const begun = performance.now();
      world.gatehouse = await startGatehouse(options);
      return (performance.now() - begun) / 1000;
    },
    async stop() {
      await world.gatehouse.stop();
      await app.stop();
      await own?.stop();
      await rm(scratch, { recursive: true, force: true });
    },
  };
  const browser = createBrowser();
  await browser.open(`${app.url}/login?prompt=create`);
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
  await browser.submit({ fields: { code: await world.gatehouse.code(email) } });
  return world;
}

/** A PostgreSQL of its own below a folder, with these settings beside its own. */
export async function startBenchDatabase(
  folder: string,
  settings: Record<string, string> = {},
): Promise<BenchDatabase & { stop(): Promise<void> }> {
  const dataDir = join(folder, 'postgres');
  // As root the server runs as another account, which has to get through.
  await chmod(folder, 0o711);
  const first = await startEmbedded({ dataDir });
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  await appendFile(join(first.dataDir, 'postgresql.auto.conf'), lines.join(''));
  if (lines.length > 0) await first.stop();
  const { url, dataDir: place, stop } = lines.length > 0 ? await startEmbedded({ dataDir }) : first;
  const [pid] = (await readFile(join(place, 'postmaster.pid'), 'utf8')).split('\n');
  return { url, postmaster: Number(pid), stop };
}
