import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { continueWith, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let browser: Browser;

beforeAll(async () => {
  world = await startWorld();
  browser = createBrowser();
  await signUpLocally(world, browser, 'ada@example.com');
});
afterAll(() => world.stop());

async function download(as = browser) {
  await as.open(`${world.gatehouse.issuer}/account/data`);
  return as.submit({ action: '/account/data/export' });
}

describe('the copy of one’s data', () => {
  it('is a file that nobody keeps on the way, with all that we hold in words', async () => {
    await world.query(`update accounts set terms_version = '2026-11'`);
    const page = await download();
    expect(page.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="account.json"',
      'cache-control': 'no-store',
    });
    expect(page.json()).toMatchObject({
      account: { made_by: 'signup', language: 'en', agreed_to_terms: '2026-11' },
      address: { address: 'ada@example.com', verified_at: expect.any(String) },
      claims: { name: 'Ada Example', email: 'ada@example.com', email_verified: true },
      password: { set_at: expect.any(String) },
      connected_accounts: [],
      known_browsers: [{ first_used_at: expect.any(String) }],
      older_events_left_out: false,
      devices: [expect.objectContaining({ signed_in_at: expect.any(String) })],
      apps: [expect.objectContaining({ app: 'Test app', scopes: expect.any(Object) })],
      events: expect.arrayContaining([expect.objectContaining({ what: 'sign_in.completed' })]),
    });
  });

  it('names connected accounts by what they told', async () => {
    const google = createBrowser();
    await continueWith(world, google, 'google', 'ada.example@gmail.com');
    expect((await download(google)).json()).toMatchObject({
      password: { set_at: null },
      connected_accounts: [{ service: 'Google', email: 'ada.example@gmail.com', connected_at: expect.any(String) }],
    });
  });

  it('holds no secret and nobody else', async () => {
    const page = await download();
    const [row] = await world.query('select password_hash from passwords');
    const secrets = [
      ...(await world.app.secrets()),
      String(row?.['password_hash']),
      'argon2',
      '_hash',
      'ada.example@gmail',
    ];
    expect(secrets.filter((secret) => page.body.includes(secret))).toEqual([]);
    const cookies = browser.trail.flatMap(({ headers }) => headers['set-cookie'] ?? []);
    const values = cookies.flatMap((cookie) => /^[^=]+=([^;]{16,})/.exec(cookie)?.[1] ?? []);
    expect(values.length).toBeGreaterThan(3);
    expect(values.filter((value) => page.body.includes(value))).toEqual([]);
  });

  it('takes a fresh sign-in', async () => {
    await browser.open(`${world.gatehouse.issuer}/account/data`);
    world.gatehouse.passTime(301);
    const page = await browser.submit({ action: '/account/data/export' });
    expect([page.screen, page.headers['content-disposition']]).toEqual(['reauthenticate', undefined]);
  });
});
