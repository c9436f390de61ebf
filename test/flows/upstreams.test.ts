import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { continueWith, PASSWORD, signOut, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('coming back from an upstream', () => {
  it('shows the way on to people whose organisation may not come in, and looks for no account', async () => {
    const entry = { id: 'google', preset: 'google', restrict: [{ equals: ['id.hd', 'workspace.example'] }] };
    const strict = await startWorld({ settings: { upstreams: [entry] } });
    const refused = await continueWith(strict, createBrowser(), 'google', 'gmail.com');
    expect(refused).toMatchObject({
      screen: 'login',
      status: 403,
      alert: expect.stringContaining('may not sign in here'),
    });
    expect(await strict.query('select count(*)::int as accounts from accounts')).toEqual([{ accounts: 0 }]);
    const member = await continueWith(strict, createBrowser(), 'google', 'Grace Workspace');
    expect(member.json<{ userinfo: { email: string } }>().userinfo.email).toBe('grace@workspace.example');
    await strict.stop();
  });

  it('keeps the interaction alive when the person cancels there', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ upstream: 'google' });
    const page = await browser.submit({ button: /cancel/i });
    expect(page).toMatchObject({ screen: 'login', status: 200, error: 'upstream_cancelled' });
    expect(page.text).toContain('You cancelled Continue with Google');
    expect(page.upstreams).toContain('facebook');
  });

  it('asks for an address when the upstream brings none, and lets nobody in before its code', async () => {
    const browser = createBrowser();
    const page = await continueWith(world, browser, 'facebook', 'No e-mail address');
    expect(page.screen).toBe('complete-profile');
    const next = await browser.submit({ action: '/complete-profile', fields: { email: 'phone-only@example.com' } });
    expect(next.screen).toBe('check-email');
    const learned = (await typeCode(world, browser, 'phone-only@example.com')).json<{ userinfo: { email: string } }>();
    expect(learned.userinfo.email).toBe('phone-only@example.com');
  });

  it('joins a login to an existing account only after its password', async () => {
    await signUpLocally(world, createBrowser(), 'frida@partner.example');
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ upstream: 'google' });
    const page = await browser.submit({ button: 'frida@partner.example' });
    expect(page.screen).toBe('link-account');
    expect((await browser.submit({ fields: { password: 'not her password at all' } })).status).toBe(401);
    const done = await browser.submit({ fields: { password: PASSWORD } });
    expect(done.json<{ userinfo: { email: string } }>().userinfo.email).toBe('frida@partner.example');
  });

  it('remembers on the device which upstream was used last', async () => {
    const browser = createBrowser();
    await continueWith(world, browser, 'google', 'gmail.com');
    await signOut(world, browser);
    const page = await browser.open(`${world.app.url}/login`);
    expect(page.upstreams[0]).toBe('google');
    expect(page.text).toContain('Last used');
  });
});
