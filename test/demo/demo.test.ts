import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { demoWorld, type DemoWorld } from './demo_world.ts';

let world: DemoWorld;
beforeAll(async () => {
  world = await demoWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.refuse(false);
  world.cutOff(false);
});

const open = async (): Promise<Browser> => {
  const browser = createBrowser();
  await browser.open(`${world.url}/demo`);
  return browser;
};
const signIn = async (): Promise<Browser> => {
  const browser = await open();
  await browser.submit({ action: '/demo/sign-in' });
  return browser;
};
const authorizeUrl = (browser: Browser): URL => {
  const hop = browser.trail.findLast(({ url }) => url.startsWith(`${world.url}/oidc/authorize?`));
  return new URL(hop?.url ?? '');
};
const demoCookie = (browser: Browser) => browser.cookies.list().find(({ name }) => name === 'gatehouse_demo')?.value;

describe('the demo app', () => {
  it('signs in by discovery and shows the ID token, userinfo and that the access token is opaque', async () => {
    const browser = await open();
    expect(browser.page.screen).toBe('demo-welcome');
    const home = await browser.submit({ action: '/demo/sign-in' });
    expect(home).toMatchObject({ screen: 'demo-home', url: `${world.url}/demo` });
    expect(home.text).toContain('"aud": "gatehouse-demo"');
    expect(home.text).toContain('"email": "alice@example.com"');
    expect(home.text).toContain('opaque');
    const sent = authorizeUrl(browser).searchParams;
    expect(sent.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) expect(sent.get(name)).toMatch(/^[\w-]{43}$/);
  });

  it('stays signed in, shows no code in its address, and names no token on the page', async () => {
    const browser = await signIn();
    const again = await browser.open(`${world.url}/demo`);
    expect(again.screen).toBe('demo-home');
    expect(again.body).not.toMatch(/eyJ[\w-]{20,}/);
  });

  it('asks for a new account with prompt=create', async () => {
    const browser = await open();
    await browser.submit({ action: '/demo/sign-up' });
    expect(authorizeUrl(browser).searchParams.get('prompt')).toBe('create');
  });

  it('refreshes its tokens', async () => {
    const browser = await signIn();
    const home = await browser.submit({ action: '/demo/refresh' });
    expect(home.screen).toBe('demo-home');
    expect(home.text).toContain('The tokens were refreshed');
    expect((await browser.open(`${world.url}/demo`)).text).not.toContain('The tokens were refreshed');
  });

  it('calls its API with a JWT for it, and refreshes afterwards', async () => {
    const browser = await signIn();
    const home = await browser.submit({ action: '/demo/call-api' });
    expect(home.text).toContain('Status 200');
    expect(home.text).toContain('Hello from the demo API');
    expect(home.text).toContain(`"aud": "${world.url}/demo/api"`);
    const refreshed = await browser.submit({ action: '/demo/refresh' });
    expect(refreshed.text).toContain('opaque');
  });

  it('spends each refresh token once when two tabs ask at the same time', async () => {
    const browser = await signIn();
    const tabs = [browser.tab(), browser.tab(), browser.tab()];
    await Promise.all(tabs.map((tab) => tab.open(`${world.url}/demo`)));
    const answers = await Promise.all(tabs.map((tab) => tab.submit({ action: '/demo/call-api' })));
    expect(answers.map(({ screen }) => screen)).toEqual(['demo-home', 'demo-home', 'demo-home']);
    expect((await browser.submit({ action: '/demo/refresh' })).screen).toBe('demo-home');
  });

  it('signs out here and at the issuer', async () => {
    const browser = await signIn();
    const question = await browser.submit({ action: '/demo/sign-out' });
    expect(question.screen).toBe('logout');
    expect(new URL(question.url).searchParams.get('post_logout_redirect_uri')).toBe(`${world.url}/demo`);
    expect(new URL(question.url).searchParams.get('id_token_hint')).toBeTruthy();
    const after = await browser.submit({ button: 'Sign out' });
    expect(after).toMatchObject({ screen: 'demo-welcome', url: `${world.url}/demo` });
    expect(demoCookie(browser)).toBeUndefined();
  });

  it('speaks Korean', async () => {
    const page = await createBrowser({ language: 'ko' }).open(`${world.url}/demo`);
    expect(page.text).toContain('데모 앱');
  });
});

