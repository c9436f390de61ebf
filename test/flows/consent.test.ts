import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  const settings = { protocol: { registration: { initial_access_tokens: 'optional' } } };
  world = await startWorld({ client: { first_party: false }, settings });
});
afterAll(() => world.stop());

async function atConsent(email: string) {
  const browser = createBrowser();
  const page = await signUpLocally(world, browser, email);
  expect(page.screen).toBe('consent');
  return browser;
}

describe('an app that others made', () => {
  it('asks once, and is remembered', async () => {
    const browser = await atConsent('tina@example.com');
    expect(browser.page.text).toContain('tina@example.com');
    expect((await browser.submit({ decision: 'allow' })).url).toBe(`${world.app.url}/me`);
    expect((await browser.open(`${world.app.url}/login`)).url).toBe(`${world.app.url}/me`);
  });

  it('hears access_denied when the person cancels, and is asked for again next time', async () => {
    const browser = await atConsent('uma@example.com');
    expect((await browser.submit({ decision: 'deny' })).body).toContain('access_denied');
    expect((await browser.open(`${world.app.url}/login`)).screen).toBe('consent');
  });

  it('asks for single claims in the words of their scope, once, and lists them in the account (OIDC Core 5.5)', async () => {
    const browser = await atConsent('zoe@example.com');
    await browser.submit({ decision: 'allow' });
    const claims = JSON.stringify({ userinfo: { phone_number: null } });
    const login = `${world.app.url}/login?${new URLSearchParams({ claims }).toString()}`;
    const page = await browser.open(login);
    expect(page.screen).toBe('consent');
    expect(page.text).toContain('See your phone number');
    expect((await browser.submit({ decision: 'allow' })).url).toBe(`${world.app.url}/me`);
    expect((await browser.open(login)).url).toBe(`${world.app.url}/me`);
    expect((await browser.open(`${world.gatehouse.issuer}/account/apps`)).text).toContain('See your phone number');
  });

  it('leads to the chooser when the person wants another account', async () => {
    const browser = await atConsent('vera@example.com');
    expect((await browser.follow('Switch account')).screen).toBe('choose-account');
  });

  it('keeps no grant when Cancel wins against Allow', async () => {
    for (let round = 0; round < 6; round += 1) {
      const browser = await atConsent(`walter${round}@example.com`);
      const other = browser.tab();
      await other.open(browser.page.url);
      const ends = await Promise.all([browser.submit({ decision: 'deny' }), other.submit({ decision: 'allow' })]);
      const denied = ends.some((page) => page.body.includes('access_denied'));
      const next = await browser.open(`${world.app.url}/login`);
      expect(next.screen === 'consent').toBe(denied);
    }
  });

  it('cannot skip the page by the sign-in pages of the same visit', async () => {
    const browser = await atConsent('xena@example.com');
    const page = await browser.open(`${browser.page.url}/check-email`);
    expect(page).toMatchObject({ status: 404, error: 'not_found' });
    await browser.open(`${world.app.url}/login?prompt=login`);
    await browser.submit({ fields: { password: PASSWORD } });
    expect(browser.page.screen).toBe('consent');
  });
});

describe('an app that registered itself', () => {
  it('says so before anybody allows it, and among the apps of an account', async () => {
    const redirect = `${world.app.url}/callback`;
    const answer = await fetch(`${world.gatehouse.issuer}/oidc/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'Robot', redirect_uris: [redirect], token_endpoint_auth_method: 'none' }),
    });
    const { client_id: id } = (await answer.json()) as { client_id: string };
    const browser = createBrowser();
    await signUpLocally(world, browser, 'yara@example.com');
    const query = new URLSearchParams({
      client_id: id,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'openid email',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    const page = await browser.open(`${world.gatehouse.issuer}/oidc/authorize?${query.toString()}`);
    expect(page.screen).toBe('consent');
    expect(page.text).toContain('Robot');
    expect(page.text).toContain('It registered itself: nobody at Acme has checked who made it.');
    expect((await browser.submit({ decision: 'allow' })).url).toContain(redirect);
    const apps = await browser.open(`${world.gatehouse.issuer}/account/apps`);
    expect(apps.text).toMatch(/Robot.*It registered itself/s);
  });
});
