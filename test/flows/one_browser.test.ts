import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
  await signUpLocally(world, createBrowser(), 'nora@example.com');
  await signUpLocally(world, createBrowser(), 'olga@example.com');
});
afterAll(() => world.stop());

const whoIs = (page: { json<T>(): T }) => page.json<{ userinfo: { email: string } }>().userinfo.email;

describe('one browser, several accounts', () => {
  it('offers the account of the session, and goes on with it at one click', async () => {
    const browser = createBrowser();
    await signInLocally(world, browser, 'nora@example.com');
    const page = await browser.open(`${world.app.url}/login?prompt=select_account`);
    expect(page.screen).toBe('choose-account');
    expect(page.text).toContain('nora@example.com');
    expect(whoIs(await browser.submit({ action: '/choose/' }))).toBe('nora@example.com');
  });

  it('says that switching signs the other account out before it does so', async () => {
    const browser = createBrowser();
    await signInLocally(world, browser, 'nora@example.com');
    await browser.open(`${world.app.url}/login?prompt=select_account`);
    const login = await browser.submit({ action: '/start-again' });
    expect(login.screen).toBe('login');
    const page = await browser.submit({ fields: { email: 'olga@example.com', password: PASSWORD } });
    expect(page.screen).toBe('switch-account');
    expect(page.text).toContain('nora@example.com');
    await browser.submit({ action: '/switch-account' });
    // The old session ends on a page that goes on by itself; without JavaScript it has a button.
    const done = browser.page.forms.length > 0 ? await browser.submit({ button: 'Continue' }) : browser.page;
    expect(whoIs(done)).toBe('olga@example.com');
  });

  it('signs nobody in by opening a switch that was left, and takes no proof of five minutes ago', async () => {
    const browser = createBrowser();
    await signInLocally(world, browser, 'nora@example.com');
    await browser.open(`${world.app.url}/login?prompt=login`);
    await browser.submit({ action: '/start-again' });
    const page = await browser.submit({ fields: { email: 'olga@example.com', password: PASSWORD } });
    expect(page.screen).toBe('switch-account');
    const other = browser.tab();
    world.gatehouse.passTime(301);
    expect((await other.open(page.url)).screen).toBe('login');
    const late = await browser.submit({ action: '/switch-account' });
    expect(late.screen).toBe('login');
    expect(whoIs(await browser.open(`${world.app.url}/login`))).toBe('nora@example.com');
  });

  it('is told of a sign-in on another browser by mail, with the time, and not again', async () => {
    const toOlga = async () =>
      (await world.gatehouse.mails()).filter(
        ({ to, subject }) => to === 'olga@example.com' && /New sign-in/.test(subject),
      );
    const before = (await toOlga()).length;
    const browser = createBrowser();
    await signInLocally(world, browser, 'olga@example.com');
    await browser.open(`${world.app.url}/login?prompt=login`);
    await browser.submit({ fields: { password: PASSWORD } });
    while ((await toOlga()).length === before) await new Promise((resolve) => setTimeout(resolve, 50));
    const [mail, ...older] = await toOlga();
    expect(older).toHaveLength(before);
    expect(mail?.text).toMatch(/When: \d+ \w+ \d{4} at .+ \(UTC\)|When: \w+ \d+, \d{4} at .+ \(UTC\)/);
    expect(mail?.text).toContain(`${world.gatehouse.issuer}/account/activity`);
  });

  it('goes on when a right code is sent twice at once', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?prompt=create`);
    await browser.submit({ action: '/signup', fields: { email: 'zoe@example.com', new_password: PASSWORD } });
    const code = await world.gatehouse.code('zoe@example.com');
    const other = browser.tab();
    await other.open(browser.page.url);
    const pages = await Promise.all([browser.submit({ fields: { code } }), other.submit({ fields: { code } })]);
    expect(pages.some((page) => page.url === `${world.app.url}/me`)).toBe(true);
    expect((await browser.open(`${world.app.url}/login`)).url).toBe(`${world.app.url}/me`);
  });

  it('asks the same person again with prompt=login, with the address fixed, and notes a fresh auth_time', async () => {
    const browser = createBrowser();
    const first = await signInLocally(world, browser, 'nora@example.com');
    world.gatehouse.passTime(5);
    const page = await browser.open(`${world.app.url}/login?prompt=login`);
    expect(page.screen).toBe('reauthenticate');
    expect(page.body).toContain('nora@example.com');
    const again = await browser.submit({ fields: { password: PASSWORD } });
    const time = (shown: typeof first) => shown.json<{ idToken: { auth_time: number } }>().idToken.auth_time;
    expect(time(again)).toBeGreaterThanOrEqual(time(first) + 5);
  });

  it('goes on silently in a second tab once the first one signed in', async () => {
    const first = createBrowser();
    const second = first.tab();
    await second.open(`${world.app.url}/login`);
    await signInLocally(world, first, 'nora@example.com');
    const page = await second.open(second.page.url);
    expect(whoIs(page)).toBe('nora@example.com');
  });

  it('answers Back after success with a way on, not with a working form', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const login = browser.page.url;
    await browser.submit({ fields: { email: 'nora@example.com', password: PASSWORD } });
    const page = await browser.open(login);
    expect(page).toMatchObject({ screen: 'error', error: 'interaction_expired' });
    expect((await browser.follow('Test app')).url).toBe(`${world.app.url}/`);
  });

  it('remembers an account only where the person asked for it, and offers it after sign-out', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ fields: { email: 'nora@example.com', password: PASSWORD, remember: '1' } });
    await browser.open(`${world.app.url}/logout`);
    await browser.submit({ button: 'Sign out' });
    const page = await browser.open(`${world.app.url}/login?prompt=select_account`);
    expect(page).toMatchObject({ screen: 'choose-account' });
    const login = await browser.submit({ action: '/choose/' });
    expect(login.screen).toBe('login');
    expect(login.body).toContain('nora@example.com');
  });
});
