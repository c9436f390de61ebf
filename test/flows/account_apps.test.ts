import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { signInLocally, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let path: string;

beforeAll(async () => {
  world = await startWorld({ client: { first_party: false } });
  path = `${world.gatehouse.issuer}/account/apps`;
});
afterAll(() => world.stop());

async function withApp(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  await browser.submit({ decision: 'allow' });
  return browser;
}

const refreshes = async (browser: Browser) => (await browser.open(`${world.app.url}/refresh`)).status === 200;

describe('the apps of an account', () => {
  it('are listed with what they may do, and never the account pages themselves', async () => {
    const browser = await withApp('ada@example.com');
    const page = await browser.open(path);
    expect(page.screen).toBe('account-apps');
    expect(page.text).toContain('Test app');
    expect(page.text).toContain(new URL(world.app.url).host);
    expect(page.text).toContain('See your e-mail address');
    expect(page.body.match(/Remove access of/g)).toHaveLength(1);
  });

  it('lose their access for good after a question, on every device', async () => {
    const browser = await withApp('bea@example.com');
    const phone = createBrowser();
    await signInLocally(world, phone, 'bea@example.com');
    expect(await refreshes(phone)).toBe(true);
    await browser.open(path);
    const question = await browser.follow('Remove access');
    expect([question.screen, question.text]).toEqual([
      'account-apps',
      expect.stringContaining('Remove access of Test app?'),
    ]);
    expect(await refreshes(phone)).toBe(true);
    const done = await browser.submit({ button: 'Remove access' });
    expect(done.url).toBe(`${path}?done=removed`);
    expect(done.text).toContain('No app uses your account yet');
    expect([await refreshes(browser), await refreshes(phone)]).toEqual([false, false]);
    expect((await browser.open(`${world.app.url}/login`)).screen).toBe('consent');
  });

  it('are not asked about twice, nor when there is nothing to take back', async () => {
    const browser = await withApp('cleo@example.com');
    await browser.open(`${path}/app/remove`);
    const tab = browser.tab();
    await tab.open(`${path}/app/remove`);
    await browser.submit({ button: 'Remove access' });
    expect((await tab.submit({ button: 'Remove access' })).status).toBe(200);
    for (const client of ['app', 'nobody', 'gatehouse-account', '%00', 'a%2Fb']) {
      const page = await browser.open(`${path}/${client}/remove`);
      expect([client, page.url === path || page.status >= 400]).toEqual([client, true]);
    }
  });

  it('stay with everybody else', async () => {
    const other = await withApp('dan@example.com');
    const browser = await withApp('eve@example.com');
    await browser.open(`${path}/app/remove`);
    await browser.submit({ button: 'Remove access' });
    expect(await refreshes(other)).toBe(true);
    await other.open(path);
    expect(other.page.text).toContain('Test app');
    const stranger = createBrowser();
    expect((await stranger.open(path)).screen).toBe('login');
  });
});
