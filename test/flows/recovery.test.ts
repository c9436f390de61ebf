import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { exchange } from '../support/http_browser/transport.ts';
import { continueWith, PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  const limits = { mail_client: { points: 1000 }, signup_address: { points: 1000 } };
  world = await startWorld({ settings: { limits } });
});
afterAll(() => world.stop());

const NEW = 'another long password 43';

/** Comes from the app and asks for a link. */
async function lose(email: string, browser = createBrowser()): Promise<Browser> {
  await browser.open(`${world.app.url}/login`);
  await browser.follow('Forgot password?');
  await browser.submit({ fields: { email } });
  return browser;
}
const linkTo = (email: string) => world.gatehouse.link(email, '/reset-password');
async function mailedLink(email: string): Promise<string> {
  await lose(email);
  return linkTo(email);
}
async function choose(link: string, password = NEW, browser = createBrowser()): Promise<Page> {
  await browser.open(link);
  return browser.submit({ fields: { new_password: password } });
}
async function signIn(email: string, password: string, browser = createBrowser()): Promise<Page> {
  await browser.open(`${world.app.url}/login`);
  return browser.submit({ fields: { email, password } });
}
const account = (browser: Browser, path = '') => browser.open(`${world.gatehouse.issuer}/account${path}`);
const mailsTo = async (email: string) => (await world.gatehouse.mails()).filter(({ to }) => to === email);
const resetMails = async (email: string) =>
  (await mailsTo(email)).filter(({ text }) => text.includes('/reset-password')).length;

describe('a lost password', () => {
  it('is replaced by way of the mailbox, and the sign-in goes on in its browser', async () => {
    await signUpLocally(world, createBrowser(), 'ada@example.com');
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ fields: { email: 'ada@example.com', password: 'I forgot which one' } });
    const asked = await browser.follow('Forgot password?');
    expect(asked.body).toContain('value="ada@example.com"');
    const sent = await browser.submit();
    expect(sent).toMatchObject({ screen: 'recover', status: 200 });
    expect(sent.text).toContain('If there is an account with the address');
    expect(sent.text).toContain('30 minutes');

    const tab = browser.tab();
    const page = await tab.open(await linkTo('ada@example.com'));
    expect(page).toMatchObject({ screen: 'reset-password', status: 200 });
    const weak = await tab.submit({ fields: { new_password: 'password12345678' } });
    expect([weak.status, weak.alert?.includes('Many people use this password')]).toEqual([422, true]);
    const back = await tab.submit({ fields: { new_password: NEW } });
    expect(back).toMatchObject({ screen: 'login', status: 200 });
    expect(back.text).toContain('Your password was changed. Sign in with it.');
    expect(back.body).toContain('value="ada@example.com"');
    expect((await tab.submit({ fields: { password: NEW } })).url).toBe(`${world.app.url}/me`);

    expect((await signInLocally(world, createBrowser(), 'ada@example.com')).status).toBe(401);
    const subjects = (await mailsTo('ada@example.com')).map(({ subject }) => subject);
    expect(subjects).toContain('Your Acme password was changed');
    expect((await account(tab, '/activity')).text).toContain('A new password was chosen with a mailed link');
  });

  it('is replaced although the way back to its visit cannot be read any more', async () => {
    await signUpLocally(world, createBrowser(), 'bob@example.com');
    const browser = await lose('bob@example.com');
    const link = await linkTo('bob@example.com');
    await world.query(
      `update mailed_links set payload = payload || '{"resume":"v1.another.key"}' where purpose = 'reset-password'`,
    );
    const page = await choose(link, NEW, browser.tab());
    expect([page.status, page.text.includes('Your password was changed')]).toEqual([200, true]);
  });

  it('is replaced in any browser, which is then not signed in', async () => {
    await signUpLocally(world, createBrowser(), 'bea@example.com');
    const other = createBrowser();
    const page = await choose(await mailedLink('bea@example.com'), NEW, other);
    expect(page.text).toContain('Your password was changed');
    expect((await account(other)).screen).toBe('login');
    expect((await signIn('bea@example.com', NEW)).url).toBe(`${world.app.url}/me`);
  });

  it('costs whoever else was in: sessions and refresh tokens are dead, the next step asks again (A3)', async () => {
    const attacker = createBrowser();
    await signUpLocally(world, attacker, 'cleo@example.com');
    expect((await attacker.open(`${world.app.url}/refresh`)).status).toBe(200);
    await choose(await mailedLink('cleo@example.com'));
    expect((await attacker.open(`${world.app.url}/refresh`)).body).toContain('invalid_grant');
    expect((await account(attacker)).screen).toBe('login');
  });

  it('ends a proof by the old password that still waits for an answer', async () => {
    await signUpLocally(world, createBrowser(), 'dora@example.com');
    const attacker = createBrowser();
    await signUpLocally(world, attacker, 'mallory@example.com');
    await attacker.open(`${world.app.url}/login?prompt=login`);
    await attacker.submit({ button: 'Use another account' });
    await attacker.submit({ fields: { email: 'dora@example.com', password: PASSWORD } });
    expect(attacker.page.screen).toBe('switch-account');
    world.gatehouse.passTime(2);
    await choose(await mailedLink('dora@example.com'));
    expect((await attacker.submit({ button: 'Switch' })).screen).toBe('login');
  });

  it('is set for the first time by whoever only ever came through an upstream', async () => {
    await continueWith(world, createBrowser(), 'google', 'gmail.com');
    await lose('ada.example@gmail.com');
    const link = await linkTo('ada.example@gmail.com');
    const [mail] = await mailsTo('ada.example@gmail.com');
    expect(mail?.text).toContain('You sign in with Google');
    await choose(link);
    expect((await signIn('ada.example@gmail.com', NEW)).url).toBe(`${world.app.url}/me`);
  });

  it('explains to an admin why no mail came', async () => {
    const browser = await lose('nobody@example.com');
    const events = await world.query(
      `select type, reason from events where type in ('accounts.reset_asked', 'mail.dropped') order by at desc limit 1`,
    );
    expect(browser.page.text).toContain('If there is an account');
    expect(events[0]).toMatchObject({ type: expect.stringMatching(/reset_asked|dropped/) });
    const refused = await world.query(`select reference from events where reason = 'nobody'`);
    expect(refused[0]?.['reference']).toMatch(/^\w{5}-\w{5}$/);
  });
});

