import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { openApp } from '../../src/app/index.ts';
import { ensureDevelopmentKeys, loadConfig } from '../../src/config/index.ts';
import type { Database } from '../../src/database/index.ts';
import { listen } from '../../src/web/index.ts';
import { startRelyingParty, type RelyingParty } from '../client/start.ts';
import { startFakeUpstream, type FakeUpstream } from '../upstreams/support/fake_upstream.ts';
import { testDatabase } from './database.ts';
import { freePortPair } from './gatehouse.ts';
import { createBrowser, type Browser } from './http_browser.ts';
import { openMailbox, type Mailbox } from './mailbox.ts';
import { countWaits } from './wait_counter.ts';
import { clientOf, CLIENT_SECRET } from './world.ts';

/** A Gatehouse in this process, whose upstreams are the fake one: some of those it plays, and a generic OpenID provider. */
export interface LocalWorld {
  issuer: string;
  mailbox: Mailbox;
  database: Database;
  fake: FakeUpstream;
  app: RelyingParty;
  /** How often the request that was answered last waited for the database, one wait after the other. */
  waits(): number;
  /** Every path that a room has mounted, with the methods it takes. */
  routes: { method: 'GET' | 'POST'; path: string }[];
  /** Rows of a table, or of a whole query. */
  rows(sql: string, values?: string[]): Promise<Record<string, unknown>[]>;
  /** Signs in to the app through an upstream, as one of the people there. */
  signInThrough(upstream: string, persona: string, browser?: Browser): Promise<Browser>;
  stop(): Promise<void>;
}

/** Builds one; `upstreams` are laid over the settings of each, by id. */
export async function startLocalWorld(upstreams: Record<string, object> = {}): Promise<LocalWorld> {
  const { database: watched, url: databaseUrl, drop } = await testDatabase();
  const { database, middleware, waits } = countWaits(watched);
  const port = await freePortPair();
  const issuer = `http://localhost:${port}`;
  const fake = await startFakeUpstream({ issuer });
  const app = await startRelyingParty({ issuer, clientId: 'app', clientSecret: CLIENT_SECRET });
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-local-'));
  const { id: client_id, secret: client_secret } = fake.clients.partner;
  const file = join(dataDir, 'gatehouse.yaml');
  const settings = {
    issuer,
    mode: 'development',
    brand: { name: 'Acme' },
    mail: { from: 'Acme <no-reply@acme.example>' },
    upstreams: [
      { id: 'google', preset: 'google', ...upstreams['google'] },
      { id: 'facebook', preset: 'facebook', ...upstreams['facebook'] },
      { id: 'apple', preset: 'apple', ...upstreams['apple'] },
      { id: 'kakao', preset: 'kakao', ...upstreams['kakao'] },
      {
        id: 'partner',
        preset: 'oidc',
        label: 'Partner',
        issuer: fake.issuer,
        client_id,
        client_secret,
        email_trust: 'verified',
        ...upstreams['partner'],
      },
    ],
    clients: [clientOf(app.url)],
  };
  writeFileSync(file, stringify(settings));
  const config = await loadConfig({ GATEHOUSE_CONFIG: file, GATEHOUSE_DATA: dataDir, PORT: String(port) }, dataDir);
  if (!config.ok) throw new Error(config.mistakes.map(({ message }) => message).join('; '));
  const opened = await openApp({
    settings: config.settings,
    secrets: ensureDevelopmentKeys(config.settings, dataDir),
    config: () => config,
    database,
    logger: pino({ level: 'silent' }),
    simulator: { base: fake.base, clients: fake.clients },
  });
  opened.web.app.middleware.unshift(middleware);
  const server = await listen({ app: opened.web.app, port, host: '127.0.0.1' });
  return {
    issuer,
    mailbox: openMailbox({ issuer, databaseUrl }),
    database,
    waits,
    fake,
    app,
    routes: opened.web.router.stack.flatMap(({ path, methods }) =>
      (['GET', 'POST'] as const)
        .filter((method) => methods.includes(method))
        .map((method) => ({ method, path: String(path) })),
    ),
    async rows(sql, values = []) {
      const answer = (await database.knex.raw(sql, values)) as { rows: Record<string, unknown>[] };
      return answer.rows;
    },
    async signInThrough(upstream, persona, browser = createBrowser()) {
      await browser.open(`${app.url}/login`);
      await browser.submit({ upstream });
      await browser.open((await fake.choose(browser.page.url, persona)).url);
      return browser;
    },
    async stop() {
      await server.close();
      await opened.close();
      await app.stop();
      await fake.close();
      await drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
