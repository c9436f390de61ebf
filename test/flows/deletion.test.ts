import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { continueWith, signInLocally, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ settings: { limits: { enabled: false } } });
});
afterAll(() => world.stop());

const UNDO = '/account/deletion/undo';
const DAY = 86_400;
const at = (path: string) => `${world.gatehouse.issuer}${path}`;
const mailsTo = async (to: string) => (await world.gatehouse.mails()).filter((mail) => mail.to === to);
/** Whether a mail with these words in its subject has come. */
const told = async (to: string, words: string) => (await mailsTo(to)).some(({ subject }) => subject.includes(words));

async function person(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

async function remove(browser: Browser) {
  await browser.open(at('/account/deletion'));
  return browser.submit({ action: '/account/deletion', fields: { confirm: true } });
}

describe('a deleted account', () => {
  it('is out of use at once, everywhere', async () => {
    const browser = await person('ada@example.com');
    const page = await remove(browser);
    expect([page.status, page.screen, page.text.includes('14 days')]).toEqual([200, 'deletion-undo', true]);
    expect((await browser.open(`${world.app.url}/refresh`)).body).toContain('invalid_grant');
    expect((await browser.open(at('/account'))).screen).toBe('login');
    const again = await signInLocally(world, createBrowser(), 'ada@example.com');
    expect(again).toMatchObject({ screen: 'error', status: 403, error: 'account_disabled' });
    expect(await told('ada@example.com', 'will be deleted')).toBe(true);
  });

  it('is not deleted without the tick, nor without a fresh sign-in', async () => {
    const browser = await person('bea@example.com');
    await browser.open(at('/account/deletion'));
    const page = await browser.submit({ action: '/account/deletion' });
    expect([page.status, page.screen, page.alert !== undefined]).toEqual([422, 'account-deletion', true]);
    world.gatehouse.passTime(301);
    expect((await browser.submit({ action: '/account/deletion', fields: { confirm: true } })).screen).toBe(
      'reauthenticate',
    );
    expect(await mailsTo('bea@example.com')).toHaveLength(1);
    expect((await signInLocally(world, createBrowser(), 'bea@example.com')).url).toBe(`${world.app.url}/me`);
  });

  it('comes back by the mailed link, in any browser, once', async () => {
    const browser = await person('cleo@example.com');
    await remove(browser);
    const link = await world.gatehouse.link('cleo@example.com', UNDO);
    for (let visit = 0; visit < 5; visit += 1) await fetch(link, { method: visit % 2 ? 'HEAD' : 'GET' });
    expect((await signInLocally(world, createBrowser(), 'cleo@example.com')).error).toBe('account_disabled');
    world.gatehouse.passTime(14 * DAY - 60);
    const readers = [createBrowser(), createBrowser(), createBrowser()];
    for (const reader of readers) expect((await reader.open(link)).text).toContain('cleo@example.com');
    const pages = await Promise.all(readers.map((reader) => reader.submit()));
    expect(pages.filter(({ title }) => title.includes('Your account stays'))).toHaveLength(1);
    expect((await readers[0]?.open(at('/account')))?.screen).toBe('login');
    expect((await browser.open(at('/account'))).screen).toBe('login');
    expect((await signInLocally(world, createBrowser(), 'cleo@example.com')).url).toBe(`${world.app.url}/me`);
    expect((await createBrowser().open(link)).text).toContain('Already done');
  });

  it('keeps its address while it can come back: sign-up answers as always, and other ways in are refused', async () => {
    await remove(await person('dan@example.com'));
    const stranger = createBrowser();
    await stranger.open(`${world.app.url}/login?prompt=create`);
    const fields = { email: 'dan@example.com', new_password: 'another long password 42' };
    expect((await stranger.submit({ action: '/signup', fields })).screen).toBe('check-email');
    const other = await person('erin@example.com');
    await other.open(at('/account/address'));
    await other.submit({ action: '/account/address', fields: { email: 'dan@example.com' } });
    expect(await told('dan@example.com', 'wanted to use your address')).toBe(true);
    expect(await told('dan@example.com', 'already have an account')).toBe(true);

    const google = createBrowser();
    await continueWith(world, google, 'google', 'ada.example@gmail.com');
    await remove(google);
    const page = await continueWith(world, createBrowser(), 'google', 'ada.example@gmail.com');
    expect(page).toMatchObject({ screen: 'error', error: 'account_disabled' });
  });

  it('drops a change of address that waits', async () => {
    const browser = await person('fay@example.com');
    await browser.open(at('/account/address'));
    await browser.submit({ action: '/account/address', fields: { email: 'fay@new.example' } });
    const link = await world.gatehouse.link('fay@new.example', '/account/address/confirm');
    await remove(browser);
    expect((await createBrowser().open(link)).status).toBe(400);
  });
});
