import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/database/index.ts';
import { testDatabase } from './database.ts';
import { freePortPair, startGatehouse, type Gatehouse, type GatehouseOptions } from './gatehouse.ts';
import { CLIENT_SECRET, startWorld, type World } from './world.ts';

/** The other Gatehouse. It uses that of the world as an upstream, `front`. */
interface Partner {
  gatehouse: Gatehouse;
  database: Database;
  /** Stops it and starts it again over the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A world whose Gatehouse uses another one as its upstream `partner`, and the other way round: a circle. */
export interface TwoGatehouses {
  world: World;
  partner: Partner;
  stop(): Promise<void>;
}

/** Starts both, each over a database of its own. */
export async function startTwoGatehouses(): Promise<TwoGatehouses> {
  const ports = { ours: await freePortPair(), theirs: await freePortPair() };
  const issuer = `http://localhost:${ports.ours}`;
  const partner = await startPartner(issuer, ports.theirs);
  const world = await startWorld({
    port: ports.ours,
    clients: [clientFor('front', `${partner.gatehouse.issuer}/upstream/front/callback`)],
    settings: {
      upstreams: [{ ...upstreamFor('partner', partner.gatehouse.issuer), label: 'Partner', email_trust: 'verified' }],
    },
  });
  return {
    world,
    partner,
    async stop() {
      await world.stop();
      await partner.stop();
    },
  };
}

async function startPartner(issuer: string, port: number): Promise<Partner> {
  const { url: databaseUrl, database, drop } = await testDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-partner-'));
  const start: GatehouseOptions = {
    databaseUrl,
    dataDir,
    port,
    // Another host than the issuer of the world: cookies ignore ports.
    host: '127.0.0.1',
    settings: {
      clients: [clientFor('partner', `${issuer}/upstream/partner/callback`)],
      upstreams: [{ ...upstreamFor('front', issuer), label: 'Front' }],
    },
  };
  const started: Partner = {
    gatehouse: await startGatehouse(start),
    database,
    async restart() {
      await started.gatehouse.stop();
      started.gatehouse = await startGatehouse(start);
    },
    async stop() {
      await started.gatehouse.stop();
      await drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return started;
}

function clientFor(client_id: string, callback: string): Record<string, unknown> {
  return { client_id, client_secret: CLIENT_SECRET, redirect_uris: [callback], first_party: true };
}

/** The client of the same name is the one at the other side. */
function upstreamFor(id: string, issuer: string): Record<string, unknown> {
  return { id, preset: 'oidc', issuer, client_id: id, client_secret: CLIENT_SECRET };
}
