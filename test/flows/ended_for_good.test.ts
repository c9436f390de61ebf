import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

// What a thief with a stolen session or an old password tries while the owner takes the account back.
const NEW = 'another long password 43';
const EVIL = 'an evil long password 4711';

let world: World;

beforeAll(async () => {
  world = await startWorld({ settings: { limits: { enabled: false } } });
});
afterAll(() => world.stop());

const at = (path: string) => `${world.gatehouse.issuer}${path}`;

async function person(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

async function signIn(email: string, password: string, browser = createBrowser()) {
  await browser.open(`${world.app.url}/login`);
  return browser.submit({ fields: { email, password } });
}

async function press(link: string, browser = createBrowser()): Promise<Browser> {
  await browser.open(link);
  await browser.submit();
  return browser;
}

/** The mailed undo of a change of address that is made and confirmed. */
async function changeAddress(browser: Browser, from: string, to: string): Promise<string> {
  await browser.open(at('/account/address'));
  await browser.submit({ action: '/account/address', fields: { email: to } });
  await press(await world.gatehouse.link(to, '/account/address/confirm'));
  return world.gatehouse.link(from, '/account/address/undo');
}

async function lose(email: string): Promise<Browser> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login`);
  await browser.follow('/recover');
  await browser.submit({ action: '/recover', fields: { email } });
  const reader = createBrowser();
  await reader.open(await world.gatehouse.link(email, '/reset-password'));
  return reader;
}

async function sessionsOf(email: string): Promise<number> {
  const rows = await world.query(
    `select 1 from sessions join addresses using (account_id) where canonical = '${email}'`,
  );
  return rows.length;
}

const isSignedIn = async (browser: Browser) => (await browser.tab().open(at('/account'))).screen === 'account';

describe('an account that its owner has taken back', () => {
  it('is not opened by the undo of a connection that was mailed to the thief', async () => {
    const thief = await person('ada@example.com');
    const undo = await changeAddress(thief, 'ada@example.com', 'ada@evil.example');
    await thief.open(at('/account/identities'));
    await thief.submit({ upstream: 'google' });
    await thief.submit({ button: 'Grace Workspace' });
    const evil = await world.gatehouse.link('ada@evil.example', '/account/identities/undo');
    const owner = await press(undo);
    await owner.submit({ fields: { new_password: NEW } });
    const page = await createBrowser().open(evil);
    expect([page.status, page.text.includes('no longer works')]).toEqual([400, true]);
    expect((await signIn('ada@example.com', NEW)).url).toBe(`${world.app.url}/me`);
  });

  it('is not opened by the tab that waited for the confirmation of its address', async () => {
    const thief = createBrowser();
    await thief.open(`${world.app.url}/login?prompt=create`);
    await thief.submit({ action: '/signup', fields: { email: 'bea@example.com', new_password: EVIL } });
    await press(await world.gatehouse.link('bea@example.com', '/verify-email'));
    const owner = await lose('bea@example.com');
    await owner.submit({ fields: { new_password: NEW } });
    const page = await thief.submit({ action: '/check-email/confirmed' });
    expect(page.text).toContain('not confirmed yet');
    expect(await isSignedIn(thief)).toBe(false);
  });

  it('has no session of a login that was under way with the old password (A3)', async () => {
    await person('cleo@example.com');
    for (let round = 0; round < 3; round += 1) {
      const [old, password] = round === 0 ? [PASSWORD, `${NEW} 1`] : [`${NEW} ${round}`, `${NEW} ${round + 1}`];
      const owner = await lose('cleo@example.com');
      const thieves = Array.from({ length: 6 }, () => createBrowser());
      let over = false;
      const trying = thieves.map(async (thief) => {
        while (!over) await signIn('cleo@example.com', old, thief).catch(() => undefined);
      });
      await owner.submit({ fields: { new_password: password } });
      over = true;
      await Promise.all(trying);
      const open = await Promise.all(thieves.map(isSignedIn));
      expect(open).toEqual(thieves.map(() => false));
    }
  });

  it('has no session of a login whose old password was being compared while its owner changed it', async () => {
    const owner = await person('cora@example.com');
    for (let round = 0; round < 3; round += 1) {
      const [old, password] = round === 0 ? [PASSWORD, `${NEW} 1`] : [`${NEW} ${round}`, `${NEW} ${round + 1}`];
      await owner.open(at('/account/password'));
      const thieves = Array.from({ length: 6 }, () => createBrowser());
      let over = false;
      const trying = thieves.map(async (thief) => {
        while (!over) await signIn('cora@example.com', old, thief).catch(() => undefined);
      });
      const fields = { password: old, new_password: password, end_others: '1' };
      const page = await owner.submit({ action: '/account/password', fields });
      over = true;
      expect(page.text).toContain('Your password was changed');
      await Promise.all(trying);
      const open = await Promise.all(thieves.map(isSignedIn));
      expect(open).toEqual(thieves.map(() => false));
    }
  });

  it('is not changed by a session that was over while its request was under way', async () => {
    const thief = await person('dan@example.com');
    await thief.open(at('/account/address'));
    const owner = await lose('dan@example.com');
    let over = false;
    const trying = (async () => {
      while (!over) {
        const tab = thief.tab();
        await tab.open(at('/account/address')).catch(() => undefined);
        await tab.submit({ action: '/account/address', fields: { email: 'dan@evil.example' } }).catch(() => undefined);
      }
    })();
    await owner.submit({ fields: { new_password: NEW } });
    over = true;
    await trying;
    const alive = await world.query(
      `select 1 from mailed_links join addresses using (account_id) where canonical = 'dan@example.com'
       and purpose = 'change-address' and consumed_at is null`,
    );
    expect([alive.length, await sessionsOf('dan@example.com')]).toEqual([0, 0]);
  });

  it('has no change of address waiting once something was not its owner (A4)', async () => {
    const thief = await person('eve@example.com');
    await thief.open(at('/account/address'));
    await thief.submit({ action: '/account/address', fields: { email: 'eve@evil.example' } });
    const evil = await world.gatehouse.link('eve@evil.example', '/account/address/confirm');
    await thief.open(at('/account/activity'));
    await thief.submit({ action: '/not-me' });
    expect((await createBrowser().open(evil)).status).toBe(400);
  });

  it('is forgotten by browsers that remembered it', async () => {
    const thief = createBrowser();
    await person('fay@example.com');
    await thief.open(`${world.app.url}/login`);
    await thief.submit({ fields: { email: 'fay@example.com', password: PASSWORD, remember: '1' } });
    const owner = await lose('fay@example.com');
    await owner.submit({ fields: { new_password: NEW } });
    const page = await thief.open(`${world.app.url}/login?prompt=select_account`);
    expect(page.text).not.toContain('fay@example.com');
  });
});
