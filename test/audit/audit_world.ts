import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, startEmbedded, type Database } from '../../src/database/index.ts';
import { SERVICE } from '../bench/bench_world.ts';
import { startRelyingParty } from '../client/start.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';
import { makePeople } from './people.ts';

/** A server as operators start it, without limits, with one app and people of every class. */
export interface AuditWorld {
  gatehouse: Gatehouse;
  app: { url: string };
  database: Database;
  /** The process id of the PostgreSQL server. */
  postmaster: number;
  stop(): Promise<void>;
}

/** Starts it. `upstreams` come beside those of every test, once the issuer is known. */
export async function startAuditWorld(
  upstreams: (issuer: string) => Promise<Record<string, unknown>[]> = async () => [],
): Promise<AuditWorld> {
  const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'));
  const embedded = await startEmbedded({ dataDir: join(scratch, 'postgres') });
  const database = openDatabase({ url: embedded.url }, { poolSize: 2 });
  const port = await freePortPair();
  const issuer = `http://localhost:${port}`;
  const app = await startRelyingParty({ issuer, clientId: 'app', clientSecret: CLIENT_SECRET });
  const gatehouse = await startGatehouse({
    databaseUrl: embedded.url,
    port,
    settings: {
      clients: [clientOf(app.url), { ...SERVICE, name: 'Service', type: 'service' }],
      limits: { enabled: false },
      upstreams: [
        { id: 'google', preset: 'google' },
        { id: 'facebook', preset: 'facebook' },
        ...(await upstreams(issuer)),
      ],
    },
    // As the launchers and the image start it.
    environment: { NODE_OPTIONS: '--max-semi-space-size=16', GATEHOUSE_TEST_CLOCK: '' },
  });
  await makePeople({ gatehouse, app }, database);
  return {
    gatehouse,
    app,
    database,
    postmaster: Number((await readFile(join(embedded.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]),
    async stop() {
      await gatehouse.stop();
      await app.stop();
      await database.close();
      await embedded.stop();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
