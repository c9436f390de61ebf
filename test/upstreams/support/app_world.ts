import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { openApp } from '../../../src/app/index.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { openDatabase } from '../../../src/database/index.ts';
import { secretsOf } from '../../../src/serve/index.ts';
import { simulatedPresets } from '../../../src/upstreams/presets/all.ts';
import { listen } from '../../../src/web/index.ts';
import { startRelyingParty, type RelyingParty } from '../../client/start.ts';
import { testDatabase } from '../../support/database.ts';
import { freePortPair } from '../../support/gatehouse.ts';
import { CLIENT_SECRET, clientOf } from '../../support/world.ts';
import { startFakeUpstream, type FakeUpstream } from './fake_upstream.ts';

/** Gatehouse in this process, whose upstreams are all the fake, with one app of another host registered at it. */
export interface AppWorld {
  issuer: string;
  app: RelyingParty;
  fake: FakeUpstream;
  query(sql: string, values?: string[]): Promise<Record<string, unknown>[]>;
  /** Its log so far. */
  lines: Record<string, unknown>[];
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it with every preset, the generic provider `partner`, and what `upstreams` adds or changes, by id. */
export async function startAppWorld(
  upstreams: (fake: FakeUpstream) => Record<string, object> = () => ({}),
): Promise<AppWorld> {
  const { database, url: databaseUrl, drop } = await testDatabase();
  const port = await freePortPair();
  const issuer = `http://localhost:${port}`;
  const app = await startRelyingParty({ issuer, clientId: 'app', clientSecret: CLIENT_SECRET });
  const fake = await startFakeUpstream({ issuer });
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-app-'));
  const settings = {
    issuer,
    mode: 'development',
    clients: [clientOf(app.url)],
    limits: { enabled: false },
    outbound: { timeout: '1s' },
    upstreams: entries(fake, upstreams(fake)),
  };
  const { lines, close } = await serve({ settings, dataDir, databaseUrl, port, fake });
  return {
    issuer,
    app,
    fake,
    lines,
    async query(sql, values = []) {
      const answer: { rows: Record<string, unknown>[] } = await database.knex.raw(sql, values);
      return answer.rows;
    },
    metrics: async () => (await fetch(`${issuer}/metrics`)).text(),
    async stop() {
      await close();
      await fake.close();
      await app.stop();
      await drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function entries(fake: FakeUpstream, changes: Record<string, object>): object[] {
  const { id: client_id, secret: client_secret } = fake.clients.partner;
  const partner = { preset: 'oidc', issuer: fake.issuer, client_id, client_secret };
  const all = Object.fromEntries(simulatedPresets.map((preset) => [preset, { preset }]));
  return Object.entries({ ...all, ...changes, partner }).map(([id, entry]) => ({
    id,
    ...all[id],
    // Here upstreams fail over and over, and are tried all the same.
    http: { failures: 1000 },
    ...entry,
    ...changes[id],
  }));
}

interface Serving {
  settings: object;
  dataDir: string;
  databaseUrl: string;
  port: number;
  fake: FakeUpstream;
}

async function serve({ settings, dataDir, databaseUrl, port, fake }: Serving) {
  const file = join(dataDir, 'gatehouse.yaml');
  writeFileSync(file, stringify(settings));
  const config = await loadConfig({ GATEHOUSE_CONFIG: file, GATEHOUSE_DATA: dataDir, PORT: String(port) }, dataDir);
  if (!config.ok) throw new Error(JSON.stringify(config.mistakes));
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { level: 'info', formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const database = openDatabase({ url: databaseUrl });
  const opened = await openApp({
    settings: config.settings,
    secrets: secretsOf(config.settings, dataDir),
    config: () => config,
    database,
    logger,
    simulator: { base: fake.base, clients: fake.clients },
  });
  const listening = await listen({ app: opened.listener, port, host: '127.0.0.1' });
  const close = async () => {
    await listening.close();
    await opened.close();
    await database.close();
  };
  return { lines, close };
}