describe('what goes wrong', () => {
  it('says kindly that a sign-in was cancelled', async () => {
    world.refuse(true);
    const browser = await signIn();
    expect(browser.page.screen).toBe('demo-welcome');
    expect(browser.page.text).toContain('You cancelled the sign-in');
    expect(browser.page.alert).toBeUndefined();
  });

  it('says that the sign-in failed when the issuer refuses the request', async () => {
    const browser = await open();
    const page = await browser.submit({ action: '/demo/sign-up' });
    expect(page.alert).toContain('The sign-in did not work');
  });

  it('says that the server did not answer, and works again when it does', async () => {
    const browser = await signIn();
    world.cutOff(true);
    expect((await browser.submit({ action: '/demo/refresh' })).text).toContain('did not answer');
    world.cutOff(false);
    expect((await browser.submit({ action: '/demo/refresh' })).text).toContain('were refreshed');
  });

  it('forgets a session that the issuer no longer knows', async () => {
    const browser = await signIn();
    world.forget();
    const page = await browser.submit({ action: '/demo/refresh' });
    expect(page).toMatchObject({ screen: 'demo-welcome' });
    expect(page.alert).toContain('Your session has ended');
  });

  it('refuses an answer that was used before, and stays signed in', async () => {
    const browser = await signIn();
    const callback = browser.trail.findLast(({ url }) => url.includes('/demo/callback?'))?.url ?? '';
    const page = await browser.open(callback);
    expect(page.screen).toBe('demo-home');
    expect(page.text).toContain('finished before');
  });

  it('refuses an answer that another browser asked for', async () => {
    const attacker = await open();
    world.refuse(true);
    await attacker.submit({ action: '/demo/sign-in' });
    const answer = new URL(`${world.url}/demo/callback`);
    answer.search = new URLSearchParams({
      state: authorizeUrl(attacker).searchParams.get('state') ?? '',
      iss: world.url,
      code: 'x',
    }).toString();
    const victim = await open();
    const page = await victim.open(answer.href);
    expect(page.screen).toBe('demo-welcome');
    expect(page.alert).toContain('finished before');
  });

  it('refuses an answer that names another issuer', async () => {
    const browser = await open();
    const started = await beginOnly(browser);
    const answer = new URL(`${world.url}/demo/callback`);
    const state = started.searchParams.get('state') ?? '';
    answer.search = new URLSearchParams({ state, iss: 'https://evil.example', code: 'x' }).toString();
    expect((await browser.open(answer.href)).alert).toContain('The sign-in did not work');
  });

  it('gives the session a new id when someone signs in', async () => {
    const browser = await open();
    await beginOnly(browser);
    const before = demoCookie(browser);
    expect(before).toBeDefined();
    await browser.open(`${world.url}/demo`);
    await browser.submit({ action: '/demo/sign-in' });
    expect(demoCookie(browser)).not.toBe(before);
  });

  it('refuses its forms without the token of their page', async () => {
    const browser = await signIn();
    for (const action of ['/demo/refresh', '/demo/call-api', '/demo/sign-out']) {
      const page = await browser.submit({ action, tamper: { _csrf: null } });
      expect(page).toMatchObject({ status: 403, error: 'form_stale' });
      await browser.open(`${world.url}/demo`);
    }
    expect(browser.page.screen).toBe('demo-home');
  });
});

/** Begins a sign-in without going to the issuer: the form is sent, the redirect is not followed. */
async function beginOnly(browser: Browser): Promise<URL> {
  const form = browser.page.forms.find(({ action }) => action === '/demo/sign-in');
  const csrf = form?.controls.find(({ attributes }) => attributes['name'] === '_csrf')?.attributes['value'] ?? '';
  const demo = new URL(`${world.url}/demo/sign-in`);
  const answer = await fetch(demo, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ _csrf: csrf }),
    headers: {
      origin: world.url,
      'sec-fetch-site': 'same-origin',
      cookie: browser.cookies.headerFor({ url: demo, method: 'POST', sameSite: true }) ?? '',
    },
  });
  browser.cookies.take(demo, answer.headers.getSetCookie());
  return new URL(answer.headers.get('location') ?? '');
}
