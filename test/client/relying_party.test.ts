import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { startRelyingParty, type RelyingParty } from './start.ts';
import { freePort, startTestIssuer, type TestIssuer } from './test_issuer.ts';

const API = 'https://api.example';
const APP = 'com.example.app:/callback';
let issuer: TestIssuer;
let web: RelyingParty;
let native: RelyingParty;

beforeAll(async () => {
  const url = `http://localhost:${await freePort()}`;
  web = await startRelyingParty({ issuer: url, clientId: 'web', clientSecret: 'a secret: with %20 signs' });
  native = await startRelyingParty({ issuer: url, clientId: 'native', host: '[::1]' });
  issuer = await startTestIssuer({
    url,
    resource: API,
    clients: [
      {
        client_id: 'web',
        client_secret: 'a secret: with %20 signs',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${web.url}/callback`],
        post_logout_redirect_uris: [`${web.url}/loggedout`],
      },
      {
        client_id: 'native',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://[::1]/callback', APP],
      },
    ],
  });
});

afterAll(() => Promise.all([web.stop(), native.stop(), issuer.stop()]));

describe('the independent relying party', () => {
  it('signs in with a secret, asks userinfo and refreshes with rotation', async () => {
    const browser = createBrowser();
    await browser.open(web.url);
    const me = await browser.follow('Sign in');
    expect(me.url).toBe(`${web.url}/me`);
    expect(me.json()).toMatchObject({
      idToken: { iss: issuer.url, aud: 'web', sub: 'alice' },
      userinfo: { sub: 'alice', email: 'alice@example.com' },
      opaque: true,
      refreshable: true,
    });
    const refreshed = await browser.open(`${web.url}/refresh`);
    expect(refreshed.json()).toMatchObject({ rotated: true, userinfo: { sub: 'alice' } });
    const secrets = await web.secrets();
    expect(new Set(secrets).size).toBe(secrets.length);
    expect(secrets.length).toBeGreaterThanOrEqual(6);
  });

  it('gets a JWT for an API', async () => {
    const browser = createBrowser();
    await browser.open(`${web.url}/login?scope=openid+read&resource=${encodeURIComponent(API)}`);
    const refreshed = await browser.open(`${web.url}/refresh?resource=${encodeURIComponent(API)}`);
    expect(refreshed.json()).toMatchObject({ opaque: false, scope: 'read' });
  });

  it('signs out here and at the issuer', async () => {
    const browser = createBrowser();
    await browser.open(`${web.url}/login`);
    expect((await browser.open(`${web.url}/logout`)).screen).toBe('logout');
    const end = await browser.submit({ button: 'Sign out' });
    expect(end.json()).toEqual({ loggedOut: true });
    expect((await browser.open(`${web.url}/me`)).status).toBe(401);
  });

  it('reports a refusal of the issuer', async () => {
    issuer.refuse(true);
    const page = await createBrowser().open(`${web.url}/login`);
    issuer.refuse(false);
    expect(page.status).toBe(400);
    expect(page.json()).toMatchObject({ error: 'access_denied', from: 'issuer' });
  });

  it('takes a callback once', async () => {
    const browser = createBrowser();
    await browser.open(`${web.url}/login`);
    const callback = browser.trail.find((hop) => hop.url.startsWith(`${web.url}/callback`))?.url ?? '';
    expect((await browser.open(callback)).json()).toMatchObject({ message: 'unknown state' });
  });

  it('checks the state against the browser that began, and the iss parameter', async () => {
    const began = createBrowser();
    // The issuer is not asked: the trip is left open at the first redirect.
    const start = await fetch(`${web.url}/login`, { redirect: 'manual' });
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const answer = `${web.url}/callback?${new URLSearchParams({ state, code: 'x', iss: issuer.url }).toString()}`;
    expect((await began.open(answer)).json()).toMatchObject({ message: 'the state belongs to another browser' });
    const cookie = start.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const mixedUp = answer.replace(encodeURIComponent(issuer.url), encodeURIComponent('https://evil.example'));
    const refusal = await fetch(mixedUp, { headers: { cookie } });
    expect(refusal.status).toBe(400);
    expect(JSON.stringify(await refusal.json())).toContain('iss');
  });

  it('signs in as a public client over an IPv6 loopback redirect', async () => {
    const page = await createBrowser().open(`${native.url}/login`);
    expect(page.json()).toMatchObject({ idToken: { aud: 'native' }, userinfo: { name: 'Alice' } });
  });

  it('signs in as a native app whose callback comes back by a custom scheme', async () => {
    const browser = createBrowser();
    const page = await browser.open(`${native.url}/login?redirect_uri=${encodeURIComponent(APP)}`);
    expect(page.external).toMatch(/^com\.example\.app:\/callback\?code=/);
    const { status, body } = await native.handOver(page.external ?? '');
    expect(status).toBe(200);
    expect(body).toMatchObject({ idToken: { sub: 'alice' } });
  });
});
