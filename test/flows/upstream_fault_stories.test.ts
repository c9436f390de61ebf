import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { translator } from '../../src/locales/index.ts';
import { simulatedPresets } from '../../src/upstreams/presets/all.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { startAppWorld, type AppWorld } from '../upstreams/support/app_world.ts';
import { transportFaults as broken } from '../upstreams/support/fake_upstream.ts';
import {
  comeBack,
  eventsSince,
  expectBooks,
  expectPage,
  isConsumed,
  leave,
  readBooks,
  tokenCallsSince,
  type Books,
} from '../upstreams/support/fault_trips.ts';
import { away } from './upstream_fault_rows.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterEach(() => {
  world.fake.honest();
  useRealClock();
});
afterAll(() => world.stop());

const callbackOf = (browser: Browser) =>
  browser.trail.findLast(({ url }) => /\/upstream\/\w+\/callback/.test(url))?.url ?? '';
/** A callback that was nobody's trip, or no more: nothing exchanged, nothing changed. */
async function expectUntouched(before: Books, event: object): Promise<void> {
  const after = await readBooks(world);
  expect(after.accounts).toEqual(before.accounts);
  expect(await eventsSince(world, before)).toMatchObject([event]);
  expect(tokenCallsSince(world, before)).toBe(0);
}
/** An upstream that has had enough, on paths of this ending. */
const throttled = (ending: string, retryAfter: string) =>
  broken.answer({ status: 429, headers: { 'retry-after': retryAfter }, body: '' })(ending);
/** The page of somebody whom a throttled upstream does not take, and who reads for how long. The clock goes on meanwhile. */
function expectWait(page: Page, name: string, seconds: number): void {
  expect(page).toMatchObject({ screen: 'login', status: 503, error: 'upstream_unavailable' });
  const wait = Number(page.headers['retry-after']);
  expect(wait).toBeLessThanOrEqual(seconds);
  expect(wait).toBeGreaterThan(seconds - 20);
  const words = translator('en')('upstreams.paused', { name, wait });
  expect(page.alert).toContain(words);
}
const expectError = (page: Page, error: string, status = 400) =>
  expect(page).toMatchObject({ screen: 'error', error, status });

describe('keys that change or vanish', () => {
  it('row 13: a rotation in the middle costs one fetch and no login', async () => {
    const browser = createBrowser();
    await leave(world, browser, 'google');
    const fetched = world.fake.calls('/certs').length;
    await world.fake.rotateKeys();
    expectPage(world, await comeBack(world, browser), { class: 'IN' });
    expect(world.fake.calls('/certs')).toHaveLength(fetched + 1);
  });

  it('row 17: without keys of the last day, the login fails and the log asks for an admin', async () => {
    pass(25 * 3600);
    world.fake.lie({ transport: broken.status(500)('/certs') });
    const browser = createBrowser();
    const state = await leave(world, browser, 'google');
    const before = await readBooks(world);
    const end = away('jwks_unavailable', { alert: true });
    expectPage(world, await comeBack(world, browser), end);
    await expectBooks(world, before, 'google', end);
    expect(await isConsumed(world, state)).toBe(true);
  });
});

describe('somebody else with a known address', () => {
  it('row 23: another subject with it gets no account, and takes none (A6)', async () => {
    const owner = createBrowser();
    await leave(world, owner, 'google');
    await comeBack(world, owner, 'grace');
    const browser = createBrowser();
    await leave(world, browser, 'google');
    const before = await readBooks(world);
    world.fake.lie({ claims: (own) => ({ ...own, sub: 'another' }) });
    const page = await comeBack(world, browser, 'grace');
    expect(page).toMatchObject({ screen: 'login', status: 403 });
    expect((await readBooks(world)).accounts).toEqual(before.accounts);
    expect(await eventsSince(world, before)).toMatchObject([
      { type: 'accounts.linking_decided', outcome: 'refused', upstream_id: 'google' },
    ]);
  });
});