describe('the link in the mail', () => {
  it('is not used up by scanners, nor by a password that is refused (E8)', async () => {
    await signUpLocally(world, createBrowser(), 'eve@example.com');
    const link = await mailedLink('eve@example.com');
    for (let visit = 0; visit < 5; visit += 1) {
      expect((await fetch(link)).status).toBe(200);
      expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
    }
    for (const password of ['', 'short', 'eve@example.com', 'a'.repeat(129)]) {
      expect((await choose(link, password)).status).toBe(422);
    }
    expect((await choose(link)).text).toContain('Your password was changed');
  });

  it('works once, and says so afterwards; of 32 presses at once one wins', async () => {
    await signUpLocally(world, createBrowser(), 'fay@example.com');
    const link = await mailedLink('fay@example.com');
    const browser = createBrowser();
    await browser.open(link);
    const tabs = await Promise.all(
      Array.from({ length: 32 }, async () => {
        const tab = browser.tab();
        await tab.open(link);
        return tab;
      }),
    );
    const pages = await Promise.all(
      tabs.map((tab, turn) => tab.submit({ fields: { new_password: `${NEW} of turn ${turn}` } })),
    );
    const won = pages.map((page) => page.text.includes('Your password was changed'));
    expect(won.filter(Boolean)).toHaveLength(1);
    for (const page of pages.filter((_, turn) => !won[turn])) {
      expect([page.status, page.text.includes('used already')]).toEqual([400, true]);
    }
    expect((await signIn('fay@example.com', `${NEW} of turn ${won.indexOf(true)}`)).url).toBe(`${world.app.url}/me`);
    expect((await createBrowser().open(link)).text).toContain('used already');
  });

  it('is dead after half an hour, after a newer one, and after the password changed otherwise', async () => {
    const gil = createBrowser();
    await signUpLocally(world, gil, 'gil@example.com');
    const old = await mailedLink('gil@example.com');
    const newer = await mailedLink('gil@example.com');
    expect((await createBrowser().open(old)).status).toBe(400);

    await account(gil, '/password');
    await gil.submit({ fields: { password: PASSWORD, new_password: NEW } });
    expect((await createBrowser().open(newer)).text).toContain('no longer works');

    await signUpLocally(world, createBrowser(), 'hal@example.com');
    const late = await mailedLink('hal@example.com');
    const open = createBrowser();
    await open.open(late);
    world.gatehouse.passTime(1801);
    const page = await open.submit({ fields: { new_password: NEW } });
    expect([page.status, page.text.includes('no longer works')]).toEqual([400, true]);
    expect((await signInLocally(world, createBrowser(), 'hal@example.com')).url).toBe(`${world.app.url}/me`);
  });

  it('is nothing without the very token: not flipped, not cut, not one of another purpose (E4, E7)', async () => {
    await signUpLocally(world, createBrowser(), 'ian@example.com');
    const link = await mailedLink('ian@example.com');
    const starter = createBrowser();
    await starter.open(`${world.app.url}/login?prompt=create`);
    await starter.submit({ action: '/signup', fields: { email: 'iris@example.com', new_password: PASSWORD } });
    const verification = await world.gatehouse.link('iris@example.com', '/verify-email');
    const token = new URL(link).searchParams.get('token') ?? '';
    const flipped = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    const other = new URL(verification).searchParams.get('token') ?? '';
    const [row] = await world.query(`select token_hash from mailed_links order by created_at limit 1`);
    for (const forged of [
      flipped,
      token.slice(0, -1),
      `${token}A`,
      other,
      String(row?.['token_hash']),
      '',
      'x'.repeat(5000),
    ]) {
      const browser = createBrowser();
      await browser.open(link);
      const page = await browser.submit({ fields: { new_password: NEW }, tamper: { token: forged } });
      expect([page.status, page.text.includes('no longer works')]).toEqual([400, true]);
    }
    const swapped = verification.replace(other, token);
    expect((await createBrowser().open(swapped)).status).toBe(400);
    expect((await choose(link)).text).toContain('Your password was changed');
  });

  it('needs a form of ours: a post from elsewhere changes nothing (E10)', async () => {
    await signUpLocally(world, createBrowser(), 'jan@example.com');
    const link = await mailedLink('jan@example.com');
    const token = new URL(link).searchParams.get('token') ?? '';
    const body = new URLSearchParams({ token, new_password: NEW });
    expect((await fetch(`${world.gatehouse.issuer}/reset-password`, { method: 'POST', body })).status).toBe(400);
    const browser = createBrowser();
    await browser.open(link);
    expect((await browser.submit({ fields: { new_password: NEW }, tamper: { _csrf: 'x' } })).screen).toBe('error');
    expect((await choose(link)).text).toContain('Your password was changed');
  });

  it('cancels a change of address that somebody else began (A4, E9)', async () => {
    await signUpLocally(world, createBrowser(), 'kim@example.com');
    await world.query(
      `insert into mailed_links (token_hash, purpose, account_id, payload, created_at, expires_at)
       select 'hash', 'change-address', account_id, '{}', verified_at, verified_at + interval '1 year'
       from addresses where canonical = 'kim@example.com'`,
    );
    await choose(await mailedLink('kim@example.com'));
    expect(await world.query(`select * from mailed_links where purpose = 'change-address'`)).toEqual([]);
  });

  it('tells whoever is signed in as somebody else', async () => {
    await signUpLocally(world, createBrowser(), 'lea@example.com');
    const browser = createBrowser();
    await signUpLocally(world, browser, 'max@example.com');
    const page = await browser.open(await mailedLink('lea@example.com'));
    expect(page.text).toContain('you are signed in as max@example.com');
    await browser.submit({ fields: { new_password: NEW } });
    expect((await account(browser)).text).toContain('max@example.com');
  });
});

