import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTlsServer } from '../outbound/support/tls_server.ts';
import { createBrowser } from '../support/http_browser.ts';
import { startAppWorld, type AppWorld } from '../upstreams/support/app_world.ts';
import type { FakeUpstream } from '../upstreams/support/fake_upstream.ts';
import { comeBack, expectBooks, expectPage, isConsumed, leave, readBooks } from '../upstreams/support/fault_trips.ts';
import { faultRows } from './upstream_fault_rows.ts';

let world: AppWorld;
let untrusted: Awaited<ReturnType<typeof startTlsServer>>;
beforeAll(async () => {
  untrusted = await startTlsServer();
  world = await startAppWorld(changesAt);
});
afterEach(() => {
  world.fake.honest();
});
afterAll(async () => {
  await world.stop();
  await untrusted.close();
});

/** One tenant at Microsoft, and an upstream that is reached by a page of the fake and then by nothing that can be trusted. */
function changesAt(fake: FakeUpstream): Record<string, object> {
  const { redirectUris, id } = fake.clients.facebook;
  redirectUris.push(String(redirectUris[0]).replace('facebook', 'untrusted'));
  return {
    microsoft: { tenants: ['11111111-2222-3333-4444-555555555555'] },
    untrusted: {
      preset: 'oauth2',
      label: 'Untrusted',
      issuer: 'https://untrusted.example',
      authorization_endpoint: `${fake.base}/facebook/v24.0/dialog/oauth`,
      token_endpoint: `https://127.0.0.1:${untrusted.port}/token`,
      sources: [{ name: 'user', url: `https://127.0.0.1:${untrusted.port}/user` }],
      subject: 'user.id',
      client_id: id,
      client_secret: 'secret',
    },
  };
}

describe('a trip that meets a fault of the table', () => {
  const rows = faultRows.map((row) => [`${row.row}: ${row.what} (${row.at})`, row] as const);

  it.each(rows)('row %s', async (_name, { at, who, faults, end }) => {
    const browser = createBrowser();
    const state = await leave(world, browser, at);
    const before = await readBooks(world);
    if (faults) world.fake.lie(faults(world.fake));
    expectPage(world, await comeBack(world, browser, who), end);
    await expectBooks(world, before, at, end);
    expect(await isConsumed(world, state)).toBe(true);
  });
});
