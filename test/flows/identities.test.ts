import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { callbackFor } from '../support/http_browser/callback.ts';
import { continueWith, PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const page = () => `${world.gatehouse.issuer}/account/identities`;
const identitiesOf = (email: string) =>
  world.query(
    `select i.* from identities i join addresses a using (account_id) where a.canonical = '${email}' order by upstream_id`,
  );
const DISCONNECT = { action: '/disconnect', button: 'Disconnect' };

/** Signs up, which is a fresh sign-in, and opens the page. */
async function newcomer(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  await browser.open(page());
  return browser;
}

async function connect(browser: Browser, upstream: string, persona: string) {
  await browser.submit({ upstream });
  return browser.submit({ button: persona });
}

/** Who came first through Google, and has nothing else. */
async function federated(persona: string): Promise<Browser> {
  const browser = createBrowser();
  await continueWith(world, browser, 'google', persona);
  await browser.open(page());
  return browser;
}

async function mailTo(email: string, subject: RegExp) {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const found = (await world.gatehouse.mails()).find((mail) => mail.to === email && subject.test(mail.subject));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no such mail for ${email}`);
}

describe('connecting an upstream', () => {
  it('takes one trip there, is told by mail, and opens the account from then on', async () => {
    const browser = await newcomer('ada@example.com');
    expect(browser.page.text).toContain('Nothing is connected');
    const done = await connect(browser, 'google', 'Grace Workspace');
    expect([done.url.split('?')[0], done.screen, done.status]).toEqual([page(), 'account-identities', 200]);
    expect(done.text).toContain('Google is connected');
    expect(done.text).toContain('grace@workspace.example');
    expect((await mailTo('ada@example.com', /Google now opens/)).text).toContain('/account/identities/undo?token=');

    const other = createBrowser();
    const app = await continueWith(world, other, 'google', 'Grace Workspace');
    expect(app.json<{ userinfo: { email: string } }>().userinfo.email).toBe('ada@example.com');
  });

  it('is dated where its person is at home, and in UTC where nobody knows that place', async () => {
    const browser = await newcomer('zoe@example.com');
    await connect(browser, 'facebook', 'No e-mail address');
    const sinceIn = async (zone: string) => {
      await world.query(
        `update accounts set profile = profile || '{"zoneinfo":"${zone}"}'
         where id = (select account_id from addresses where canonical = 'zoe@example.com')`,
      );
      return /Connected (\w+ \d+, \d{4})\./.exec((await browser.open(page())).text)?.[1];
    };
    // A day and an hour apart.
    expect(await sinceIn('Pacific/Kiritimati')).toMatch(/\d{4}/);
    expect(await sinceIn('Pacific/Kiritimati')).not.toBe(await sinceIn('Pacific/Pago_Pago'));
    expect(await sinceIn('Nowhere/At_all')).toBe(await sinceIn('UTC'));
    await browser.submit(DISCONNECT);
  });

  it('is shown as what it is while the upstream has suspended the account there', async () => {
    const browser = await newcomer('sue@example.com');
    await connect(browser, 'facebook', 'No e-mail address');
    const suspended = 'Facebook has disabled this account of yours';
    expect(browser.page.text).not.toContain(suspended);
    await world.query(
      `update identities set suspended_at = created_at
       where account_id = (select account_id from addresses where canonical = 'sue@example.com')`,
    );
    expect((await browser.open(page())).text).toContain(suspended);
    await browser.submit(DISCONNECT);
  });

  it('is refused when the identity opens another account, and when one of that upstream is connected already', async () => {
    const browser = await newcomer('bea@example.com');
    const taken = await connect(browser, 'google', 'Grace Workspace');
    expect([taken.status, taken.alert]).toEqual([409, expect.stringContaining('already opens another account')]);
    expect(await identitiesOf('bea@example.com')).toEqual([]);

    const stale = browser.tab();
    await stale.open(page());
    const connected = await connect(browser, 'google', 'Alan Elsewhere');
    expect(connected.upstreams).toEqual(['facebook']);
    const second = await connect(stale, 'google', 'Una Unverified');
    expect([second.status, second.alert]).toEqual([
      409,
      expect.stringContaining('Another Google account is connected'),
    ]);
    expect(await identitiesOf('bea@example.com')).toMatchObject([{ facts: { email: 'alan@elsewhere.example' } }]);
  });

  it('keeps everything when the person stops there', async () => {
    const browser = await newcomer('cleo@example.com');
    await browser.submit({ upstream: 'google' });
    const back = await browser.submit({ button: /cancel/i });
    expect([back.screen, back.status, back.error]).toEqual(['account-identities', 200, 'upstream_cancelled']);
    expect(back.text).toContain('nothing was connected');
  });

  it('says when the upstream answers wrong, or is unknown here', async () => {
    const browser = await newcomer('dan@example.com');
    await browser.submit({ upstream: 'google' });
    const callback = new URL(await callbackFor(browser.page, 'Una Unverified'));
    callback.searchParams.set('code', 'made-up');
    const failed = await browser.open(callback.href);
    expect([failed.screen, failed.status, failed.error]).toEqual(['account-identities', 400, 'upstream_failed']);
    expect(await identitiesOf('dan@example.com')).toEqual([]);
    const unknown = await browser.open(`${page()}?done=connected&upstream=nobody`);
    expect(unknown.body).not.toMatch(/role="(?:status|alert)"/);
  });
});

describe('a trip to connect', () => {
  it('connects nothing in another browser, whoever is signed in there (A10)', async () => {
    const attacker = await newcomer('mallory@example.com');
    const victim = await newcomer('vera@example.com');
    await attacker.submit({ upstream: 'google' });
    const callback = await callbackFor(attacker.page, 'Una Unverified');
    expect((await victim.open(callback)).error).toBe('interaction_foreign');
    expect(await identitiesOf('vera@example.com')).toEqual([]);
    expect(await identitiesOf('mallory@example.com')).toEqual([]);
  });

  it('connects nothing once another person is signed in on the same browser', async () => {
    const browser = await newcomer('nina@example.com');
    await browser.submit({ upstream: 'google' });
    const callback = await callbackFor(browser.page, 'Una Unverified');
    const tab = browser.tab();
    await tab.open(`${world.app.url}/logout`);
    await tab.submit({ button: 'Sign out' });
    await signUpLocally(world, tab, 'olga@example.com');
    const late = await browser.open(callback);
    expect([late.screen, late.status]).toEqual(['account-identities', 400]);
    expect([...(await identitiesOf('nina@example.com')), ...(await identitiesOf('olga@example.com'))]).toEqual([]);
  });

  it('signs nobody in and connects nothing once the session is over, also when the same person comes back (A11, A15)', async () => {
    const browser = await newcomer('paula@example.com');
    await browser.submit({ upstream: 'google' });
    const callback = await callbackFor(browser.page, 'Una Unverified');
    const tab = browser.tab();
    await tab.open(`${world.app.url}/logout`);
    await tab.submit({ button: 'Sign out' });
    expect((await browser.open(callback)).screen).toBe('login');

    await signInLocally(world, browser, 'paula@example.com');
    await browser.open(page());
    await browser.submit({ upstream: 'google' });
    const second = await callbackFor(browser.page, 'Una Unverified');
    await tab.open(`${world.app.url}/logout`);
    await tab.submit({ button: 'Sign out' });
    await signInLocally(world, tab, 'paula@example.com');
    expect((await browser.open(second)).alert).toContain('was not connected');
    expect(await identitiesOf('paula@example.com')).toEqual([]);
  });

  it('connects nothing by the state of a login, though its person is signed in (A11)', async () => {
    const browser = await newcomer('quinn@example.com');
    const tab = browser.tab();
    await tab.open(`${world.app.url}/login?prompt=login`);
    await tab.submit({ action: '/start-again' });
    await tab.submit({ upstream: 'facebook' });
    const shown = await tab.open(await callbackFor(tab.page, 'Ada Example'));
    expect(shown.screen).not.toBe('account-identities');
    expect(await identitiesOf('quinn@example.com')).toEqual([]);
  });

  it('is over after ten minutes, and connects once when its callback comes twice', async () => {
    const browser = await newcomer('rosa@example.com');
    await browser.submit({ upstream: 'facebook' });
    const callback = await callbackFor(browser.page, 'Ada Example');
    const tab = browser.tab();
    const pages = await Promise.all([browser.open(callback), tab.open(callback)]);
    for (const shown of pages) expect(shown.screen).toBe('account-identities');
    expect(await identitiesOf('rosa@example.com')).toHaveLength(1);
    const again = await browser.open(callback);
    expect([again.screen, again.alert]).toEqual(['account-identities', undefined]);

    const late = await newcomer('sara@example.com');
    await late.submit({ upstream: 'google' });
    const expired = await callbackFor(late.page, 'Una Unverified');
    world.gatehouse.passTime(601);
    expect((await late.open(expired)).alert).toContain('took too long');
    expect(await identitiesOf('sara@example.com')).toEqual([]);
  });
});

describe('disconnecting an upstream', () => {
  it('is one press, told by mail, and the upstream opens nothing any more', async () => {
    const browser = await newcomer('tess@example.com');
    await connect(browser, 'facebook', 'No e-mail address');
    const done = await browser.submit(DISCONNECT);
    expect(done.text).toContain('Facebook is disconnected');
    expect(await identitiesOf('tess@example.com')).toEqual([]);
    expect((await mailTo('tess@example.com', /no longer opens/)).text).toContain('Not you?');
    const other = createBrowser();
    expect((await continueWith(world, other, 'facebook', 'No e-mail address')).screen).toBe('complete-profile');
  });

  it('is refused for the last way in, and offers to set a password first', async () => {
    const browser = await federated('Ada Example');
    const refused = await browser.submit(DISCONNECT);
    expect([refused.status, refused.alert]).toEqual([422, expect.stringContaining('only way into your account')]);
    expect(refused.links.map(({ href }) => href)).toContain('/account/password');
    expect(await identitiesOf('ada.example@gmail.com')).toHaveLength(1);
  });

  it('needs a sign-in of the last five minutes', async () => {
    const browser = await newcomer('uma@example.com');
    await connect(browser, 'facebook', 'No e-mail address');
    world.gatehouse.passTime(301);
    expect((await browser.submit(DISCONNECT)).screen).toBe('reauthenticate');
    expect(await identitiesOf('uma@example.com')).toHaveLength(1);
    expect((await browser.submit({ fields: { password: PASSWORD } })).screen).toBe('account-identities');
    await browser.submit(DISCONNECT);
    expect(await identitiesOf('uma@example.com')).toEqual([]);
  });
});

describe('the undo link', () => {
  it('ends a sign-in with the identity that still waits for an answer', async () => {
    const browser = await newcomer('yara@example.com');
    await connect(browser, 'facebook', 'No e-mail address');
    const link = await world.gatehouse.link('yara@example.com', '/account/identities/undo');
    const thief = createBrowser();
    await signUpLocally(world, thief, 'zack@example.com');
    await thief.open(`${world.app.url}/login?prompt=login`);
    await thief.submit({ button: 'Use another account' });
    await thief.submit({ upstream: 'facebook' });
    expect((await thief.submit({ button: 'No e-mail address' })).screen).toBe('switch-account');
    const owner = createBrowser();
    await owner.open(link);
    await owner.submit();
    expect((await thief.submit({ button: 'Switch' })).screen).toBe('login');
  });

  it('disconnects, signs out everywhere, and works once', async () => {
    const browser = await newcomer('vita@example.com');
    await connect(browser, 'facebook', 'No e-mail address');
    const link = await world.gatehouse.link('vita@example.com', '/account/identities/undo');
    for (let scan = 0; scan < 3; scan += 1) {
      expect((await fetch(link)).status).toBe(200);
      expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
    }
    expect(await identitiesOf('vita@example.com')).toHaveLength(1);
    const owner = createBrowser();
    expect((await owner.open(link)).screen).toBe('identity-undo');
    expect((await owner.submit()).screen).toBe('reset-password');
    expect(await identitiesOf('vita@example.com')).toEqual([]);
    expect((await browser.open(page())).screen).toBe('login');
    expect((await owner.open(link)).forms.filter((form) => form.inMain)).toEqual([]);
  });

  it('disconnects even the last way in, and works a week', async () => {
    const browser = await newcomer('wanda@example.com');
    await connect(browser, 'facebook', 'No e-mail address');
    await world.query(
      `delete from passwords where account_id = (select account_id from addresses where canonical = 'wanda@example.com')`,
    );
    const link = await world.gatehouse.link('wanda@example.com', '/account/identities/undo');
    world.gatehouse.passTime(6 * 86_400);
    const owner = createBrowser();
    await owner.open(link);
    await owner.submit();
    expect(await identitiesOf('wanda@example.com')).toEqual([]);

    const late = await newcomer('xenia@example.com');
    await connect(late, 'facebook', 'No e-mail address');
    const old = await world.gatehouse.link('xenia@example.com', '/account/identities/undo');
    world.gatehouse.passTime(7 * 86_400 + 1);
    expect((await owner.open(old)).status).toBe(400);
  });
});
