import { Registry } from 'prom-client';
import { testDatabase } from '../../support/database.ts';
import type { SecurityEvent } from '../../../src/events/index.ts';
import { createLogger } from '../../../src/kit/logger.ts';
import { createOutbound } from '../../../src/outbound/index.ts';
import {
  openUpstreams,
  upstreamSettings,
  type Arrival,
  type Upstreams,
  type UpstreamSettings,
} from '../../../src/upstreams/index.ts';
import type { Database } from '../../../src/database/index.ts';
import type { Fields } from '../../support/http_browser/forms.ts';
import { testSealer } from './test_sealer.ts';
import { startFakeUpstream, type FakeUpstream } from './fake_upstream.ts';

export const ISSUER = 'http://localhost:3999';
export const BROWSER = 'hash-of-the-browser';

export interface World {
  database: Database;
  fake: FakeUpstream;
  upstreams: Upstreams;
  events: SecurityEvent[];
  /** The metrics of `upstreams`. */
  metrics: Registry;
  /** Opens the same upstreams again over the same database, as a second process would. */
  open(settings?: UpstreamSettings[]): Promise<Upstreams>;
  /** Begins a trip, makes the choice at the upstream, and gives what the callback gets. */
  travel(id: string, personaId?: string, fields?: Fields): Promise<URLSearchParams>;
  /** The whole trip. */
  arrive(id: string, personaId?: string, fields?: Fields): Promise<Arrival>;
  close(): Promise<void>;
}

/** Google, Facebook and a partner; each with changes, and further presets where changes name them. */
export function settingsFor(fake: FakeUpstream, changes: Record<string, object> = {}): UpstreamSettings[] {
  const partner = {
    client_id: fake.clients.partner.id,
    client_secret: fake.clients.partner.secret,
    issuer: fake.issuer,
  };
  const own = { google: {}, facebook: {}, partner: { preset: 'oidc', ...partner } };
  return Object.entries({ ...changes, ...own }).map(([id, entry]) =>
    upstreamSettings.parse({ id, preset: id, ...entry, ...changes[id] }),
  );
}

/** A database, a fake upstream with real sockets and keys, and the upstreams room over both. */
export async function buildWorld(
  changes: Record<string, object> = {},
  limits = { headersMs: 2000, totalMs: 3000 },
): Promise<World> {
  const { database, drop } = await testDatabase();
  const fake = await startFakeUpstream({ issuer: ISSUER });
  const events: SecurityEvent[] = [];
  const outbound = createOutbound({ mode: 'development', trustedHosts: ['127.0.0.1'], allow: [], limits });
  const sealer = testSealer();
  const metrics = new Registry();
  const opened: Upstreams[] = [];
  const open = async (settings = settingsFor(fake, changes), registry = new Registry()) => {
    const upstreams = await openUpstreams({
      settings,
      issuer: ISSUER,
      mode: 'development',
      database,
      sealer,
      outbound,
      record: async (event) => void events.push(event),
      recordDeed: (deed) => database.together(deed),
      logger: createLogger('silent'),
      metrics: registry,
      lifetimes: () => ({ upstream_transaction: 600 }),
      simulator: { base: fake.base, clients: fake.clients },
    });
    opened.push(upstreams);
    return upstreams;
  };
  const upstreams = await open(undefined, metrics);
  const trip = { purpose: 'login' as const, browserHash: BROWSER, interactionUid: 'visit', reference: 'AAAAA-BBBBB' };
  const travel: World['travel'] = async (id, personaId = 'ada', fields = {}) => {
    const sent = await fake.choose(await upstreams.begin(id, trip), personaId, fields);
    if (sent.method === 'GET') return sent.params;
    // No cookie comes along with a POST from another site; the redirect that follows has them all.
    const kept = await upstreams.arrive(id, undefined, 'POST', sent.params);
    if (kept.outcome !== 'resume') throw new Error(`the callback was not kept: ${kept.outcome}`);
    return new URL(kept.url).searchParams;
  };
  return {
    database,
    fake,
    upstreams,
    events,
    metrics,
    open,
    travel,
    arrive: async (id, personaId, fields) => upstreams.arrive(id, BROWSER, 'GET', await travel(id, personaId, fields)),
    async close() {
      await Promise.all(opened.map((entry) => entry.close()));
      await outbound.close();
      await fake.close();
      await drop();
    },
  };
}
