import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../src/database/index.ts';
import { smtpSink } from '../../mail/world.ts';
import { startBalancer } from '../../support/balancer.ts';
import { freePortPair, startGatehouse, type Gatehouse, type GatehouseOptions } from '../../support/gatehouse.ts';
import { startLoadApps } from './apps.ts';
import { startLoad, type Load, type LoadDeps } from './load.ts';

/** Gatehouse over a database, several of them behind a load balancer, and who uses them. */
export interface LoadWorld {
  issuer: string;
  /** Those that run; the place of one is kept when it is started again. */
  gatehouses: Gatehouse[];
  /** Ends one like this and starts it again over the same data. */
  restart(index: number, signal: NodeJS.Signals): Promise<void>;
  startLoad(wish: Pick<LoadDeps, 'seed' | 'lanes' | 'clockMoves'>): Load;
  /** Asks the database itself. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

interface LoadWorldOptions {
  /** For Gatehouse. */
  databaseUrl: string;
  /** Where to look at the tables. The same unless said otherwise; it may move. */
  directUrl?: () => string;
  /** How many are started. */
  count?: number;
  settings?: Record<string, unknown>;
}

/** Opens it. No limits are set: everybody comes from one address. */
export async function openLoadWorld(options: LoadWorldOptions): Promise<LoadWorld> {
  const { databaseUrl, directUrl = () => databaseUrl, count = 1 } = options;
  const [smtp, apps] = [await smtpSink(), await startLoadApps()];
  const balancer = count > 1 ? await startBalancer() : undefined;
  const firstPort = await freePortPair();
  const issuer = balancer?.url ?? `http://localhost:${firstPort}`;
  const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-load-'));
  const key = () => randomBytes(32).toString('base64');
  const settings = {
    encryption_key: key(),
    subject_salt: key(),
    // Several processes cannot each make their own.
    development: { demo: false, simulator: false, generated_keys: false },
    upstreams: [],
    limits: { enabled: false },
    mail: { from: 'Acme <no-reply@acme.example>', smtp: smtp.url },
    clients: apps.registered,
    ...options.settings,
  };
  const starts: GatehouseOptions[] = [];
  const world: LoadWorld = {
    issuer,
    gatehouses: [],
    async restart(index, signal) {
      await world.gatehouses[index]?.stop(signal);
      const start = starts[index];
      if (start) world.gatehouses[index] = await startGatehouse(start);
    },
    startLoad: (wish) => startLoad({ issuer, apps: apps.apps, smtp, ...wish }),
    async query(sql) {
      const database = openDatabase({ url: directUrl() }, { poolSize: 1 });
      try {
        return (await database.knex.raw<{ rows: Record<string, unknown>[] }>(sql)).rows;
      } finally {
        await database.close();
      }
    },
    async stop() {
      for (const gatehouse of world.gatehouses) await gatehouse.stop();
      balancer?.close();
      await smtp.close();
      apps.stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
  try {
    for (let index = 0; index < count; index += 1) {
      const port = index === 0 ? firstPort : await freePortPair();
      const dataDir = mkdtempSync(join(scratch, 'own-'));
      // An environment of its own keeps it from the process that tests share: this one is to be killed.
      const start = { databaseUrl, issuer, port, dataDir, settings, environment: {} };
      starts.push(start);
      world.gatehouses.push(await startGatehouse(start));
      balancer?.servers.push(port);
    }
    return world;
  } catch (error) {
    await world.stop();
    throw error;
  }
}
