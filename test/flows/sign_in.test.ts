import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { confirmAddress, continueWith, signInLocally, signOut, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

interface Learned {
  idToken: { sub: string; iss: string; amr: string[] };
  userinfo: { sub: string; email?: string; email_verified?: boolean; name?: string };
  refreshable: boolean;
}

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('an app that knows only the discovery URL, without JavaScript', () => {
  it('gets a person who signs up with an address and a password', async () => {
    const browser = createBrowser();
    const page = await signUpLocally(world, browser, 'ada@example.com');
    const learned = page.json<Learned>();
    expect(page.url).toBe(`${world.app.url}/me`);
    expect(learned.idToken).toMatchObject({ iss: world.gatehouse.issuer, amr: ['pwd'] });
    expect(learned.userinfo).toMatchObject({ email: 'ada@example.com', email_verified: true, name: 'Ada Example' });
    expect(learned.userinfo.sub).toBe(learned.idToken.sub);
    expect(learned.idToken.sub).toMatch(/^[\w-]{22}$/);
  });

  it('gets the same subject when that person comes back on another device', async () => {
    const first = (await signUpLocally(world, createBrowser(), 'bea@example.com')).json<Learned>();
    const again = (await signInLocally(world, createBrowser(), 'bea@example.com')).json<Learned>();
    expect(again.idToken.sub).toBe(first.idToken.sub);
  });

  it('gets a person through Google whose address Google vouches for', async () => {
    const page = await continueWith(world, createBrowser(), 'google', 'gmail.com');
    const learned = page.json<Learned>();
    expect(learned.idToken.amr).toEqual(['fed']);
    expect(learned.userinfo.email_verified).toBe(true);
  });

  it('gets a person through Facebook once a code proved the address', async () => {
    const browser = createBrowser();
    const page = await continueWith(world, browser, 'facebook', 'ada.f@social.example');
    expect(page.screen).toBe('complete-profile');
    expect((await confirmAddress(browser)).screen).toBe('check-email');
    const learned = (await typeCode(world, browser, 'ada.f@social.example')).json<Learned>();
    expect(learned.userinfo).toMatchObject({ email: 'ada.f@social.example', email_verified: true });
  });

  it('refreshes with a rotated refresh token', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'cleo@example.com');
    const refreshed = (await browser.open(`${world.app.url}/refresh`)).json<Learned & { rotated: boolean }>();
    expect(refreshed).toMatchObject({ rotated: true, refreshable: true });
  });

  it('signs out without a question, and is then asked to sign in again', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'dora@example.com');
    const page = await signOut(world, browser);
    expect(page.json()).toEqual({ loggedOut: true });
    expect((await browser.open(`${world.app.url}/login`)).screen).toBe('login');
  });

  it('sees nothing of a person who is signed in already: no page at all', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'emil@example.com');
    const page = await browser.open(`${world.app.url}/login`);
    expect(page.url).toBe(`${world.app.url}/me`);
    expect(page.hops.every((hop) => hop.status === 303 || hop.status === 302 || hop === page.hops.at(-1))).toBe(true);
  });

  it('gets access_denied when the person cancels', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const page = await browser.submit({ action: '/cancel' });
    expect(page.body).toContain('access_denied');
  });
});