describe('the mail', () => {
  it('goes to the stored address and leads to the issuer, whatever was typed or sent along (A19, E1)', async () => {
    await signUpLocally(world, createBrowser(), 'Noa.Stored@example.com');
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.follow('Forgot password?');
    const [form] = browser.page.forms.filter(({ action }) => action.includes('/recover'));
    const url = new URL(form?.action ?? '', browser.page.url);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
    const body = new URLSearchParams({ _csrf: csrf, email: 'noa.STORED@example.com' }).toString();
    const send = (headers: Record<string, string>) =>
      exchange({
        method: 'POST',
        url,
        body,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '',
          ...headers,
        },
      });
    expect((await send({ host: 'evil.example' })).status).toBe(421);
    expect((await send({ host: `evil.example:x@localhost` })).status).toBeGreaterThanOrEqual(400);
    expect(await resetMails('Noa.Stored@example.com')).toBe(0);
    const forwarded = {
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-forwarded-proto': 'https',
    };
    expect((await send(forwarded)).status).toBe(303);
    await linkTo('Noa.Stored@example.com');
    const [mail] = await mailsTo('Noa.Stored@example.com');
    expect(mail?.text).not.toContain('evil.example');
    expect(await mailsTo('noa.STORED@example.com')).toEqual([]);
  });

  it('is one a minute in one visit, and three in ten minutes to one mailbox, alike for nobody (E19)', async () => {
    await signUpLocally(world, createBrowser(), 'ora@example.com');
    world.gatehouse.passTime(601);
    const seen: string[][] = [];
    for (const email of ['ora@example.com', 'nobody-at-all@example.com']) {
      const browser = await lose(email);
      const early = await browser.submit({ button: 'Send a new link' });
      const statuses = [`${early.status}`];
      for (let time = 0; time < 3; time += 1) {
        world.gatehouse.passTime(61);
        const page = await browser.submit({ button: 'Send a new link' });
        statuses.push(`${page.status} ${page.headers['retry-after'] !== undefined}`);
      }
      seen.push(statuses);
    }
    expect(seen[0]).toEqual(['429', '200 false', '200 false', '429 true']);
    expect(seen[1]).toEqual(seen[0]);
    await linkTo('ora@example.com');
    expect(await resetMails('ora@example.com')).toBe(3);
    expect(await mailsTo('nobody-at-all@example.com')).toEqual([]);
  });

  it('does not go to the disabled, nor to an address that nobody proved', async () => {
    for (const email of ['pia@example.com', 'quin@example.com']) await signUpLocally(world, createBrowser(), email);
    await world.query(`update accounts set disabled_at = created_at where id =
      (select account_id from addresses where canonical = 'pia@example.com')`);
    await world.query(`update accounts set origin = 'admin' where id =
      (select account_id from addresses where canonical = 'quin@example.com')`);
    await world.query(`update addresses set verified_at = null where canonical = 'quin@example.com'`);
    for (const email of ['pia@example.com', 'quin@example.com']) {
      expect((await lose(email)).page.text).toContain('If there is an account');
    }
    await signUpLocally(world, createBrowser(), 'rex@example.com');
    for (const email of ['pia@example.com', 'quin@example.com']) expect(await resetMails(email)).toBe(0);
  });
});

