import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { callbackFor } from '../support/http_browser/callback.ts';
import { startPartnerWorld, type PartnerWorld } from '../support/partner_world.ts';
import { continueWith, PASSWORD, signUpLocally } from '../support/people.ts';

// What somebody tries who has an identity with another person's address, and an open page that asks for a proof.
const NEW = 'another long password 43';

let world: PartnerWorld;

beforeAll(async () => {
  world = await startPartnerWorld();
});
afterAll(() => world.stop());

const at = (path: string) => `${world.gatehouse.issuer}${path}`;
const identitiesOf = (email: string) =>
  world.query(`select i.upstream_id, i.subject from identities i join addresses using (account_id)
    where canonical = '${email}' order by upstream_id`);
const noticesTo = async (email: string) =>
  (await world.gatehouse.mails()).filter(({ to, text }) => to === email && text.includes('/identities/undo')).length;
const isSignedIn = async (browser: Browser) => (await browser.tab().open(at('/account'))).screen === 'account';

/** Somebody with an account of their own, signed in. */
async function person(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

/** A browser on the page that asks to prove the account with this address, before an identity is joined to it. */
async function atLinkPage(email: string, subject = `twin of ${email}`, browser = createBrowser()): Promise<Browser> {
  const page = await world.continueAs(browser, 'authoritative', { subject, email, trust: 'verified' });
  expect(page.screen).toBe('link-account');
  return browser;
}

async function reset(email: string): Promise<void> {
  const owner = createBrowser();
  await owner.open(`${world.app.url}/login`);
  await owner.follow('/recover');
  await owner.submit({ action: '/recover', fields: { email } });
  await owner.open(await world.gatehouse.link(email, '/reset-password'));
  await owner.submit({ fields: { new_password: NEW } });
}

/** The account's own page of identities, from where Facebook is connected. */
async function connectFacebook(owner: Browser): Promise<void> {
  await owner.open(at('/account/identities'));
  await owner.submit({ upstream: 'facebook' });
  await owner.submit({ button: 'No e-mail address' });
  expect(owner.page.text).toContain('Facebook is connected');
}
const disconnectFacebook = async (owner: Browser) => {
  await owner.open(at('/account/identities'));
  await owner.submit({ action: '/disconnect', button: 'Disconnect' });
};

const BY_PASSWORD = { action: '/link-account', fields: { password: PASSWORD } };

describe('the page that asks for a proof', () => {
  it('joins once from two tabs of one browser, with one mail', async () => {
    await person('ada@example.com');
    const first = await atLinkPage('ada@example.com');
    const second = await atLinkPage('ada@example.com', undefined, first.tab());
    const pages = await Promise.all([first.submit(BY_PASSWORD), second.submit(BY_PASSWORD)]);
    for (const page of pages) expect([page.url, page.status]).toEqual([`${world.app.url}/me`, 200]);
    expect(await identitiesOf('ada@example.com')).toHaveLength(1);
    expect(await noticesTo('ada@example.com')).toBe(1);
  });

  it('joins for two browsers, each after its own proof, one identity and no second one of that upstream', async () => {
    await person('bea@example.com');
    const [one, two] = [await atLinkPage('bea@example.com', 'bea 1'), await atLinkPage('bea@example.com', 'bea 2')];
    await one.submit(BY_PASSWORD);
    const late = await two.submit(BY_PASSWORD);
    expect([late.screen, late.status]).toEqual(['login', 403]);
    expect(await isSignedIn(two)).toBe(false);
    expect(await identitiesOf('bea@example.com')).toEqual([{ upstream_id: 'authoritative', subject: 'bea 1' }]);
  });

  it('is of no use to another browser (A12, C1)', async () => {
    await person('cleo@example.com');
    const browser = await atLinkPage('cleo@example.com');
    const other = createBrowser();
    await other.open(`${world.app.url}/login`);
    expect((await other.open(browser.page.url)).error).toBe('interaction_foreign');
    expect(await identitiesOf('cleo@example.com')).toEqual([]);
  });

  it('does nothing when its form is sent again', async () => {
    await person('dan@example.com');
    const browser = await atLinkPage('dan@example.com');
    const again = browser.tab();
    await again.open(browser.page.url);
    await browser.submit(BY_PASSWORD);
    expect((await again.submit(BY_PASSWORD)).status).toBeLessThan(500);
    expect(await identitiesOf('dan@example.com')).toHaveLength(1);
    expect(await noticesTo('dan@example.com')).toBe(1);
  });

  it('is dead once the owner has chosen a new password, for the old one and for the new', async () => {
    for (const password of [PASSWORD, NEW]) {
      const email = `eve-${password.length}@example.com`;
      await person(email);
      const browser = await atLinkPage(email);
      await reset(email);
      const page = await browser.submit({ ...BY_PASSWORD, fields: { password } });
      expect(await identitiesOf(email)).toEqual([]);
      expect(await isSignedIn(browser)).toBe(false);
      expect(page.status).toBeLessThan(500);
    }
  });

  it('joins nothing by a code that was mailed before the owner chose a new password', async () => {
    await person('fay@example.com');
    const browser = await atLinkPage('fay@example.com');
    await browser.submit({ action: '/link-account/code' });
    const code = await world.gatehouse.code('fay@example.com');
    await reset('fay@example.com');
    await browser.submit({ fields: { code } });
    expect(await identitiesOf('fay@example.com')).toEqual([]);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('joins nothing by a password that its owner changes at this moment', async () => {
    const owner = await person('gil@example.com');
    const thieves: Browser[] = [];
    for (let index = 0; index < 4; index += 1) thieves.push(await atLinkPage('gil@example.com', `gil ${index}`));
    await owner.open(at('/account/password'));
    const change = { action: '/account/password', fields: { password: PASSWORD, new_password: NEW } };
    const [changed] = await Promise.all([owner.submit(change), ...thieves.map((thief) => thief.submit(BY_PASSWORD))]);
    expect(changed.text).toContain('Your password was changed');
    // One may have been faster than the change: its owner has the mail that undoes the join. All others are out.
    const joined = (await identitiesOf('gil@example.com')).length;
    expect(await noticesTo('gil@example.com')).toBe(joined);
    const inside = (await Promise.all(thieves.map(isSignedIn))).filter(Boolean).length;
    expect(inside).toBeLessThanOrEqual(joined);
  });
});

describe('a proof by another upstream', () => {
  it('is worth nothing with an identity of another account, or of none', async () => {
    await connectFacebook(await person('hal@example.com'));
    await continueWith(world, createBrowser(), 'facebook', 'Ada Example');
    const browser = await atLinkPage('hal@example.com');
    await browser.submit({ upstream: 'facebook' });
    const page = await browser.submit({ button: 'Ada Example' });
    expect([page.screen, page.status]).toEqual(['login', 403]);
    expect(await identitiesOf('hal@example.com')).toMatchObject([{ upstream_id: 'facebook' }]);
    expect(await isSignedIn(browser)).toBe(false);
    await world.query(`delete from identities where upstream_id = 'facebook'`);
  });

  it('joins what it was begun for, once', async () => {
    const owner = await person('ian@example.com');
    await connectFacebook(owner);
    const browser = await atLinkPage('ian@example.com');
    await browser.submit({ upstream: 'facebook' });
    const callback = await callbackFor(browser.page, 'No e-mail address');
    expect((await browser.open(callback)).url).toBe(`${world.app.url}/me`);
    expect((await browser.open(callback)).status).toBeLessThan(500);
    expect(await identitiesOf('ian@example.com')).toHaveLength(2);
    expect(await noticesTo('ian@example.com')).toBe(2);
    await world.query(`delete from identities where upstream_id = 'facebook'`);
  });

  it('joins nothing else that waits in the visit when it comes back', async () => {
    const owner = await person('jan@example.com');
    await connectFacebook(owner);
    const browser = await atLinkPage('jan@example.com', 'jan 1');
    const tab = browser.tab();
    await tab.open(browser.page.url);
    await browser.submit({ upstream: 'facebook' });
    const callback = await callbackFor(browser.page, 'No e-mail address');
    await tab.submit({ action: '/start-again', button: /another way/i });
    const second = { subject: 'jan 2', email: 'jan@example.com', trust: 'verified' } as const;
    await tab.open(await world.travel(tab, 'authoritative', second));
    expect(tab.page.screen).toBe('link-account');
    const page = await browser.open(callback);
    expect([page.screen, page.status]).toEqual(['login', 403]);
    expect(await identitiesOf('jan@example.com')).toMatchObject([{ upstream_id: 'facebook' }]);
    await world.query(`delete from identities where upstream_id = 'facebook'`);
  });

  it('is dead once the identity that proves is disconnected, or another one is (A12)', async () => {
    const owner = await person('kim@example.com');
    await connectFacebook(owner);
    const browser = await atLinkPage('kim@example.com');
    await browser.submit({ upstream: 'facebook' });
    const callback = await callbackFor(browser.page, 'No e-mail address');
    await disconnectFacebook(owner);
    await connectFacebook(owner);
    const page = await browser.open(callback);
    expect([page.screen, page.status]).toEqual(['login', 403]);
    expect(await identitiesOf('kim@example.com')).toMatchObject([{ upstream_id: 'facebook' }]);
    await world.query(`delete from identities where upstream_id = 'facebook'`);
  });
});

describe('the undo of an identity that joined by itself', () => {
  it('signs out whoever came in with it, takes it away once, and kills what waits beside it', async () => {
    await person('lea@example.com');
    const thief = createBrowser();
    const joined = await world.continueAs(thief, 'authoritative', {
      subject: 'thief',
      email: 'lea@example.com',
      trust: 'authoritative',
    });
    expect(joined.url).toBe(`${world.app.url}/me`);
    expect(await isSignedIn(thief)).toBe(true);
    const waits = createBrowser();
    await world.continueAs(waits, 'never', { subject: 'waits', email: 'lea@example.com', trust: 'verified' });
    expect(waits.page.screen).toBe('link-account');
    const undo = await world.gatehouse.link('lea@example.com', '/account/identities/undo');
    const owner = createBrowser();
    await owner.open(undo);
    expect((await owner.submit()).screen).toBe('reset-password');
    expect(await isSignedIn(thief)).toBe(false);
    await waits.submit(BY_PASSWORD);
    expect(await isSignedIn(waits)).toBe(false);
    expect(await identitiesOf('lea@example.com')).toEqual([]);
    const again = await createBrowser().open(undo);
    expect(again.forms.filter((form) => form.inMain)).toEqual([]);
  });
});
