import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const HOUR = 3600;
let world: World;

beforeAll(async () => {
  world = await startWorld();
  await signUpLocally(world, createBrowser(), 'pia@example.com');
});
afterAll(() => world.stop());

describe('time that passes', () => {
  it('ends a login page after an hour, which starts again with one click and keeps what the app asked for', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    world.gatehouse.passTime(HOUR + 1);
    const page = await browser.submit({ fields: { email: 'pia@example.com', password: PASSWORD } });
    expect(page).toMatchObject({ screen: 'error', error: 'interaction_expired' });
    const again = await browser.follow('Start again');
    expect(again.screen).toBe('login');
    const done = await browser.submit({ fields: { email: 'pia@example.com', password: PASSWORD } });
    expect(done.url).toBe(`${world.app.url}/me`);
  });

  it('ends a mailed code after ten minutes', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?prompt=create`);
    await browser.submit({ action: '/signup', fields: { email: 'quinn@example.com', new_password: PASSWORD } });
    const code = await world.gatehouse.code('quinn@example.com');
    world.gatehouse.passTime(601);
    const page = await browser.submit({ fields: { code } });
    expect(page).toMatchObject({ screen: 'check-email', status: 422 });
    expect(page.text).toContain('no longer works');
    const resent = await browser.submit({ action: '/check-email/resend' });
    expect(resent.text).toContain('A new code is on its way');
    const done = await browser.submit({ fields: { code: await world.gatehouse.code('quinn@example.com') } });
    expect(done.url).toBe(`${world.app.url}/me`);
  });

  it('ends a session after twelve hours, unless the person asked to stay signed in', async () => {
    const briefly = createBrowser();
    await signInLocally(world, briefly, 'pia@example.com');
    const kept = createBrowser();
    await kept.open(`${world.app.url}/login`);
    await kept.submit({ fields: { email: 'pia@example.com', password: PASSWORD, remember: '1' } });
    world.gatehouse.passTime(12 * HOUR + 1);
    expect((await briefly.open(`${world.app.url}/login`)).screen).toBe('login');
    expect((await kept.open(`${world.app.url}/login`)).url).toBe(`${world.app.url}/me`);
  });
});
