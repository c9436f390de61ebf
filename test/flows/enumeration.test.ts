import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskAddress } from '../../src/kit/addresses.ts';
import { createBrowser, type Page } from '../support/http_browser.ts';
import { continueWith, PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
  await signUpLocally(world, createBrowser(), 'rosa@example.com');
});
afterAll(() => world.stop());

/** What a stranger can compare: everything but what differs between any two requests. */
function seen(page: Page, address: string) {
  const body = page.body
    .replaceAll(address, 'ADDRESS')
    .replaceAll(/(name="_csrf" value|href|action|formaction|data-options)="[^"]*"/g, '$1')
    .replaceAll(/\d+ seconds|1 minute|data-count="\d+"/g, 'n seconds')
    .replaceAll(maskAddress(address), 'MASKED');
  return { status: page.status, screen: page.screen, title: page.title, headers: Object.keys(page.headers), body };
}

async function signUp(address: string, password = PASSWORD): Promise<Page> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login?prompt=create`);
  return browser.submit({ action: '/signup', fields: { email: address, new_password: password } });
}

/** Asks for a link, and once more after a minute. */
async function recover(address: string): Promise<Page[]> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login`);
  await browser.follow('Forgot password?');
  const sent = await browser.submit({ fields: { email: address } });
  return [sent, await browser.submit({ button: 'Send a new link' })];
}

describe('whether an address has an account', () => {
  it('G3: does not show on sign-up; only its owner gets a mail that says so', async () => {
    const taken = await signUp('rosa@example.com', 'another long password 43');
    const free = await signUp('rara@example.com', 'another long password 43');
    expect(taken.screen).toBe('check-email');
    expect(seen(taken, 'rosa@example.com')).toEqual(seen(free, 'rara@example.com'));
    await world.gatehouse.code('rara@example.com');
    const mails = await world.gatehouse.mails();
    expect(mails.find(({ to }) => to === 'rosa@example.com')?.subject).toContain('already have an account');
  });

  it('G1: does not show on sign-in: unknown, wrong password and empty password answer alike', async () => {
    const unknown = await signInLocally(world, createBrowser(), 'nobody@example.com');
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const wrong = await browser.submit({ fields: { email: 'rosa@example.com', password: 'a wrong long password' } });
    expect(unknown.status).toBe(401);
    expect(seen(unknown, 'nobody@example.com')).toEqual(seen(wrong, 'rosa@example.com'));
  });

  it('G3: does not show when the password of a sign-up is tried at once, free address or taken', async () => {
    await signUp('suse@example.com', PASSWORD);
    await signUp('rosa@example.com', 'yet another password 44');
    const free = await signInLocally(world, createBrowser(), 'suse@example.com');
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const taken = await browser.submit({ fields: { email: 'rosa@example.com', password: 'yet another password 44' } });
    expect(free.status).toBe(401);
    expect(seen(free, 'suse@example.com')).toEqual(seen(taken, 'rosa@example.com'));
  });

  it('does not show on recovery, for anybody: known, social-only, disabled or unverified', async () => {
    await continueWith(world, createBrowser(), 'google', 'gmail.com');
    for (const email of ['dora@example.com', 'vera@example.com']) await signUpLocally(world, createBrowser(), email);
    const idOf = (email: string) => `(select account_id from addresses where canonical = '${email}')`;
    await world.query(`update accounts set disabled_at = created_at where id = ${idOf('dora@example.com')}`);
    await world.query(`update accounts set origin = 'admin' where id = ${idOf('vera@example.com')}`);
    await world.query(`update addresses set verified_at = null where canonical = 'vera@example.com'`);
    // The mails of sign-ups above count, too.
    world.gatehouse.passTime(601);
    const pagesFor = async (email: string) => (await recover(email)).map((page) => seen(page, email));

    const unknown = await pagesFor('nobody@example.com');
    expect(unknown.map(({ status, screen }) => [status, screen])).toEqual([
      [200, 'recover'],
      [429, 'recover'],
    ]);
    for (const email of ['rosa@example.com', 'ada.example@gmail.com', 'dora@example.com', 'vera@example.com']) {
      expect(await pagesFor(email)).toEqual(unknown);
    }
  });
});
