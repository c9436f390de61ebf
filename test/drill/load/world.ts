import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { smtpSink } from '../../mail/world.ts';
import { startBalancer } from '../../support/balancer.ts';
import { queryAt, testDatabase } from '../../support/database.ts';
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

/** Where Gatehouse finds its database, and where to look at the tables. */
interface Place {
  url: string;
  directUrl(): string;
}

interface LoadWorldOptions {
  /** A fresh one unless said otherwise. */
  database?: Place;
  /** How many are started. */
  count?: number;
  settings?: Record<string, unknown>;
}

/** Lends one to whoever does something to it, and ends it. No limits are set: everybody comes from one address. */
export async function withLoadWorld<Result>(
  { database, ...options }: LoadWorldOptions,
  use: (world: LoadWorld) => Promise<Result>,
): Promise<Result> {
  const own = database ? undefined : await testDatabase();
  const place = database ?? { url: own?.url ?? '', directUrl: () => own?.url ?? '' };
  try {
    const world = await openLoadWorld(place, options);
    try {
      return await use(world);
    } finally {
      await world.stop();
    }
  } finally {
    await own?.drop();
  }
}

async function openLoadWorld(
  { url, directUrl }: Place,
  { count = 1, ...options }: Pick<LoadWorldOptions, 'count' | 'settings'>,
): Promise<LoadWorld> {
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
    query: (sql) => queryAt(directUrl(), sql),
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
      const start = { databaseUrl: url, issuer, port, dataDir, settings, environment: {} };
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
