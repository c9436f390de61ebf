import { testDatabase } from '../../support/database.ts';
import type { SecurityEvent } from '../../../src/events/index.ts';
import { createOutbound } from '../../../src/outbound/index.ts';
import {
  openUpstreams,
  simulatorClients,
  upstreamSettings,
  type Arrival,
  type Upstreams,
  type UpstreamSettings,
} from '../../../src/upstreams/index.ts';
import type { Database } from '../../../src/database/index.ts';
import { testSealer } from './test_sealer.ts';
import { startFakeUpstream, type FakeUpstream } from './fake_upstream.ts';

export const ISSUER = 'http://localhost:3999';
export const BROWSER = 'hash-of-the-browser';

export interface World {
  database: Database;
  fake: FakeUpstream;
  upstreams: Upstreams;
  events: SecurityEvent[];
  /** Opens the same upstreams again over the same database, as a second process would. */
  open(settings?: UpstreamSettings[]): Promise<Upstreams>;
  /** Begins a trip, makes the choice at the upstream, and gives what the callback gets. */
  travel(id: string, personaId?: string): Promise<URLSearchParams>;
  /** The whole trip. */
  arrive(id: string, personaId?: string): Promise<Arrival>;
  close(): Promise<void>;
}

export function settingsFor(fake: FakeUpstream, changes: Record<string, object> = {}): UpstreamSettings[] {
  const partner = {
    client_id: fake.clients.partner.id,
    client_secret: fake.clients.partner.secret,
    issuer: fake.issuer,
  };
  return [
    { id: 'google', preset: 'google', ...changes['google'] },
    { id: 'facebook', preset: 'facebook', ...changes['facebook'] },
    { id: 'partner', preset: 'oidc', ...partner, ...changes['partner'] },
  ].map((entry) => upstreamSettings.parse(entry));
}

/** A database, a fake upstream with real sockets and keys, and the upstreams room over both. */
export async function buildWorld(changes: Record<string, object> = {}): Promise<World> {
  const { database, drop } = await testDatabase();
  const fake = await startFakeUpstream({ issuer: ISSUER });
  const events: SecurityEvent[] = [];
  const limits = { headersMs: 2000, totalMs: 3000 };
  const outbound = createOutbound({ mode: 'development', trustedHosts: ['127.0.0.1'], allow: [], limits });
  const sealer = testSealer();
  const opened: Upstreams[] = [];
  const open = async (settings = settingsFor(fake, changes)) => {
    const { google, facebook } = fake.clients;
    const upstreams = await openUpstreams({
      settings,
      issuer: ISSUER,
      mode: 'development',
      database,
      sealer,
      outbound,
      record: async (event) => void events.push(event),
      lifetimes: { upstream_transaction: 600 },
      simulator: { base: fake.base, clients: { ...simulatorClients(ISSUER, []), google, facebook } },
    });
    opened.push(upstreams);
    return upstreams;
  };
  const upstreams = await open();
  const trip = { purpose: 'login' as const, browserHash: BROWSER, interactionUid: 'visit', reference: 'AAAAA-BBBBB' };
  const travel = async (id: string, personaId = 'ada') =>
    (await fake.choose(await upstreams.begin(id, trip), personaId)).params;
  return {
    database,
    fake,
    upstreams,
    events,
    open,
    travel,
    arrive: async (id, personaId) => upstreams.arrive(id, BROWSER, 'GET', await travel(id, personaId)),
    async close() {
      await Promise.all(opened.map((entry) => entry.close()));
      await outbound.close();
      await fake.close();
      await drop();
    },
  };
}
