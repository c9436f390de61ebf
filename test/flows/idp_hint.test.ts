import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { answerOf, askFor, deviceApp, idTokenOf, requestOf } from '../support/limited_apps.ts';
import { PASSWORD, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({
    settings: { clients: [deviceApp('open'), deviceApp('social', ['google']), deviceApp('plain', ['local'])] },
  });
});
afterAll(() => world.stop());

const ask = (browser: Browser, id: string, extra: Record<string, string>) =>
  askFor(browser, world.gatehouse.issuer, id, extra);
const atUpstream = (browser: Browser) => !browser.page.url.startsWith(world.gatehouse.issuer);
const trips = async () => (await world.query('select state_hash from upstream_transactions')).length;
const ignored = async () => (await world.query("select 1 from events where type = 'sign_in.hint_ignored'")).length;
const pageOfVisit = (browser: Browser) => browser.trail.findLast(({ url }) => url.includes('/interaction/'))?.url ?? '';

/** The upstream answers that it failed. */
const fail = (browser: Browser) => {
  const state = new URL(browser.page.url).searchParams.get('state') ?? '';
  return browser.open(`${world.gatehouse.issuer}/upstream/google/callback?state=${state}&error=server_error`);
};

describe('an app that names the upstream', () => {
  it.each<Record<string, string>>([
    {},
    { prompt: 'create' },
    { prompt: 'select_account' },
    { login_hint: 'a@b.example' },
  ])('spares its people our page (%p)', async (extra) => {
    const browser = createBrowser();
    await ask(browser, 'open', { idp_hint: 'google', ...extra });
    expect(atUpstream(browser)).toBe(true);
    expect(new URL(browser.page.url).searchParams.get('login_hint') ?? undefined).toBe(extra['login_hint']);
    expect(answerOf(await browser.submit({ button: 'Ada Example' }))['code']).toBeDefined();
  });

  it('hears that they cancelled there, and nobody is sent off again', async () => {
    const browser = createBrowser();
    await ask(browser, 'open', { idp_hint: 'google' });
    const page = await browser.submit({ button: /cancel/i });
    expect(answerOf(page)).toMatchObject({ error: 'access_denied', state: 'kept' });
    const before = await trips();
    await browser.open(pageOfVisit(browser));
    expect([atUpstream(browser), await trips()]).toEqual([false, before]);
  });

  it('hears it also from the only way that it takes, hint or not', async () => {
    const browser = createBrowser();
    await ask(browser, 'social', {});
    await browser.submit({ upstream: 'google' });
    expect(answerOf(await browser.submit({ button: /cancel/i }))).toMatchObject({ error: 'access_denied' });
  });

  it('leaves people on our page when the upstream fails, with the reference and another try', async () => {
    const browser = createBrowser();
    await ask(browser, 'open', { idp_hint: 'google' });
    const page = await fail(browser);
    expect(page).toMatchObject({ screen: 'login', error: 'upstream_unavailable', upstreams: ['google', 'facebook'] });
    expect(page.reference).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    const before = await trips();
    const again = await browser.open(page.url);
    expect([again.screen, await trips()]).toEqual(['login', before]);
    await browser.submit({ button: 'Try Google again' });
    expect(atUpstream(browser)).toBe(true);
    // From here on it is their own choice: to cancel it is to choose another way.
    expect(await browser.submit({ button: /cancel/i })).toMatchObject({ screen: 'login', error: 'upstream_cancelled' });
  });

  it('shows our page to whoever comes back from there without an answer', async () => {
    const browser = createBrowser();
    await ask(browser, 'open', { idp_hint: 'google' });
    const page = await browser.open(pageOfVisit(browser));
    expect(page).toMatchObject({ screen: 'login', status: 200 });
    await browser.submit({ upstream: 'facebook' });
    expect(await browser.submit({ button: /cancel/i })).toMatchObject({ screen: 'login', error: 'upstream_cancelled' });
  });

  it.each([
    ['that nobody configured', 'open', 'nobody'],
    ['that the app does not take', 'social', 'facebook'],
    ['where the app takes passwords alone', 'plain', 'google'],
  ])('is not heard about one %s: the page is shown, and one event kept', async (_, app, hint) => {
    const browser = createBrowser();
    const [events, before] = [await ignored(), await trips()];
    expect((await ask(browser, app, { idp_hint: hint })).screen).toBe('login');
    await browser.open(browser.page.url);
    expect([await ignored(), await trips()]).toEqual([events + 1, before]);
  });

  it('never sends anybody anywhere with prompt=none', async () => {
    const browser = createBrowser();
    const page = await ask(browser, 'open', { idp_hint: 'google', prompt: 'none' });
    expect(answerOf(page)).toMatchObject({ error: 'login_required' });
  });

  it('does not send off who is signed in already', async () => {
    const browser = createBrowser();
    await ask(browser, 'open', { prompt: 'create' });
    await browser.submit({ action: '/signup', fields: { email: 'here@example.com', new_password: PASSWORD } });
    await typeCode(world, browser, 'here@example.com');
    const before = await trips();
    expect(answerOf(await ask(browser, 'open', { idp_hint: 'google' }))['code']).toBeDefined();
    // Who must sign in again may only be sent where this account is known.
    expect((await ask(browser, 'open', { idp_hint: 'google', prompt: 'login' })).screen).toBe('reauthenticate');
    expect(await trips()).toBe(before);
  });

  it('does not send the wrong person round and round', async () => {
    const { issuer } = world.gatehouse;
    const { url, verifier } = requestOf(issuer, 'open', { idp_hint: 'google' });
    const expected = createBrowser();
    await expected.open(url);
    const { token } = await idTokenOf(issuer, 'open', await expected.submit({ button: 'Ada Example' }), verifier);
    const browser = createBrowser();
    await ask(browser, 'open', { idp_hint: 'google', id_token_hint: token });
    expect(atUpstream(browser)).toBe(true);
    expect(await browser.submit({ button: 'Grace Workspace' })).toMatchObject({ status: 200, external: undefined });
    expect(atUpstream(browser)).toBe(false);
  });
});
