import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/database/index.ts';
import { startRelyingParty } from '../client/start.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
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
  stop(): Promise<void>;
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
}

/** Builds the world. No limits are set: everybody here is one person at one address. */
export async function startBenchWorld({ settings, client, preload = [] }: BenchOptions = {}): Promise<BenchWorld> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  const embedded = await startEmbedded({ dataDir: join(scratch, 'postgres') });
  const port = await freePortPair();
  const issuer = `http://localhost:${port}`;
  const app = await startRelyingParty({ issuer, clientId: 'app', clientSecret: CLIENT_SECRET });
  const clients = [clientOf(app.url, client), { ...SERVICE, name: 'Service', type: 'service' }];
  const imports = preload.map((module) => `--import ${new URL(module, import.meta.url).href}`);
  const gatehouse = await startGatehouse({
    databaseUrl: embedded.url,
    port,
    // Each visitor here is a browser that nobody has seen: as a person's own would, they get no mail about it.
    settings: { clients, limits: { enabled: false }, mail: { new_device: false }, ...(await settings?.(issuer)) },
    // As the launchers and the image start it.
    environment: { NODE_OPTIONS: ['--max-semi-space-size=16', ...imports].join(' '), GATEHOUSE_TEST_CLOCK: '' },
  });
  const email = 'bench@example.com';
  const browser = createBrowser();
  await browser.open(`${app.url}/login?prompt=create`);
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
  await browser.submit({ fields: { code: await gatehouse.code(email) } });
  return {
    gatehouse,
    app,
    email,
    databaseUrl: embedded.url,
    postmaster: Number((await readFile(join(embedded.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]),
    async stop() {
      await gatehouse.stop();
      await app.stop();
      await embedded.stop();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