describe('an upstream that stumbles', () => {
  it('row 32: with 429 it is left alone for as long as it asks, and the others go on', async () => {
    const browser = createBrowser();
    await leave(world, browser, 'discord');
    const before = await readBooks(world);
    world.fake.lie({ transport: throttled('/token', '60') });
    const end = away('token_unavailable');
    expectWait(await browser.submit({ button: 'persona', tamper: { persona: 'ada' } }), 'Discord', 60);
    await expectBooks(world, before, 'discord', end);
    world.fake.honest();

    const during = await readBooks(world);
    const next = createBrowser();
    await next.open(`${world.app.url}/login`);
    expect(next.page.text).toContain('Continue with Discord Not answering now');
    expectWait(await next.submit({ upstream: 'discord' }), 'Discord', 60);
    expect(await eventsSince(world, during)).toMatchObject([
      { type: 'upstreams.trip_refused', reason: 'circuit_open' },
    ]);
    expect(await world.metrics()).toContain('upstream_available{upstream="discord"} 0');
    const other = createBrowser();
    await leave(world, other, 'github');
    expectPage(world, await comeBack(world, other), { class: 'IN' });

    pass(61);
    const later = createBrowser();
    await leave(world, later, 'discord');
    expectPage(world, await comeBack(world, later), { class: 'IN' });
  });

  it('row 32: whoever has asked too often for a profile reads how long to wait, and nobody else is kept out', async () => {
    // An hour may be a slip.
    for (const [asked, seconds] of [
      ['45', 45],
      ['3600', 300],
    ] as const) {
      const browser = createBrowser();
      await leave(world, browser, 'facebook');
      world.fake.lie({ transport: throttled('/me', asked) });
      expectWait(await comeBack(world, browser), 'Facebook', seconds);
      world.fake.honest();
      const other = createBrowser();
      await leave(world, other, 'facebook');
      expectPage(world, await comeBack(world, other), { class: 'ASK', screen: 'complete-profile' });
    }
  });

  it('row 31: it is asked for tokens once, and for a profile once more', async () => {
    for (const [ending, calls] of [
      ['/access_token', 1],
      ['/me', 2],
    ] as const) {
      const browser = createBrowser();
      await leave(world, browser, 'facebook');
      world.fake.lie({ transport: broken.status(503)(ending) });
      const before = world.fake.calls(ending).length;
      expect(await comeBack(world, browser)).toMatchObject({ status: 503 });
      expect(world.fake.calls(ending)).toHaveLength(before + calls);
      world.fake.honest();
    }
  });
});

