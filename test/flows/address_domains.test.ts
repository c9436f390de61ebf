import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { answerOf, askFor, deviceApp } from '../support/limited_apps.ts';
import { confirmAddress, PASSWORD, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const google = { id: 'google', preset: 'google' };
const workspace = { ...google, domains: ['Workspace.Example.', 'bücher.example'] };
const facebook = { id: 'facebook', preset: 'facebook' };
let world: World;

beforeAll(async () => {
  world = await startWorld({
    clients: [deviceApp('plain', ['local', 'facebook'])],
    settings: { upstreams: [workspace, facebook] },
  });
  // As from before the domain was given away: it has a password.
  await signUpLocally(world, createBrowser(), 'known@example.com');
  const moved = "'known@workspace.example'";
  await world.query(
    `update addresses set canonical = ${moved}, stored = ${moved} where canonical = 'known@example.com'`,
  );
  await world.query('delete from events');
});
afterAll(() => world.stop());

const open = (browser: Browser, query = '') => browser.open(`${world.app.url}/login${query}`);
const hintOf = (browser: Browser) => {
  const url = new URL(browser.page.url);
  return url.origin === world.gatehouse.issuer ? undefined : url.searchParams.get('login_hint');
};
const tried = () => world.query("select 1 from events where type like 'sign_in.password%'");

describe('an address of a domain that belongs to an upstream', () => {
  it.each(['known@workspace.example', 'nobody@workspace.example', 'Nobody@WORKSPACE.example', 'leser@BÜCHER.example'])(
    'leads there from the login page, with a password and without, known or not: %s',
    async (email) => {
      for (const password of [PASSWORD, '']) {
        const browser = createBrowser();
        await open(browser);
        await browser.submit({ fields: { email, password } });
        expect(hintOf(browser)?.toLowerCase()).toBe(email.toLowerCase().replace('bücher', 'xn--bcher-kva'));
      }
      expect(await tried()).toEqual([]);
    },
  );

  it.each([
    ['sign-up', '?prompt=create', '/signup', { new_password: PASSWORD }],
    ['recovery', '', '/recover', {}],
  ])('leads there from %s too, and no mail goes out', async (_, query, action, fields) => {
    const browser = createBrowser();
    await open(browser, query);
    if (action === '/recover') await browser.follow('Forgot password?');
    const mails = (await world.gatehouse.mails()).length;
    await browser.submit({ action, fields: { email: 'known@workspace.example', ...fields } });
    expect(hintOf(browser)).toBe('known@workspace.example');
    expect((await world.gatehouse.mails()).length).toBe(mails);
  });

  it('leads there when it takes the place of another one', async () => {
    const browser = createBrowser();
    await open(browser, '?prompt=create');
    await browser.submit({ action: '/signup', fields: { email: 'first@example.com', new_password: PASSWORD } });
    await browser.submit({ action: '/check-email/address', fields: { email: 'nobody@workspace.example' } });
    expect(hintOf(browser)).toBe('nobody@workspace.example');
  });

  it('leads there when another upstream brought none, and signs in whoever it is about', async () => {
    const browser = createBrowser();
    await open(browser);
    await browser.submit({ upstream: 'facebook' });
    await browser.submit({ button: 'No e-mail address' });
    await browser.submit({ action: '/complete-profile', fields: { email: 'grace@workspace.example' } });
    expect(hintOf(browser)).toBe('grace@workspace.example');
    const page = await browser.submit({ button: 'Grace Workspace' });
    expect(page.json<{ userinfo: { email: string } }>().userinfo.email).toBe('grace@workspace.example');
  });

  it('is proven by a code, and by no password, when its upstream does not quite vouch for it', async () => {
    const browser = createBrowser();
    await open(browser);
    await browser.submit({ upstream: 'google' });
    await browser.submit({ button: 'Alan Elsewhere', fields: { other_email: 'known@workspace.example' } });
    expect([browser.page.screen, browser.page.body.includes('name="password"')]).toEqual(['link-account', false]);
    const byHand = await rawPost(browser, browser.page.url, { password: PASSWORD });
    expect([byHand.status, await tried()]).toEqual([404, []]);
    await browser.submit({ action: '/link-account/code' });
    expect((await typeCode(world, browser, 'known@workspace.example')).url).toBe(`${world.app.url}/me`);
  });

  it('opens nothing at an app that does not take the upstream, and says where to go', async () => {
    const browser = createBrowser();
    await askFor(browser, world.gatehouse.issuer, 'plain');
    for (const email of ['known@workspace.example', 'nobody@workspace.example']) {
      const page = await browser.submit({ fields: { email, password: PASSWORD } });
      expect([page.status, page.screen]).toEqual([422, 'login']);
      expect(page.alert).toContain('People with this address sign in with Google, which The plain app does not take');
    }
  });

  it('is asked for no password when it must sign in again', async () => {
    const browser = createBrowser();
    await open(browser);
    await browser.submit({ upstream: 'google' });
    await browser.submit({ button: 'Grace Workspace' });
    const page = await open(browser, '?prompt=login');
    expect([page.screen, page.upstreams, page.body.includes('name="password"')]).toEqual([
      'reauthenticate',
      ['google'],
      false,
    ]);
    await browser.submit({ upstream: 'google' });
    expect(new URL(browser.page.url).searchParams.get('prompt')).toBe('select_account');
  });
});

describe('an upstream that speaks for its domains', () => {
  it('is not believed about an address of another one: its person proves it', async () => {
    const browser = createBrowser();
    await open(browser);
    await browser.submit({ upstream: 'google' });
    const page = await browser.submit({ button: 'Ada Example' });
    expect(page.screen).toBe('complete-profile');
    expect(page.body).toContain('value="ada.example@gmail.com"');
    expect((await confirmAddress(browser)).screen).toBe('check-email');
    expect((await typeCode(world, browser, 'ada.example@gmail.com')).url).toBe(`${world.app.url}/me`);
    const trust = await world.query("select trust from identities where facts->>'email' = 'ada.example@gmail.com'");
    expect(trust).toEqual([{ trust: 'unverified' }]);
  });

  it('leaves its people their password where the config says so, and the trip where they type none', async () => {
    await world.restart('SIGTERM', { upstreams: [{ ...workspace, local_passwords: true }, facebook] });
    const browser = createBrowser();
    await open(browser);
    await browser.submit({ fields: { email: 'known@workspace.example', password: '' } });
    expect(hintOf(browser)).toBe('known@workspace.example');
    await open(browser);
    const page = await browser.submit({ fields: { email: 'known@workspace.example', password: PASSWORD } });
    expect(page.url).toBe(`${world.app.url}/me`);
    expect(answerOf(await askFor(browser, world.gatehouse.issuer, 'plain'))['code']).toBeDefined();
  });
});