describe('the password in the account', () => {
  async function signedUp(email: string): Promise<Browser> {
    const browser = createBrowser();
    await signUpLocally(world, browser, email);
    return browser;
  }

  it('is changed by whoever knows it; other sessions end, this one stays', async () => {
    const browser = await signedUp('sue@example.com');
    const other = createBrowser();
    await signInLocally(world, other, 'sue@example.com');
    await browser.open(`${world.gatehouse.issuer}/.well-known/change-password`);
    expect(new URL(browser.page.url).pathname).toBe('/account/password');
    const done = await browser.submit({ fields: { password: PASSWORD, new_password: NEW } });
    expect(done.screen).toBe('account-security');
    expect(done.text).toContain('Your password was changed.');
    expect(done.text).toContain('Changed on');
    expect((await account(browser)).screen).toBe('account');
    expect((await account(other)).screen).toBe('login');
    expect((await signIn('sue@example.com', NEW)).url).toBe(`${world.app.url}/me`);
    expect((await mailsTo('sue@example.com')).some(({ subject }) => subject.includes('password was changed'))).toBe(
      true,
    );
  });

  it('leaves other sessions alone when asked to', async () => {
    const browser = await signedUp('tom@example.com');
    const other = createBrowser();
    await signInLocally(world, other, 'tom@example.com');
    await account(browser, '/password');
    await browser.submit({ fields: { password: PASSWORD, new_password: NEW }, tamper: { end_others: null } });
    expect((await account(other)).screen).toBe('account');
  });

  it('is not changed by whoever does not know it, and the guesses are counted (E18)', async () => {
    const browser = await signedUp('uma@example.com');
    await account(browser, '/password');
    const guess = async (password: string) =>
      (await browser.submit({ fields: { password, new_password: NEW } })).status;
    expect(await guess('')).toBe(422);
    const statuses = [];
    for (let time = 0; time < 12; time += 1) statuses.push(await guess(`a wrong long password ${time}`));
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect(await guess(PASSWORD)).toBe(429);
    // Elsewhere its owner still gets in.
    expect((await signInLocally(world, createBrowser(), 'uma@example.com')).url).toBe(`${world.app.url}/me`);
  });

  it('is set after a fresh sign-in where there was none', async () => {
    const browser = createBrowser();
    await continueWith(world, browser, 'google', 'Grace');
    expect((await account(browser, '/security')).text).toContain('Not set');
    world.gatehouse.passTime(301);
    expect((await account(browser, '/password')).screen).toBe('reauthenticate');
    await browser.submit({ upstream: 'google' });
    const page = await browser.submit({ button: 'Grace' });
    expect(new URL(page.url).pathname).toBe('/account/password/set');
    expect((await browser.submit({ fields: { new_password: 'grace@workspace.example' } })).status).toBe(422);
    const done = await browser.submit({ fields: { new_password: NEW } });
    expect(done.text).toContain('Your password is set.');
    expect((await signIn('grace@workspace.example', NEW)).url).toBe(`${world.app.url}/me`);
    // From now on the word of an upstream is not enough for the next change.
    expect((await account(browser, '/password/set')).screen).toBe('reauthenticate');
    expect((await account(browser, '/password')).text).toContain('Current password');
  });

  it('costs little when it is a megabyte long (E16)', async () => {
    const browser = await signedUp('vic@example.com');
    await account(browser, '/password');
    const page = await browser.submit({ fields: { password: PASSWORD, new_password: 'x'.repeat(1_000_000) } });
    expect([413, 422]).toContain(page.status);
    const link = await mailedLink('vic@example.com');
    expect([413, 422]).toContain((await choose(link, 'x'.repeat(1_000_000))).status);
    expect([413, 422]).toContain((await choose(link, 'x'.repeat(60_000))).status);
  });
});
