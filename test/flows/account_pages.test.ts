import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountRoutes, type AccountRoutes } from '../support/account_routes.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { continueWith, signInLocally, signOut, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

/** What shows no account: the end of a sign-in, pages behind mailed links, and what somebody sees who was just signed out. */
const LANDINGS = [
  '/account/identities/undo',
  '/account/address/confirm',
  '/account/address/undo',
  '/account/deletion/undo',
];
const NOT_OF_AN_ACCOUNT = new Set(['/account/return', '/account/activity/secured', ...LANDINGS]);

/** Leads on whoever has a password, as everybody here. */
const WITHOUT_PASSWORD = '/account/password/set';

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
  const MOST_WAITS = 3;

  /** For each request of a page. Some tries where it is too often: mails and sweeps of the same process use the database, too. */
  async function waitsOf(browser: Browser, path: string): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      world.line.meter.reset();
      const shown = await browser.open(url(path));
      const waits = world.line.meter.waits() / shown.hops.length;
      expect([path, shown.status, shown.screen]).toEqual([path, 200, expect.stringMatching(/^account/)]);
      if (waits <= MOST_WAITS || tries === 6) return waits;
    }
  }
  const pages = () => routes.pages.filter((path) => !NOT_OF_AN_ACCOUNT.has(path));

  const waitsOfAll = async (browser: Browser) => {
    const all: [path: string, waits: number][] = [];
    for (const path of pages().filter((one) => one !== WITHOUT_PASSWORD))
      all.push([path, await waitsOf(browser, path)]);
    return all;
  };

  /** A hundred more of whatever an account can have many of. */
  async function multiply(email: string): Promise<void> {
    const account = `(select account_id from addresses where canonical = '${email}')`;
    const at = `to_timestamp(1790000000)`;
    await world.query(`insert into identities select 'old-' || n, 'https://old.example', n::text, ${account}, '{}', 'absent',
      ${at}, ${at} from generate_series(1, 100) n`);
    for (const [table, own] of [
      ['sessions', ['id', 'uid']],
      ['grants', ['id']],
      ['events', ['id']],
    ] as const) {
      const columns = await world.query(`select column_name as name from information_schema.columns
        where table_name = '${table}' and column_name not in ('id', 'uid')`);
      const rest = columns.map(({ name }) => name).join(', ');
      const keys = table === 'events' ? '' : `${own.join(', ')}, `;
      const values = table === 'events' ? '' : own.map((name) => `'${name}' || n, `).join('');
      await world.query(`insert into ${table} (${keys}${rest}) select ${values}${rest}
        from (select * from ${table} where account_id = ${account} limit 1) one, generate_series(1, 100) n`);
    }
  }

  it('wait for the database three times at most, however much there is to show', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'busy@example.com');
    await browser.open(url('/account'));
    // Longer than it takes to ask: what does not wait for an answer has been asked before one comes.
    world.line.slow(40);
    const few = await waitsOfAll(browser);
    await multiply('busy@example.com');
    const many = await waitsOfAll(browser);
    world.line.slow(0);
    expect(few.length).toBeGreaterThan(2);
    for (const [path, waits] of [...few, ...many]) {
      expect([path, waits > 0 && waits <= MOST_WAITS, waits]).toEqual([path, true, expect.any(Number)]);
    }
  });

  it('are shown to nobody without a session', async () => {
    for (const path of pages()) {
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
