import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { placeDatabase } from '../support/place_database.ts';
import { startWorld, type World } from '../support/world.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let world: World;
let path: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-places-'));
  const database = join(folder, 'places.mmdb');
  writeFileSync(database, placeDatabase([127], { city: { names: { en: 'Busan' } } }));
  world = await startWorld({ settings: { places: { database } } });
  path = `${world.gatehouse.issuer}/account/activity`;
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

const refreshes = async (browser: Browser) => (await browser.open(`${world.app.url}/refresh`)).status === 200;

describe('the activity of an account', () => {
  it('says what happened, where and when, in words, and nothing of others', async () => {
    const browser = createBrowser({ userAgent: FIREFOX });
    await signUpLocally(world, browser, 'ada@example.com');
    const thief = createBrowser({ userAgent: '<b>Call 555</b>/1 x' });
    await thief.open(`${world.app.url}/login`);
    await thief.submit({ fields: { email: 'ada@example.com', password: 'a guess that is wrong' } });
    await signUpLocally(world, createBrowser(), 'bea@example.com');
    const page = await browser.open(path);
    expect(page.screen).toBe('account-activity');
    expect(page.text).toMatch(/A wrong password was entered\s+Test app · Busan\s/);
    expect(page.text).toMatch(/Signed in\s+Test app · Firefox on Linux · Busan\s+1 minute ago/);
    expect(page.body).not.toMatch(/Call 555|oidc\.|sign_in\.|127\.0\.0\.1/);
    expect(page.body.match(/Signed in</g)).toHaveLength(1);
  });

  it('keeps places, and no client address', async () => {
    const browser = createBrowser({ userAgent: FIREFOX });
    await signUpLocally(world, browser, 'eve@example.com');
    const devices = `${world.gatehouse.issuer}/account/sessions`;
    while (!(await browser.open(devices)).text.includes('Busan. Active now')) await browser.open(devices);
    for (const table of ['events', 'session_devices', 'sessions', 'grants']) {
      expect(JSON.stringify(await world.query(`select * from ${table}`))).not.toMatch(/127\.0\.0\.1(?!:)|Mozilla/);
    }
  });

  it('that was somebody else ends everything everywhere, here too, and leaves the others alone', async () => {
    const [browser, thief, other] = [createBrowser(), createBrowser(), createBrowser()];
    await signUpLocally(world, browser, 'cleo@example.com');
    await signInLocally(world, thief, 'cleo@example.com');
    await signUpLocally(world, other, 'dan@example.com');
    await browser.open(path);
    world.gatehouse.passTime(301);
    const page = await browser.submit({ button: 'This wasn’t me' });
    expect([page.url, page.screen]).toEqual([`${path}/secured`, 'account-secured']);
    expect(page.text).toContain('You are signed out everywhere');
    expect((await browser.open(path)).screen).toBe('login');
    expect((await thief.open(path)).screen).toBe('login');
    expect([await refreshes(browser), await refreshes(thief), await refreshes(other)]).toEqual([false, false, true]);
    expect((await signInLocally(world, browser, 'cleo@example.com')).status).toBe(401);
    const reader = createBrowser();
    await reader.open(await world.gatehouse.link('cleo@example.com', '/reset-password'));
    await reader.submit({ fields: { new_password: PASSWORD } });
    await signInLocally(world, browser, 'cleo@example.com');
    expect((await browser.open(path)).text).toContain('You said that something was not you');
  });

  it('tells an admin of "not me" under one reference, the mailed way back included', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'finn@example.com');
    await browser.open(path);
    await browser.submit({ button: 'This wasn’t me' });
    const [disowned] = await world.query(
      `select reference from events join addresses using (account_id)
       where type = 'account_pages.disowned' and canonical = 'finn@example.com'`,
    );
    expect(disowned?.['reference']).toMatch(/^\w{5}-\w{5}$/);
    const types = await world.query(
      `select type from events where reference = '${String(disowned?.['reference'])}' order by id`,
    );
    expect(types.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['accounts.reset_asked', 'account_pages.disowned']),
    );
  });

  it('is not pushed off the page by what says nothing to its person', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'gus@example.com');
    await world.query(
      `insert into events (at, type, outcome, account_id, detail)
       select now() + interval '1 minute', 'accounts.identity_joined', 'refused', account_id, '{}'
       from addresses, generate_series(1, 60) where canonical = 'gus@example.com'`,
    );
    expect((await browser.open(path)).text).toContain('Signed in');
  });
});
