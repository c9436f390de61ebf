import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { answerOf, askFor, deviceApp, idTokenOf, requestOf } from '../support/limited_apps.ts';
import { PASSWORD, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const apps = [
  deviceApp('open'),
  deviceApp('social', ['google']),
  deviceApp('plain', ['local']),
  deviceApp('mixed', ['facebook', 'local']),
  { ...deviceApp('staff'), allow: { domains: ['ACME.example'], addresses: ['guest@Example.com'] } },
];
let world: World;

beforeAll(async () => {
  world = await startWorld({ settings: { clients: [...apps, deviceApp('leaving'), deviceApp('waiting')] } });
});
afterAll(() => world.stop());

const ask = (browser: Browser, id: string, extra?: Record<string, string>) =>
  askFor(browser, world.gatehouse.issuer, id, extra);
const uid = (browser: Browser) => /\/interaction\/[\w-]+/.exec(browser.page.url)?.[0] ?? '';
const at = (browser: Browser, page: string) => `${world.gatehouse.issuer}${uid(browser)}/${page}`;
const trips = () => world.query('select state_hash from upstream_transactions');
const people = () => world.query('select account_id, upstream_id from identities order by 1, 2');
const refusals = () => world.query("select 1 from events where type = 'sign_in.way_refused'");

async function signUp(browser: Browser, app: string, email: string) {
  await ask(browser, app, { prompt: 'create' });
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
  return typeCode(world, browser, email);
}

describe('an app that takes certain ways of signing in', () => {
  it.each([
    ['social', ['google'], false],
    ['plain', [], true],
    ['mixed', ['facebook'], true],
  ])('offers them and no other: %s', async (app, upstreams, password) => {
    for (const extra of [undefined, { prompt: 'create' }]) {
      const browser = createBrowser();
      const page = await ask(browser, app, extra);
      expect([page.upstreams, /name="(new_)?password"/.test(page.body)]).toEqual([upstreams, password]);
      const allowed = String(page.headers['content-security-policy']);
      expect(allowed.includes('facebook')).toBe(upstreams.includes('facebook'));
    }
  });

  it('goes to no other upstream, whatever is posted, and says so on a page that lives on', async () => {
    const browser = createBrowser();
    await ask(browser, 'social');
    const [before, refused] = [(await trips()).length, (await refusals()).length];
    for (const id of ['facebook', 'nobody', 'local']) {
      const answer = await rawPost(browser, at(browser, `upstream/${id}`));
      expect([answer.status, answer.headers.get('location')]).toEqual([303, uid(browser)]);
    }
    expect([(await trips()).length, (await refusals()).length]).toEqual([before, refused + 3]);
    const page = await browser.open(`${world.gatehouse.issuer}${uid(browser)}`);
    expect(page).toMatchObject({ screen: 'login', status: 404, upstreams: ['google'] });
    expect(page.alert).toContain('This way to sign in is not offered here');
  });

  it('has no page for passwords when it takes none', async () => {
    const browser = createBrowser();
    await signUp(createBrowser(), 'open', 'known@example.com');
    await ask(browser, 'social');
    const fields = { email: 'known@example.com', password: PASSWORD, new_password: PASSWORD };
    for (const page of ['login', 'signup', 'recover']) {
      expect((await rawPost(browser, at(browser, page), fields)).status).toBe(404);
    }
    expect((await rawPost(browser, `${world.gatehouse.issuer}${uid(browser)}`, fields)).status).toBe(404);
    expect((await browser.open(at(browser, 'recover'))).status).toBe(404);
  });

  it('takes nobody by a way that it stopped to take while they were on it (B11)', async () => {
    const away = createBrowser();
    await ask(away, 'leaving');
    await away.submit({ upstream: 'facebook' });
    await signUp(createBrowser(), 'open', 'waits@example.com');
    const asked = createBrowser();
    await signUp(asked, 'open', 'first@example.com');
    await ask(asked, 'waiting', { prompt: 'login' });
    await asked.submit({ action: '/start-again' });
    await asked.submit({ fields: { email: 'waits@example.com', password: PASSWORD } });
    expect(asked.page.screen).toBe('switch-account');
    const before = await people();
    await world.restart('SIGTERM', {
      clients: [...apps, deviceApp('leaving', ['local']), deviceApp('waiting', ['google'])],
    });

    const back = await away.submit({ button: 'No e-mail address' });
    expect(back).toMatchObject({ screen: 'login', status: 404, upstreams: [] });
    expect(back.alert).toContain('not offered here');
    expect(await people()).toEqual(before);
    expect(await asked.submit({ action: '/switch-account' })).toMatchObject({ screen: 'login', upstreams: ['google'] });
  });

  it('is not content with a session that was made another way', async () => {
    const browser = createBrowser();
    expect(answerOf(await signUp(browser, 'open', 'sso@example.com'))['code']).toBeDefined();
    expect(answerOf(await ask(browser, 'plain'))['code']).toBeDefined();
    expect(answerOf(await ask(browser, 'social', { prompt: 'none' }))).toMatchObject({ error: 'login_required' });

    const shown = await ask(browser, 'social');
    expect([shown.screen, shown.upstreams]).toEqual(['login', ['google']]);
    expect(shown.text).toContain('You are signed in, but The social app asks for another way');
    await browser.submit({ upstream: 'google' });
    expect((await browser.submit({ button: 'Grace Workspace' })).screen).toBe('switch-account');
    const switched = await browser.submit({ action: '/switch-account' });
    const done = switched.external === undefined ? await browser.submit({ button: 'Continue' }) : switched;
    expect(answerOf(done)['code']).toBeDefined();

    expect(answerOf(await ask(browser, 'social', { prompt: 'none' }))['code']).toBeDefined();
    expect((await ask(browser, 'plain')).screen).toBe('login');
    expect(answerOf(await ask(browser, 'plain', { prompt: 'none' }))).toMatchObject({ error: 'login_required' });
  });

  it('is not content with the account that another tab chose from the chooser', async () => {
    const browser = createBrowser();
    await signUp(browser, 'open', 'chooser@example.com');
    const page = await ask(browser, 'social', { prompt: 'select_account' });
    expect(page.screen).toBe('choose-account');
    expect((await browser.submit({ action: '/choose/' })).upstreams).toEqual(['google']);
  });

  it('does not tell an app through whom its people come', async () => {
    const browser = createBrowser();
    const { issuer } = world.gatehouse;
    const { url, verifier } = requestOf(issuer, 'social');
    await browser.open(url);
    await browser.submit({ upstream: 'google' });
    const page = await browser.submit({ button: 'Ada Example' });
    expect((await idTokenOf(issuer, 'social', page, verifier)).claims['amr']).toEqual(['fed']);
  });

  it('lets an account be proven by no upstream that it does not take', async () => {
    const owner = createBrowser();
    await signUp(owner, 'open', 'owner@example.com');
    await owner.open(`${world.gatehouse.issuer}/account/identities`);
    await owner.submit({ upstream: 'facebook' });
    await owner.submit({ button: 'Ada Example' });
    const browser = createBrowser();
    await ask(browser, 'social');
    await browser.submit({ upstream: 'google' });
    const page = await browser.submit({ button: 'Sam Same' });
    expect([page.screen, page.upstreams]).toEqual(['link-account', []]);
    const answer = await rawPost(browser, at(browser, 'upstream/facebook'));
    expect(answer.headers.get('location')).toBe(`${uid(browser)}/link-account`);
    expect((await browser.open(at(browser, 'link-account'))).alert).toContain('not offered here');
    // The password proves the account here; the session is the upstream's, which the app takes.
    const done = await browser.submit({ fields: { password: PASSWORD } });
    expect(answerOf(done)['code']).toBeDefined();
    expect(answerOf(await ask(browser, 'social', { prompt: 'none' }))['code']).toBeDefined();
  });
});

describe('an app that is for certain accounts', () => {
  const turnedAway = { screen: 'not-allowed', status: 403 };

  it('takes those of a domain and those of single addresses', async () => {
    for (const email of ['staff@acme.example', 'guest@example.com']) {
      expect(answerOf(await signUp(createBrowser(), 'staff', email))['code']).toBeDefined();
    }
  });

  it('turns everybody else away calmly, without a session, and hears access_denied', async () => {
    const browser = createBrowser();
    const page = await signUp(browser, 'staff', 'stranger@sub.acme.example');
    expect(page).toMatchObject(turnedAway);
    expect(page.text).toContain('stranger@sub.acme.example');
    expect((await ask(browser, 'open')).screen).toBe('login');
    await ask(browser, 'staff');
    expect(await browser.submit({ fields: { email: 'stranger@sub.acme.example', password: PASSWORD } })).toMatchObject(
      turnedAway,
    );
    const back = await browser.submit({ button: 'Back to The staff app' });
    expect(answerOf(back)).toMatchObject({ error: 'access_denied', state: 'kept' });
    const told = await world.query("select 1 from events where type = 'sign_in.not_allowed'");
    expect(told).toHaveLength(2);
  });

  it('asks the same of people who come through an upstream', async () => {
    const browser = createBrowser();
    await ask(browser, 'staff');
    await browser.submit({ upstream: 'google' });
    expect(await browser.submit({ button: 'Ada Example' })).toMatchObject(turnedAway);
  });

  it('asks the same of a session, and offers another account', async () => {
    const browser = createBrowser();
    await signUp(createBrowser(), 'open', 'both@acme.example');
    await signUp(browser, 'open', 'outside@example.com');
    expect(answerOf(await ask(browser, 'staff', { prompt: 'none' }))).toMatchObject({ error: 'access_denied' });
    expect(await ask(browser, 'staff')).toMatchObject(turnedAway);
    expect(answerOf(await ask(browser, 'open'))['code']).toBeDefined();
    await ask(browser, 'staff');
    expect((await browser.submit({ button: 'Use another account' })).screen).toBe('login');
    await browser.submit({ fields: { email: 'both@acme.example', password: PASSWORD } });
    expect(browser.page.screen).toBe('switch-account');
    const switched = await browser.submit({ action: '/switch-account' });
    const done = switched.external === undefined ? await browser.submit({ button: 'Continue' }) : switched;
    expect(answerOf(done)['code']).toBeDefined();
  });
});
