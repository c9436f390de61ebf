import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { continueWith, PASSWORD, signInLocally, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const VERSION = '2026-11';
const brand = { name: 'Acme', terms: 'https://acme.example/terms', privacy: 'https://acme.example/privacy' };

const sessionBefore = createBrowser();
let world: World;
beforeAll(async () => {
  world = await startWorld({ settings: { brand } });
  await signUpLocally(world, createBrowser(), 'old@example.com');
  await signInLocally(world, sessionBefore, 'old@example.com');
  await world.restart('SIGTERM', { signup: { terms: { version: VERSION } } });
}, 60_000);
afterAll(() => world.stop());

/** Sends a form that no page of this browser shows, with a token of one that it does show. */
async function forge(browser: Browser, url: string): Promise<Response> {
  const token = /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
  const cookie = browser.cookies.headerFor({ url: new URL(url), method: 'POST', sameSite: true }) ?? '';
  const body = new URLSearchParams({ _csrf: token, decision: 'allow' });
  return fetch(url, { method: 'POST', body, redirect: 'manual', headers: { cookie } });
}

const agreedTo = async (email: string) => {
  const [row] = await world.query(
    `select terms_version from accounts join addresses on account_id = id where canonical = '${email}'`,
  );
  return row?.['terms_version'];
};

describe('the terms on the sign-up page', () => {
  async function fillIn(fields: Record<string, string>, tamper = {}) {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?prompt=create`);
    const page = await browser.submit({ action: '/signup', fields: { new_password: PASSWORD, ...fields }, tamper });
    return { browser, page };
  }

  it('are ticked, and the account keeps which version', async () => {
    const { browser, page } = await fillIn({ email: 'tina@example.com', terms: VERSION });
    expect(page.screen).toBe('check-email');
    expect((await typeCode(world, browser, 'tina@example.com')).url).toBe(`${world.app.url}/me`);
    expect(await agreedTo('tina@example.com')).toBe(VERSION);
    expect((await signInLocally(world, createBrowser(), 'tina@example.com')).url).toBe(`${world.app.url}/me`);
  });

  it.each([
    ['no tick', null],
    ['the tick of another version', '2025-01'],
  ])('are asked for again after a form with %s', async (_what, terms) => {
    const { page } = await fillIn({ email: 'tom@example.com' }, { terms });
    expect(page).toMatchObject({ screen: 'signup', status: 422 });
    expect(page.alert).toContain('Agree to the terms to create an account');
    expect(page.body).toContain('tom@example.com');
  });
});

describe('terms that somebody has not agreed to', () => {
  it('come after the proof and before the login, once', async () => {
    const browser = createBrowser();
    const page = await signInLocally(world, browser, 'old@example.com');
    expect(page).toMatchObject({ screen: 'accept-terms', status: 200 });
    expect(page.text).toContain('Agree to the terms');
    expect(page.links.map(({ href }) => href)).toContain(brand.terms);
    expect(browser.cookies.list().some(({ name }) => name === 'gatehouse_session')).toBe(false);
    expect((await browser.submit({ button: 'Agree and continue' })).url).toBe(`${world.app.url}/me`);
    expect(await agreedTo('old@example.com')).toBe(VERSION);
    expect((await signInLocally(world, createBrowser(), 'old@example.com')).url).toBe(`${world.app.url}/me`);
  });

  it('are asked of whoever comes through an upstream for the first time', async () => {
    const browser = createBrowser();
    const page = await continueWith(world, browser, 'google', 'gmail.com');
    expect(page.screen).toBe('accept-terms');
    expect((await browser.submit({ button: 'Agree and continue' })).url).toBe(`${world.app.url}/me`);
    expect(await agreedTo('ada.example@gmail.com')).toBe(VERSION);
  });

  it('can be declined: the app hears access_denied, and nothing is agreed', async () => {
    const browser = createBrowser();
    const page = await continueWith(world, browser, 'google', 'grace@workspace.example');
    expect(page.screen).toBe('accept-terms');
    const back = await browser.submit({ button: /Cancel and return/ });
    expect(new URL(back.url).origin).toBe(world.app.url);
    expect(`${back.url} ${back.body}`).toContain('access_denied');
    expect(await agreedTo('grace@workspace.example')).toBeNull();
    expect((await continueWith(world, createBrowser(), 'google', 'grace@workspace.example')).screen).toBe(
      'accept-terms',
    );
  });

  it('cannot be skipped by any other page or form of the visit', async () => {
    const browser = createBrowser();
    const page = await continueWith(world, browser, 'google', 'grace@workspace.example');
    const visit = page.url.replace('/accept-terms', '');
    const { pathname } = new URL(page.url);
    const others = ['/check-email', '/complete-profile', '/link-account', '/switch-account'];
    for (const path of [...others, '/check-email/resend', '/link-account/code']) {
      const answer = await forge(browser, `${visit}${path}`);
      expect(answer.headers.get('location')).toBe(pathname);
    }
    const another = await browser.submit({ button: 'Agree and continue', tamper: { terms: '2025-01' } });
    expect(another.screen).toBe('accept-terms');
    const uid = visit.split('/').at(-1) ?? '';
    const resume = `${world.gatehouse.issuer}/oidc/authorize/${uid}`;
    for (const url of [
      visit,
      ...['/login', '/signup', ...others, '/restart'].map((path) => `${visit}${path}`),
      resume,
    ]) {
      const shown = await browser.tab().open(url);
      expect(['accept-terms', 'login', 'signup']).toContain(shown.screen);
    }
    expect((await browser.open(`${world.gatehouse.issuer}/account`)).screen).toBe('login');
    expect(await agreedTo('grace@workspace.example')).toBeNull();
  });

  it('do not wait for somebody else: a page left open begins again (C18)', async () => {
    const browser = createBrowser();
    await continueWith(world, browser, 'google', 'grace@workspace.example');
    world.gatehouse.passTime(901);
    expect((await browser.submit({ button: 'Agree and continue' })).screen).toBe('login');
    expect(await agreedTo('grace@workspace.example')).toBeNull();
  });

  it('are not asked of a session that began before: it lasts until its end', async () => {
    expect((await sessionBefore.open(`${world.app.url}/login`)).url).toBe(`${world.app.url}/me`);
  });

  it('come again in Korean when they changed, also while another question was open', async () => {
    const browser = createBrowser({ language: 'ko' });
    await signInLocally(world, browser, 'tina@example.com');
    await browser.open(`${world.app.url}/login?prompt=login`);
    await browser.submit({ action: '/start-again' });
    const question = await browser.submit({ fields: { email: 'old@example.com', password: PASSWORD } });
    expect(question.screen).toBe('switch-account');
    await world.restart('SIGTERM', { signup: { terms: { version: '2027-01' } } });
    const page = await browser.submit({ action: '/switch-account' });
    expect(page.screen).toBe('accept-terms');
    expect(page.text).toContain('이용약관이 바뀌었어요');
    expect((await browser.submit({ button: '동의하고 계속하기' })).screen).toBe('switch-account');
    await browser.submit({ action: '/switch-account' });
    // The old session ends on a page that goes on by itself; without JavaScript it has a button.
    expect((await browser.submit({ button: 'Continue' })).url).toBe(`${world.app.url}/me`);
    expect(await agreedTo('old@example.com')).toBe('2027-01');
  }, 60_000);
});
