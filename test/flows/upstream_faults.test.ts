import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { startAppWorld, type AppWorld } from '../upstreams/support/app_world.ts';
import type { FakeUpstream } from '../upstreams/support/fake_upstream.ts';
import { comeBack, expectBooks, expectPage, isConsumed, leave, readBooks } from '../upstreams/support/fault_trips.ts';
import { startTlsListener, type TlsListener } from '../upstreams/support/tls_faults.ts';
import { faultRows } from './upstream_fault_rows.ts';

let world: AppWorld;
let untrusted: TlsListener;
beforeAll(async () => {
  untrusted = await startTlsListener('selfSigned');
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
      token_endpoint: `${untrusted.base}/token`,
      sources: [{ name: 'user', url: `${untrusted.base}/user` }],
      subject: 'user.id',
      client_id: id,
      client_secret: 'secret',
    },
  };
}

/** Rows that one trip does not show, and the sentences that show them. */
const elsewhere: Record<number, [file: string, sentence: string]> = {
  13: ['flows/upstream_fault_stories', 'row 13: a rotation in the middle costs one fetch and no login'],
  16: ['upstreams/keys', 'are tried one after the other when neither token nor keys say which belong together'],
  23: ['flows/upstream_fault_stories', 'row 23: another subject with it gets no account, and takes none'],
  32: ['flows/upstream_fault_stories', 'row 32: with 429 it is left alone for as long as it asks'],
  44: ['flows/upstream_fault_stories', 'row 44: another browser learns nothing, and leaves the trip to its own'],
  45: ['flows/upstream_fault_stories', 'row 45: a callback that is opened again leads back to the app'],
  51: ['flows/upstream_fault_stories', 'row 51: each upstream comes back by its own method'],
  54: ['flows/upstream_fault_stories', 'row 54: who never comes back begins again at the app'],
  55: ['upstreams/arrivals', 'exchanges exactly once for 50 arrivals with one state, from two processes'],
  56: ['upstreams/discovery', 'refuses a document %s and keeps the good one'],
  57: ['upstreams/discovery', 'does not switch PKCE off when the document leaves it out, and says so'],
  59: [
    'flows/upstream_fault_stories',
    'row 59: an address in it is not believed, and the name stays that of the first time',
  ],
  60: ['flows/upstream_events', 'and a token that another key has signed, or a public key as a secret, is refused'],
  61: ['flows/second_gatehouse', 'send nobody round in circles: the second one says so, and takes a password'],
};

describe('the table', () => {
  it('is covered from its first row to its last', () => {
    const here = new Set(faultRows.map(({ row }) => row));
    const missing = Array.from({ length: 62 }, (_, index) => index + 1).filter((row) => {
      const [file, sentence] = elsewhere[row] ?? [];
      const isTold = file !== undefined && readFileSync(`test/${file}.test.ts`, 'utf8').includes(sentence ?? '');
      return !here.has(row) && !isTold;
    });
    expect(missing).toEqual([]);
  });
});

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
