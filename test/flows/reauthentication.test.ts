import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { continueWith, PASSWORD, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const DISCONNECT = { action: '/disconnect', button: 'Disconnect' };
const page = () => `${world.gatehouse.issuer}/account/identities`;
const identities = () => world.query('select upstream_id, subject, account_id from identities order by 1, 2');
const hasPasswordField = (browser: Browser) => browser.page.body.includes('name="password"');

/** On the page of a sign-in that the account pages ask for, because the last one is six minutes ago. */
async function askedAgain(browser: Browser): Promise<Browser> {
  await browser.open(page());
  world.gatehouse.passTime(360);
  await browser.submit(DISCONNECT);
  return browser;
}

/** Has a password and is connected to Facebook. */
async function withBoth(email: string, persona: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  await browser.open(page());
  await browser.submit({ upstream: 'facebook' });
  await browser.submit({ button: persona });
  return browser;
}

/** Came through Google and has nothing else. */
async function socialOnly(persona: string): Promise<Browser> {
  const browser = createBrowser();
  await continueWith(world, browser, 'google', persona);
  return browser;
}

describe('who must sign in again for their account pages', () => {
  it('is offered nothing but the password where there is one, and goes on with it', async () => {
    const browser = await askedAgain(await withBoth('ada@example.com', 'No e-mail address'));
    expect([browser.page.screen, browser.page.upstreams, hasPasswordField(browser)]).toEqual([
      'reauthenticate',
      [],
      true,
    ]);
    expect(browser.page.body).toContain('value="ada@example.com"');
    const done = await browser.submit({ fields: { password: PASSWORD } });
    expect(done.screen).toBe('account-identities');
    expect((await browser.submit(DISCONNECT)).text).toContain('Facebook is disconnected');
  });

  it('is offered what opens the account, and no password form, where there is none', async () => {
    const browser = await askedAgain(await socialOnly('Ada Example'));
    expect([browser.page.screen, browser.page.upstreams, hasPasswordField(browser)]).toEqual([
      'reauthenticate',
      ['google'],
      false,
    ]);
    await browser.submit({ upstream: 'google' });
    await browser.submit({ button: 'Ada Example' });
    expect((await browser.submit(DISCONNECT)).alert).toContain('only way into your account');
  });

  it('is offered both by an app that only wants somebody fresh', async () => {
    const browser = await withBoth('bea@example.com', 'No e-mail address');
    const shown = await browser.open(`${world.app.url}/login?prompt=login`);
    expect([shown.screen, shown.upstreams, hasPasswordField(browser)]).toEqual(['reauthenticate', ['facebook'], true]);
  });

  it('can say "Not you?" and is then anybody', async () => {
    const browser = await askedAgain(await socialOnly('Ada Example'));
    const anyone = await browser.submit({ action: '/start-again' });
    expect([anyone.screen, anyone.upstreams.toSorted(), hasPasswordField(browser)]).toEqual([
      'login',
      ['facebook', 'google'],
      true,
    ]);
  });
});

describe('who signs in again as somebody else', () => {
  it.each([
    ['has an account', 'Grace Workspace', true],
    ['has none yet', 'Alan Elsewhere', false],
  ])('through an upstream, and %s, is asked before anything happens, to either account', async (_, other, known) => {
    if (known) await socialOnly(other);
    const browser = await socialOnly('Ada Example');
    await askedAgain(browser);
    const before = await identities();
    await browser.submit({ upstream: 'google' });
    const shown = await browser.submit({ button: other });
    expect(shown.screen).toBe('switch-account');
    const kept = await identities();
    for (const row of before) expect(kept).toContainEqual(row);

    const stayed = browser.tab();
    await stayed.open(page());
    expect(stayed.page.text).toContain('ada.example@gmail.com');
    await browser.submit({ action: '/switch-account' });
    if (browser.page.screen !== 'account-identities') await browser.submit({ button: 'Continue' });
    expect(browser.page.screen).toBe('account-identities');
    expect(browser.page.text).not.toContain('ada.example@gmail.com');
    expect(await identities()).toEqual(kept);
  });
});

describe('nobody gets around it', () => {
  it('by posting a password that the account does not have', async () => {
    const browser = await askedAgain(await socialOnly('Ada Example'));
    const fields = { email: 'ada.example@gmail.com', password: PASSWORD };
    const answer = await rawPost(browser, browser.page.url, fields);
    expect(answer.status).toBe(401);
    await browser.open(page());
    expect((await browser.submit(DISCONNECT)).screen).toBe('reauthenticate');
  });

  it('by posting the password of somebody else', async () => {
    await signUpLocally(world, createBrowser(), 'eve@example.com');
    const browser = await askedAgain(await socialOnly('Ada Example'));
    const answer = await rawPost(browser, browser.page.url, { email: 'eve@example.com', password: PASSWORD });
    expect(answer.status).toBe(401);
  });

  it('by going to an upstream that the page does not offer', async () => {
    const browser = await askedAgain(await withBoth('dora@example.com', 'Ada Example'));
    const before = await identities();
    const begun = await rawPost(browser, `${browser.page.url}/upstream/facebook`);
    await browser.open(begun.headers.get('location') ?? '');
    const back = await browser.submit({ button: 'Ada Example' });
    // Signed in, and fresh, but by somebody else's word only.
    expect(back.screen).toBe('account-identities');
    const asked = await browser.submit(DISCONNECT);
    expect([asked.screen, asked.upstreams, hasPasswordField(browser)]).toEqual(['reauthenticate', [], true]);
    expect(await identities()).toEqual(before);
  });
});
