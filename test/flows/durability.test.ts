import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { signInLocally, signUpLocally, PASSWORD, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('stopping and starting again', () => {
  it('loses no account, grant, session or refresh token over a restart', async () => {
    const browser = createBrowser();
    await signUpLocally(world, browser, 'hana@example.com');
    await world.restart();
    const page = await browser.open(`${world.app.url}/login`);
    expect(page.url).toBe(`${world.app.url}/me`);
    const refreshed = await browser.open(`${world.app.url}/refresh`);
    expect(refreshed.json()).toMatchObject({ rotated: true });
    const elsewhere = await signInLocally(world, createBrowser(), 'hana@example.com');
    expect(elsewhere.json()).toMatchObject({ userinfo: { email: 'hana@example.com' } });
  });

  it('leaves no half account when it is killed in the middle of a sign-up, and the person can sign up again', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?prompt=create`);
    const fields = { email: 'ivan@example.com', new_password: PASSWORD };
    const page = await browser.submit({ action: '/signup', fields });
    expect(page.screen).toBe('check-email');
    await world.restart('SIGKILL');
    expect(await world.query(`select * from addresses where canonical = 'ivan@example.com'`)).toEqual([]);
    const again = createBrowser();
    await again.open(`${world.app.url}/login?prompt=create`);
    await again.submit({ action: '/signup', fields });
    const done = await typeCode(world, again, 'ivan@example.com');
    expect(done.json()).toMatchObject({ userinfo: { email: 'ivan@example.com', email_verified: true } });
    const [accounts] = await world.query(
      `select count(*)::int as living from accounts join addresses on account_id = accounts.id where canonical = 'ivan@example.com'`,
    );
    expect(accounts).toEqual({ living: 1 });
  });

  it('goes on with a visit that was open on the login page', async () => {
    await signUpLocally(world, createBrowser(), 'jana@example.com');
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await world.restart();
    const page = await browser.submit({ fields: { email: 'jana@example.com', password: PASSWORD } });
    expect(page.json()).toMatchObject({ userinfo: { email: 'jana@example.com' } });
  });
});
