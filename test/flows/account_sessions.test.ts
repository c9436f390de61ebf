import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';

let world: World;
let path: string;

beforeAll(async () => {
  world = await startWorld();
  path = `${world.gatehouse.issuer}/account/sessions`;
});
afterAll(() => world.stop());

/** One person on a desktop and a phone, signed in at the app on both. */
async function onTwoDevices(email: string): Promise<{ desktop: Browser; phone: Browser }> {
  const [desktop, phone] = [createBrowser({ userAgent: FIREFOX }), createBrowser({ userAgent: SAFARI })];
  await signUpLocally(world, desktop, email);
  await signInLocally(world, phone, email);
  // Devices are noted after the answer: the phone's next request finds its own there.
  while (!(await phone.open(path)).text.includes('Firefox on Linux')) await desktop.open(path);
  return { desktop, phone };
}

const isSignedIn = async (browser: Browser) => (await browser.open(path)).screen === 'account-sessions';
const refreshes = async (browser: Browser) => (await browser.open(`${world.app.url}/refresh`)).status === 200;
const uidsOf = (browser: Browser) =>
  [...browser.page.body.matchAll(/name="uid" value="([^"]+)"/g)].map(([, uid]) => uid);

describe('the devices of an account', () => {
  it('are told apart, and one is signed out from the other', async () => {
    const { desktop, phone } = await onTwoDevices('ada@example.com');
    const page = await desktop.open(path);
    expect(page.text).toMatch(/Firefox on Linux\s+This device\s+Active now/);
    expect(page.text).toMatch(/Safari on iOS\s+Last active 1 minute ago/);
    expect(uidsOf(desktop)).toHaveLength(1);
    const done = await desktop.submit({ action: '/sessions/end', button: 'Sign out' });
    expect([done.url, done.text]).toEqual([
      `${path}?done=ended`,
      expect.stringContaining('That device is signed out.'),
    ]);
    expect(done.text).toContain('You are signed in nowhere else.');
    expect([await isSignedIn(phone), await refreshes(phone)]).toEqual([false, false]);
    expect([await isSignedIn(desktop), await refreshes(desktop)]).toEqual([true, true]);
  });

  it('are all signed out but this one', async () => {
    const { desktop, phone } = await onTwoDevices('bea@example.com');
    await phone.open(path);
    const done = await phone.submit({ action: '/end-others' });
    expect(done.text).toContain('All other devices are signed out.');
    expect([await isSignedIn(desktop), await refreshes(desktop)]).toEqual([false, false]);
    expect([await isSignedIn(phone), await refreshes(phone)]).toEqual([true, true]);
  });

  it('ask for a fresh sign-in before one is signed out', async () => {
    const { desktop, phone } = await onTwoDevices('cleo@example.com');
    await desktop.open(path);
    world.gatehouse.passTime(301);
    const asked = await desktop.submit({ action: '/sessions/end', button: 'Sign out' });
    expect(asked.screen).toBe('reauthenticate');
    expect(await isSignedIn(phone)).toBe(true);
    const back = await desktop.submit({ fields: { password: PASSWORD } });
    expect(back.url).toBe(path);
    await desktop.submit({ action: '/sessions/end', button: 'Sign out' });
    expect(await isSignedIn(phone)).toBe(false);
  });

  it('cannot be signed out by anybody else, or twice', async () => {
    const { phone: victim } = await onTwoDevices('dan@example.com');
    const { desktop: attacker, phone } = await onTwoDevices('eve@example.com');
    await victim.open(path);
    const [uid = ''] = uidsOf(victim);
    await attacker.open(path);
    await attacker.submit({ action: '/sessions/end', button: 'Sign out', tamper: { uid } });
    await victim.open(path);
    expect(uidsOf(victim)).toEqual([uid]);
    await attacker.open(path);
    const again = attacker.tab();
    await again.open(path);
    await attacker.submit({ action: '/sessions/end', button: 'Sign out' });
    expect(await isSignedIn(phone)).toBe(false);
    expect((await again.submit({ action: '/sessions/end', button: 'Sign out' })).status).toBe(200);
  });

  it('are shown page by page', async () => {
    const desktop = createBrowser({ userAgent: FIREFOX });
    await signUpLocally(world, desktop, 'fay@example.com');
    // Sign-ins are known to the second: this one is the oldest.
    world.gatehouse.passTime(2);
    for (let count = 0; count < 21; count += 1) await signInLocally(world, createBrowser(), 'fay@example.com');
    await desktop.open(path);
    expect(uidsOf(desktop).length).toBe(20);
    await desktop.follow('Show older');
    expect(desktop.page.text).toContain('This device');
    expect(uidsOf(desktop)).toHaveLength(1);
    expect((await desktop.follow('Back to the newest')).url).toBe(path);
  });

  it('speak the language of the person', async () => {
    const desktop = createBrowser({ userAgent: FIREFOX, language: 'ko' });
    await signUpLocally(world, desktop, 'gil@example.com');
    expect((await desktop.open(path)).text).toContain('지금 사용 중');
  });
});