describe('a callback out of place', () => {
  it("row 43: two states are nobody's (B1)", async () => {
    const browser = createBrowser();
    const state = await leave(world, browser, 'google');
    const before = await readBooks(world);
    world.fake.lie({ callback: (own) => own.append('state', 'second') });
    expectError(await comeBack(world, browser), 'interaction_expired');
    expect(tokenCallsSince(world, before)).toBe(0);
    expect((await readBooks(world)).accounts).toEqual(before.accounts);
    expect(await isConsumed(world, state)).toBe(false);
  });

  it('row 44: a state that nobody knows says that the sign-in is over', async () => {
    const browser = createBrowser();
    await leave(world, browser, 'google');
    const before = await readBooks(world);
    world.fake.lie({ callback: (own) => own.set('state', 'made-up') });
    expectError(await comeBack(world, browser), 'interaction_expired');
    await expectUntouched(before, { type: 'upstreams.callback_refused', reason: 'unknown' });
  });

  it('row 44: another browser learns nothing, and leaves the trip to its own', async () => {
    const browser = createBrowser();
    const state = await leave(world, browser, 'google');
    const stranger = createBrowser();
    await stranger.open(`${world.app.url}/login`);
    const before = await readBooks(world);
    expectError(
      await stranger.open(`${world.issuer}/upstream/google/callback?code=x&state=${state}`),
      'interaction_foreign',
    );
    const event = { type: 'upstreams.callback_refused', reason: 'foreign_browser', detail: { security: true } };
    await expectUntouched(before, event);
    expect(await isConsumed(world, state)).toBe(false);
    expectPage(world, await comeBack(world, browser), { class: 'IN' });
  });

  it('rows 44 and 54: who comes back after ten minutes is on the login page again', async () => {
    const browser = createBrowser();
    const state = await leave(world, browser, 'google');
    const before = await readBooks(world);
    pass(11 * 60);
    const page = await comeBack(world, browser);
    expect(page).toMatchObject({ screen: 'login', status: 200 });
    await expectUntouched(before, { type: 'upstreams.callback_refused', reason: 'expired' });
    expect(await isConsumed(world, state)).toBe(false);
    expect(page.upstreams).toContain('google');
  });

  it('row 54: who never comes back begins again at the app', async () => {
    const browser = createBrowser();
    await leave(world, browser, 'github');
    pass(11 * 60);
    useRealClock();
    await leave(world, browser, 'github');
    expectPage(world, await comeBack(world, browser), { class: 'IN' });
  });

  it('row 45: a callback that is opened again leads back to the app', async () => {
    const browser = createBrowser();
    await leave(world, browser, 'google');
    await comeBack(world, browser);
    const before = await readBooks(world);
    const again = await browser.open(callbackOf(browser));
    // What the app sent along is spent, too: it begins anew from there.
    expectError(again, 'interaction_expired');
    expect(again.links).toContainEqual({ href: `${world.app.url}/`, text: 'Back to Test app' });
    expect(tokenCallsSince(world, before)).toBe(0);
    expect(await eventsSince(world, before)).toMatchObject([{ type: 'upstreams.callback_refused', reason: 'used' }]);
  });

  it('row 51: each upstream comes back by its own method', async () => {
    const browser = createBrowser();
    const state = await leave(world, browser, 'google');
    const posted = await rawPost(browser, `${world.issuer}/upstream/google/callback`, { state, code: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
    expect(await isConsumed(world, state)).toBe(false);
    const apple = createBrowser();
    const other = await leave(world, apple, 'apple');
    const opened = await apple.open(`${world.issuer}/upstream/apple/callback?state=${other}&code=x`);
    expect([opened.status, opened.headers['allow']]).toEqual([405, 'POST']);
    expect(await isConsumed(world, other)).toBe(false);
  });

  it('row 55: of callbacks that come together one is exchanged, and the rest go to the visit', async () => {
    const browser = createBrowser();
    await leave(world, browser, 'google');
    const before = await readBooks(world);
    const page = await comeBack(world, browser);
    expectPage(world, page, { class: 'IN' });
    const tabs = Array.from({ length: 5 }, () => browser.tab().open(callbackOf(browser)));
    for (const tab of await Promise.all(tabs)) expect(tab.status).toBeLessThan(500);
    expect(tokenCallsSince(world, before)).toBe(1);
  });
});

describe('a person who says no', () => {
  it.each([...simulatedPresets, 'partner'])(
    'row 52: at %s is back on the login page, and no error is logged',
    async (id) => {
      const browser = createBrowser();
      const state = await leave(world, browser, id);
      const before = await readBooks(world);
      expectPage(world, await comeBack(world, browser, 'cancel'), { class: 'CANCEL' });
      await expectBooks(world, before, id, { class: 'CANCEL' });
      expect(await isConsumed(world, state)).toBe(true);
    },
  );
});

describe('an address that was declined', () => {
  const ask = { action: '/complete-profile/ask' };
  const declined = async () => {
    const browser = createBrowser();
    await leave(world, browser, 'facebook');
    world.fake.next({ prefix: 'facebook', user: { email: undefined, keepsEmail: true } });
    expectPage(world, await comeBack(world, browser), { class: 'ASK', screen: 'complete-profile' });
    return browser;
  };

  it('row 58: can be shared after all: Facebook is told to ask once more', async () => {
    const browser = await declined();
    await browser.submit(ask);
    expect(new URL(browser.page.url).searchParams.get('auth_type')).toBe('rerequest');
    const page = await comeBack(world, browser);
    expectPage(world, page, { class: 'ASK', screen: 'complete-profile' });
    expect(page.body).toContain('value="ada.f@social.example"');
    // Nothing was declined this time.
    expect(page.body).not.toContain(ask.action);
  });

  it('row 58: may be declined for good, and typed instead', async () => {
    const browser = await declined();
    await browser.submit(ask);
    const page = await comeBack(world, browser, 'cancel');
    expect(page).toMatchObject({ screen: 'complete-profile', status: 200, error: 'upstream_cancelled' });
    const next = await browser.submit({ action: '/complete-profile', fields: { email: 'typed@words.example' } });
    expect(next.screen).toBe('check-email');
  });

  it('row 58: is not asked for again where that would change nothing', async () => {
    const browser = createBrowser();
    await leave(world, browser, 'google');
    const page = await comeBack(world, browser, 'noor');
    expectPage(world, page, { class: 'ASK', screen: 'complete-profile' });
    expect(page.body).not.toContain(ask.action);
  });
});

describe('what Apple sends beside the code', () => {
  it.each([
    ['no JSON', '{"name":'],
    ['JSON of another shape', '["name"]'],
    ['nothing', ''],
  ])('row 59: %s as the user is no user', async (_name, user) => {
    const browser = createBrowser();
    await leave(world, browser, 'apple');
    world.fake.lie({ callback: (own) => own.set('user', user) });
    expectPage(world, await comeBack(world, browser), { class: 'IN' });
  });

  it('row 59: an address in it is not believed, and the name stays that of the first time (A14)', async () => {
    const [first, second] = [createBrowser(), createBrowser()];
    const named = { name: { firstName: 'Ria', lastName: 'First' }, email: 'victim@apple.example' };
    await leave(world, first, 'apple');
    world.fake.lie({ callback: (own) => own.set('user', JSON.stringify(named)) });
    const seen = { class: 'IN', sees: { name: 'Ria First', email: 'q7x2@private.icloud.com' } } as const;
    expectPage(world, await comeBack(world, first, 'ria'), seen);
    world.fake.honest();
    await leave(world, second, 'apple');
    expectPage(world, await comeBack(world, second, 'ria'), seen);
  });
});

describe('what an operator is told', () => {
  it('is the step, the status and how the provider calls the request; no code, token, secret or cookie', async () => {
    const before = world.lines.length;
    const asked = world.fake.journal.length;
    for (const ending of ['/token', '/userinfo']) {
      const browser = createBrowser();
      await leave(world, browser, 'partner');
      world.fake.lie({
        transport(request, response) {
          if (!request.path.endsWith(ending)) return false;
          response.writeHead(500, { 'x-request-id': 'req-7.31' }).end('{"access_token":"at.secret"}');
          return true;
        },
      });
      await comeBack(world, browser);
      world.fake.honest();
    }
    const lines = world.lines.slice(before);
    const line = {
      msg: 'upstream refused',
      upstream: 'partner',
      status: 500,
      request_id: 'req-7.31',
      ms: expect.any(Number),
    };
    expect(lines.filter(({ msg }) => msg === line.msg)).toMatchObject([
      { ...line, step: 'token' },
      { ...line, step: 'profile' },
      { ...line, step: 'profile' },
    ]);
    const told = JSON.stringify([lines, await world.query('select * from events')]);
    const secrets = world.fake.journal
      .slice(asked)
      .flatMap(({ query, form, headers }) => [
        ...['state', 'nonce'].map((name) => query.get(name)),
        ...['code', 'code_verifier', 'client_secret'].map((name) => form.get(name)),
        headers.authorization?.split(' ')[1],
      ]);
    const real = secrets.filter((secret) => typeof secret === 'string');
    expect(real.length).toBeGreaterThan(6);
    for (const secret of [...real, 'at.secret']) expect(told).not.toContain(secret);
  });

  it('on /metrics is a closed list, and no label is what a stranger wrote', async () => {
    const browser = createBrowser();
    const state = await leave(world, browser, 'google');
    await browser.open(`${world.issuer}/upstream/mallory-example-com/callback?code=x&state=${state}`);
    await browser.open(`${world.issuer}/upstream/google/callback?code=x&state=mallory&error=mallory`);
    const text = await world.metrics();
    const names = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => String(name));
    expect(new Set(names.filter((name) => !/^(process|nodejs)_/.test(name)))).toEqual(
      new Set([
        'http_requests_total',
        'http_request_duration_seconds',
        'swept_rows_total',
        'sweep_behind_tables',
        'upstream_login_total',
        'upstream_http_seconds',
        'upstream_available',
      ]),
    );
    expect(text).not.toContain('mallory');
    const labels = (name: string) =>
      new Set([...text.matchAll(new RegExp(`^upstream_.*\\b${name}="([^"]*)"`, 'gm'))].map(([, value]) => value));
    const configured = new Set([...simulatedPresets, 'partner']);
    const outcomes = [
      'identified',
      'cancelled',
      'denied',
      'refused',
      'upstream_failed',
      'upstream_unavailable',
      'upstream_misconfigured',
    ];
    expect([...labels('upstream')].filter((id) => !configured.has(String(id)))).toEqual([]);
    expect(
      [...labels('step')].filter((step) => !['discovery', 'keys', 'token', 'profile'].includes(String(step))),
    ).toEqual([]);
    expect([...labels('outcome')].filter((outcome) => !outcomes.includes(String(outcome)))).toEqual([]);
  });
});
