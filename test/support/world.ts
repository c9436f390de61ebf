import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRelyingParty, type RelyingParty } from '../client/start.ts';
import { testDatabase } from './database.ts';
import { layDatabaseLine, type DatabaseLine } from './database_line.ts';
import { freePortPair, startGatehouse, type Gatehouse, type GatehouseOptions } from './gatehouse.ts';

/** A Gatehouse over its own database, with one app of another host registered at it. */
export interface World {
  gatehouse: Gatehouse;
  app: RelyingParty;
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Gatehouse's line to PostgreSQL, which can be cut. */
  line: DatabaseLine;
  /** Stops the server and starts it again over the same data, with other settings where they are given. */
  restart(signal?: NodeJS.Signals, settings?: Record<string, unknown>): Promise<void>;
  stop(): Promise<void>;
}

export const CLIENT_SECRET = 'correct-horse-battery-staple-client';

/** Settings of a client for the independent relying party. */
export function clientOf(url: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    client_id: 'app',
    name: 'Test app',
    type: 'web',
    client_secret: CLIENT_SECRET,
    redirect_uris: [`${url}/callback`],
    post_logout_redirect_uris: [`${url}/loggedout`],
    client_uri: `${url}/`,
    first_party: true,
    ...more,
  };
}

/** Builds a world; `client` and `settings` are laid over what it registers, `clients` come beside that. */
export async function startWorld(
  options: {
    client?: Record<string, unknown>;
    clients?: Record<string, unknown>[];
    settings?: Record<string, unknown>;
    port?: number;
    environment?: Record<string, string>;
  } = {},
): Promise<World> {
  const { database, url, drop } = await testDatabase();
  const line = await layDatabaseLine(url);
  const port = options.port ?? (await freePortPair());
  const app = await startRelyingParty({
    issuer: `http://localhost:${port}`,
    clientId: 'app',
    clientSecret: CLIENT_SECRET,
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-world-'));
  const start: GatehouseOptions = {
    databaseUrl: line.url,
    dataDir,
    port,
    ...(options.environment && { environment: options.environment }),
    settings: { clients: [clientOf(app.url, options.client), ...(options.clients ?? [])], ...options.settings },
  };
  const leave = async () => {
    await app.stop();
    await line.close();
    await drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const world: World = {
    // Nothing may be left of a world that did not come to be: the run would wait for it for ever.
    gatehouse: await startGatehouse(start).catch((error: unknown) => leave().then(() => Promise.reject(error))),
    app,
    line,
    async query(sql) {
      const answer = (await database.knex.raw(sql)) as { rows: Record<string, unknown>[] };
      return answer.rows;
    },
    async restart(signal = 'SIGTERM', settings = {}) {
      await world.gatehouse.stop(signal);
      Object.assign(start, { settings: { ...start.settings, ...settings } });
      world.gatehouse = await startGatehouse(start);
    },
    async stop() {
      await world.gatehouse.stop();
      await leave();
    },
  };
  return world;
}
