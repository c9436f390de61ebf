import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountRoutes, LANDINGS, type AccountRoutes } from '../support/account_routes.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { continueWith, signInLocally, signOut, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

/**
 * Forms that need no sign-in of the last five minutes: a mailed link proves the mailbox, a new password the old one, the profile
 * and the name of a passkey decide nothing about ways in, the others only protect.
 */
const NOT_SENSITIVE = new Set([
  ...LANDINGS,
  '/account/password',
  '/account/profile',
  '/account/address/cancel',
  '/account/apps/:client/remove',
  '/account/activity/not-me',
  '/account/passkeys/:passkey/rename',
  '/account/second-step/forget-devices',
  '/account/second-step/preferred',
]);

/** What stands for a parameter of a path. */
const PARAMETERS: Record<string, string> = { upstream: 'google', client: 'app' };

let world: World;
let routes: AccountRoutes;

beforeAll(async () => {
  [world, routes] = await Promise.all([startWorld({ settings: { limits: { enabled: false } } }), accountRoutes()]);
});
afterAll(() => world.stop());

const url = (path: string) =>
  `${world.gatehouse.issuer}${path.replace(/:(\w+)/g, (_, name: string) => PARAMETERS[name] ?? 'x')}`;

describe('the pages of an account', () => {
  it('are shown to nobody without a session', async () => {
    for (const path of routes.pages) {
      const answer = await fetch(url(path), { redirect: 'manual' });
      expect([path, answer.status]).toEqual([path, 303]);
      expect(answer.headers.get('location')).toMatch(/^\/oidc\/authorize\?/);
    }
  });
});

describe('the forms of an account', () => {
  const forms = () => routes.forms.filter((path) => !NOT_SENSITIVE.has(path));

  /** Everything that is in the database but when a session was last seen, once what runs in the background has come to rest. */
  async function everything(): Promise<string[]> {
    const tables = await world.query(`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_name <> 'session_devices' order by 1`);
    const sums = tables.map(
      ({ name }) => `select '${String(name)} ' || coalesce(md5(string_agg(t::text, ' ' order by t::text)), '') as sum
        from ${String(name)} t`,
    );
    const read = async () => (await world.query(sums.join(' union all '))).map(({ sum }) => String(sum));
    let before: string[] = [];
    for (let now = await read(); now.join() !== before.join(); now = await read()) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return before;
  }

  /** A page with a token for the forms of this browser. */
  const ready = async (browser: Browser) => {
    await browser.open(url('/account/identities'));
    expect(browser.page.screen).toBe('account-identities');
    return browser;
  };

  /** What was used last, and some events, are written after the answer: until nothing moves any more. */
  async function settled(): Promise<unknown> {
    for (let [before, still] = [await everything(), 0]; ;) {
      const next = await everything();
      still = JSON.stringify(next) === JSON.stringify(before) ? still + 1 : 0;
      if (still === 5) return next;
      before = next;
    }
  }

  async function expectRefused(browser: Browser) {
    const before = await settled();
    for (const path of forms()) {
      const answer = await rawPost(browser, url(path));
      expect([path, answer.status]).toEqual([path, 303]);
      expect(answer.headers.get('location')).toMatch(/^\/oidc\/authorize\?.*prompt=login/);
    }
    expect(await everything()).toEqual(before);
    expect(forms().length).toBeGreaterThan(1);
  }

  it('ask again after five minutes, and change nothing before (C16)', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'old@example.com');
    await ready(browser);
    world.gatehouse.passTime(301);
    await expectRefused(browser);
  });

  it('take no sign-in through somebody else where the account has a password (C16)', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'weak@example.com');
    await ready(browser);
    await browser.submit({ upstream: 'facebook' });
    await browser.submit({ button: 'No e-mail address' });
    await signOut(world, browser);
    await continueWith(world, browser, 'facebook', 'No e-mail address');
    await ready(browser);
    await expectRefused(browser);
  });

  it('take nothing without a session (A15, E10)', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    for (const path of forms()) {
      const answer = await rawPost(browser, url(path));
      expect([path, answer.status]).toEqual([path, 303]);
      expect(answer.headers.get('location')).toMatch(/^\/oidc\/authorize\?/);
    }
  });

  it('take a fresh sign-in with the own password', async () => {
    await signUpLocally(world, createBrowser(), 'fresh@example.com');
    for (const path of forms()) {
      const browser = createBrowser();
      await signInLocally(world, browser, 'fresh@example.com');
      await ready(browser);
      const answer = await rawPost(browser, url(path));
      expect([path, answer.headers.get('location') ?? '']).not.toEqual([path, expect.stringMatching(/^\/oidc\//)]);
    }
  });
});
