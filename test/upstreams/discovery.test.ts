import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { testDatabase } from '../support/database.ts';
import type { Database } from '../../src/database/index.ts';
import type { SecurityEvent } from '../../src/events/index.ts';
import { createOutbound, type Outbound } from '../../src/outbound/index.ts';
import { openUpstreams, type Upstreams } from '../../src/upstreams/index.ts';
import { discoveryFaults } from './support/document_faults.ts';
import { startFakeUpstream, transportFaults as broken, type FakeUpstream } from './support/fake_upstream.ts';
import { testSealer } from './support/test_sealer.ts';
import { BROWSER, ISSUER, settingsFor } from './support/world.ts';

let database: Database;
let drop: () => Promise<void>;
let outbound: Outbound;
let fake: FakeUpstream;
let events: SecurityEvent[];
let lines: Record<string, unknown>[];
let opened: Upstreams[];
/** Called with every event. */
let heard: () => void;

beforeAll(async () => {
  ({ database, drop } = await testDatabase());
  outbound = createOutbound({
    mode: 'development',
    trustedHosts: ['127.0.0.1'],
    allow: [],
    limits: { headersMs: 8000 },
  });
  fake = await startFakeUpstream({ issuer: ISSUER });
});
beforeEach(async () => {
  await database.knex('upstream_metadata').delete();
  fake.honest();
  fake.journal.length = 0;
  events = [];
  lines = [];
  opened = [];
  heard = () => {};
});
afterEach(async () => {
  await Promise.all(opened.map((upstreams) => upstreams.close()));
});
afterAll(async () => {
  await outbound.close();
  await fake.close();
  await drop();
});

async function open(issuer = ISSUER): Promise<Upstreams> {
  const settings = settingsFor(fake).filter((entry) => entry.id === 'partner');
  const record = async (event: SecurityEvent) => {
    events.push(event);
    heard();
  };
  const upstreams = await openUpstreams({
    settings,
    issuer,
    mode: 'development',
    database,
    sealer: testSealer(),
    outbound,
    record,
    recordDeed: (deed) => database.together(deed),
    logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    metrics: new Registry(),
    lifetimes: () => ({ upstream_transaction: 600 }),
  });
  upstreams.start();
  opened.push(upstreams);
  return upstreams;
}

const trip = { purpose: 'login' as const, browserHash: BROWSER, interactionUid: 'visit' };
const DISCOVERY = '/openid-configuration';

function document(change: Record<string, unknown>) {
  const at = (path: string) => `${fake.issuer}${path}`;
  const honest = {
    issuer: fake.issuer,
    authorization_endpoint: at('/authorize'),
    token_endpoint: at('/token'),
    jwks_uri: at('/jwks'),
  };
  return broken.status(200, 'application/json', JSON.stringify({ ...honest, ...change }))(DISCOVERY);
}

describe('discovery', () => {
  it('is not needed for the start: the upstream is unavailable until it answers', async () => {
    fake.lie({ transport: broken.status(503)(DISCOVERY) });
    const upstreams = await open();
    await expect(upstreams.begin('partner', trip)).rejects.toMatchObject({ code: 'upstream_unavailable' });
    expect(upstreams.list()).toMatchObject([{ available: false, origins: [fake.base] }]);
    fake.honest();
    const again = await open();
    await again.begin('partner', trip);
    expect(again.list()).toMatchObject([{ available: true, origins: [fake.base] }]);
  });

  it('does not hold up the start when the upstream hangs', async () => {
    fake.lie({ transport: broken.hang(DISCOVERY) });
    const upstreams = await open();
    expect(upstreams.list()).toMatchObject([{ available: false }]);
  });

  it('lets no page wait until it gives up: what comes late is there for the next', async () => {
    let answer = () => {};
    fake.lie({
      transport(request, response) {
        if (!request.path.endsWith(DISCOVERY)) return false;
        answer = () => void document({})(request, response);
        return true;
      },
    });
    const upstreams = await open();
    const all = await Promise.allSettled([upstreams.begin('partner', trip), upstreams.begin('partner', trip)]);
    expect(all).toMatchObject([
      { reason: { code: 'upstream_unavailable' } },
      { reason: { code: 'upstream_unavailable' } },
    ]);
    answer();
    for (let turns = 5000; turns > 0 && !upstreams.list()[0]?.available; turns -= 1) await setImmediate();
    expect(await upstreams.begin('partner', trip)).toContain('/authorize?');
    expect(fake.calls(DISCOVERY)).toHaveLength(1);
  });

  it('asks again on demand at most every five seconds, so that a page cannot start a storm', async () => {
    fake.lie({ transport: broken.status(500)(DISCOVERY) });
    const upstreams = await open();
    await Promise.allSettled(Array.from({ length: 20 }, () => upstreams.begin('partner', trip)));
    await expect(upstreams.begin('partner', trip)).rejects.toMatchObject({ code: 'upstream_unavailable' });
    expect(fake.calls(DISCOVERY)).toHaveLength(1);
    const told = events.filter(({ type }) => type === 'upstreams.discovery_failed');
    expect(told).toMatchObject([{ reason: 'discovery_failed' }]);
  });

  it('uses the last good document at once after a restart, also when the upstream is away', async () => {
    await (await open()).begin('partner', trip);
    fake.lie({ transport: broken.reset(DISCOVERY) });
    expect((await open()).list()).toMatchObject([{ available: true }]);
  });

  it.each([
    ['of another issuer', { issuer: 'https://evil.example' }],
    ['of the issuer with a slash more', { issuer: 'slash' }],
    ['without keys', { jwks_uri: undefined }],
    ['with a plain http endpoint elsewhere', { token_endpoint: 'http://login.example/token' }],
    ['that leads back to ourselves', { authorization_endpoint: `${ISSUER}/oidc/authorize` }],
    ['with something else than a URL', { userinfo_endpoint: 'javascript:alert(1)' }],
  ])('refuses a document %s and keeps the good one', async (_name, change) => {
    const good = await open();
    await good.begin('partner', trip);
    const lie = 'issuer' in change && change.issuer === 'slash' ? { issuer: `${fake.issuer}/` } : change;
    fake.lie({ transport: document(lie) });
    const complaint = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const upstreams = await open();
    await complaint;
    expect(events).toMatchObject([{ type: 'upstreams.discovery_failed', reason: 'discovery_refused' }]);
    const [stored] = await database.knex('upstream_metadata').select('document');
    expect(stored.document).toMatchObject({ issuer: fake.issuer, token_endpoint: `${fake.issuer}/token` });
    expect(upstreams.list()).toMatchObject([{ available: true }]);
  });

  it("says that the configuration is at fault when the very first document is another issuer's", async () => {
    fake.lie({ transport: document({ issuer: 'https://evil.example' }) });
    await expect((await open()).begin('partner', trip)).rejects.toMatchObject({ code: 'upstream_misconfigured' });
  });

  it('does not switch PKCE off when the document leaves it out, and says so', async () => {
    fake.lie(discoveryFaults.withoutPkce);
    const upstreams = await open();
    const url = await upstreams.begin('partner', trip);
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256');
    expect(lines).toMatchObject([{ upstream: 'partner', msg: 'upstream does not announce S256, which it is sent' }]);
  });

  it('refuses to start as its own upstream', async () => {
    await expect(open(new URL(fake.issuer).origin)).rejects.toThrow('our own issuer');
  });
});
