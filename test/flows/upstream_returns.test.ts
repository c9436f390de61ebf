import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { continueWith, PASSWORD, signOut, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const google = { id: 'google', preset: 'google' };
const facebook = { id: 'facebook', preset: 'facebook' };
const work = { id: 'work', preset: 'google', label: 'Work', allowed_domains: ['workspace.example'] };
// Nobody listens there.
const partner = {
  id: 'partner',
  preset: 'oidc',
  label: 'Partner',
  issuer: 'http://127.0.0.1:1',
  client_id: 'gatehouse',
  client_secret: 'a secret of the partner',
};
let world: World;

beforeAll(async () => {
  world = await startWorld({ settings: { upstreams: [google, facebook, work, partner] } });
});
afterAll(() => world.stop());

const accounts = () => world.query('select id, disabled_at from accounts order by 1');

/** The visit is alive: whoever came to nothing goes on with Google. */
async function goesOn(browser: Browser): Promise<void> {
  expect(browser.page.screen).toBe('login');
  await browser.submit({ upstream: 'google' });
  expect((await browser.submit({ button: 'Ada Example' })).url).toBe(`${world.app.url}/me`);
}

describe('who comes back from an upstream', () => {
  it('and may not come in through it reads so, with the reference, and goes on another way', async () => {
    const browser = createBrowser();
    const before = await accounts();
    const page = await continueWith(world, browser, 'work', 'Ada Example');
    expect(page).toMatchObject({ screen: 'login', status: 403 });
    expect(page.alert).toContain('This Work account may not sign in here');
    expect(page.reference).toBeDefined();
    expect(await accounts()).toEqual(before);
    await goesOn(browser);
  });

  it('finds a living page behind the one that says that the account is disabled', async () => {
    const browser = createBrowser();
    await continueWith(world, browser, 'google', 'Alan Elsewhere');
    await signOut(world, browser);
    await world.query(
      `update accounts set disabled_at = created_at where id in
       (select account_id from addresses where canonical = 'alan@elsewhere.example')`,
    );
    const page = await continueWith(world, browser, 'google', 'Alan Elsewhere');
    expect(page).toMatchObject({ screen: 'error', error: 'account_disabled' });
    await browser.follow('Sign in another way');
    await goesOn(browser);
  });
});

describe('an upstream that does not answer', () => {
  it('is marked in words, can be tried, and leaves every other way open', async () => {
    const browser = createBrowser();
    const page = await browser.open(`${world.app.url}/login`);
    expect(page.text).toMatch(/Continue with Partner\s+Not answering now/);
    const tried = await browser.submit({ upstream: 'partner' });
    expect(tried).toMatchObject({ screen: 'login', status: 503, error: 'upstream_unavailable' });
    expect(tried.alert).toContain('Partner isn’t answering');
    await goesOn(browser);
  });
});

describe('the page that connects a login to an account', () => {
  /** Came through Google with the address of an account that has a password and Facebook. */
  async function onLinkPage(email: string): Promise<Browser> {
    const owner = createBrowser();
    await signUpLocally(world, owner, email);
    await owner.open(`${world.gatehouse.issuer}/account/identities`);
    await owner.submit({ upstream: 'facebook' });
    await owner.submit({ button: 'No e-mail address' });
    const browser = createBrowser();
    await continueWith(world, browser, 'google', email);
    return browser;
  }

  it('says whose login is connected, stays when another proof is cancelled, and begins anew with another account', async () => {
    const browser = await onLinkPage('fritz@example.com');
    expect([browser.page.screen, browser.page.upstreams]).toEqual(['link-account', ['facebook']]);
    expect(browser.page.text).toMatch(/Sam Same\s*fritz@example\.com\s*Google, to be connected/);
    expect(browser.page.text).toContain('f•••@example.com');

    await browser.submit({ upstream: 'facebook' });
    const cancelled = await browser.submit({ button: /cancel/i });
    expect(cancelled).toMatchObject({ screen: 'link-account', error: 'upstream_cancelled' });

    await browser.submit({ button: 'Use another Google account' });
    expect(new URL(browser.page.url).searchParams.get('prompt')).toBe('select_account');
    const other = await browser.submit({ button: 'Ada Example' });
    expect(other.url).toBe(`${world.app.url}/me`);
    await signOut(world, browser);
    await continueWith(world, browser, 'google', 'fritz@example.com');
    const done = await browser.submit({ fields: { password: PASSWORD } });
    expect(done.url).toBe(`${world.app.url}/me`);
  });
});

describe('an upstream that was switched off while somebody was there (B10)', () => {
  let other: World;
  beforeAll(async () => {
    other = await startWorld();
  });
  afterAll(() => other.stop());

  it('asks them to choose another way, in the same visit', async () => {
    const browser = createBrowser();
    await browser.open(`${other.app.url}/login`);
    await browser.submit({ upstream: 'facebook' });
    const state = new URL(browser.page.url).searchParams.get('state') ?? '';
    await other.restart('SIGTERM', { upstreams: [google, { ...facebook, enabled: false }] });
    const page = await browser.open(`${other.gatehouse.issuer}/upstream/facebook/callback?state=${state}&code=x`);
    expect([page.screen, page.status, page.upstreams]).toEqual(['login', 404, ['google']]);
    expect(page.alert).toContain('not offered here');
    const events = await other.query("select reason from events where type = 'upstreams.answer_refused'");
    expect(events).toEqual([{ reason: 'upstream_gone' }]);
    await browser.submit({ upstream: 'google' });
    expect((await browser.submit({ button: 'Ada Example' })).url).toBe(`${other.app.url}/me`);
  });
});
