import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sha256 } from '../../src/kit/random.ts';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { answerOf, askFor, deviceApp, idTokenOf, requestOf } from '../support/limited_apps.ts';
import { PASSWORD, typeCode } from '../support/people.ts';
import { setUpApp, type Phone } from '../support/second_steps.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ clients: [deviceApp('plain'), { ...deviceApp('strict'), require: 'mfa' }] });
});
afterAll(() => world.stop());

const ask = (browser: Browser, app: string, extra?: Record<string, string>) =>
  askFor(browser, world.gatehouse.issuer, app, extra);
const hasSession = (browser: Browser) => browser.cookies.list().some(({ name }) => name === 'gatehouse_session');
const sessionId = (browser: Browser) => browser.cookies.list().find(({ name }) => name === 'gatehouse_session')?.value;
const uid = (browser: Browser) => /\/interaction\/[\w-]+/.exec(browser.page.url)?.[0] ?? '';
const at = (browser: Browser, page: string) => `${world.gatehouse.issuer}${uid(browser)}/${page}`;
const hasPasswordField = (page: Page) => page.body.includes('name="password"');

async function signUp(browser: Browser, app: string, email: string): Promise<Page> {
  await ask(browser, app, { prompt: 'create' });
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
  return typeCode(world, browser, email);
}

async function typePassword(browser: Browser, email?: string): Promise<Page> {
  return browser.submit({ fields: { ...(email && { email }), password: PASSWORD } });
}

/** Has a password and an authenticator app. */
async function enrolled(email: string): Promise<{ browser: Browser; phone: Phone; page: Page }> {
  const browser = createBrowser();
  await signUp(browser, 'strict', email);
  return { browser, ...(await setUpApp(world, browser)) };
}

/** What an app hears of somebody: asks, goes through what is asked by `prove`, and redeems the code. */
async function heard(
  browser: Browser,
  app: string,
  extra: Record<string, string>,
  prove: (page: Page) => Promise<Page> = async (page) => page,
) {
  const { issuer } = world.gatehouse;
  const { url, verifier } = requestOf(issuer, app, extra);
  const page = await prove(await browser.open(url));
  const { claims } = await idTokenOf(issuer, app, page, verifier);
  return claims;
}

const secondStepOf = (email: string) =>
  world.query(
    `select second_step_at is not null as on, (select count(*)::int from identities i where i.account_id = a.id) as identities
     from accounts a join addresses on account_id = a.id where canonical = '${email}'`,
  );

describe('who has no second factor', () => {
  it('is led to set one up where an app asks for it, and has proven both by that', async () => {
    const browser = createBrowser();
    const claims = await heard(browser, 'strict', { prompt: 'create' }, async () => {
      await browser.submit({ action: '/signup', fields: { email: 'nia@example.com', new_password: PASSWORD } });
      const page = await typeCode(world, browser, 'nia@example.com');
      expect([page.screen, hasSession(browser)]).toEqual(['enrol-factor', false]);
      return (await setUpApp(world, browser)).page;
    });
    expect(claims).toMatchObject({ acr: 'mfa', amr: ['pwd', 'otp', 'mfa'] });
    expect(await secondStepOf('nia@example.com')).toEqual([{ on: true, identities: 0 }]);
  });

  it('signs in with one where nobody asks for it', async () => {
    const browser = createBrowser();
    await signUp(browser, 'plain', 'una@example.com');
    const claims = await heard(browser, 'plain', {});
    expect([claims['acr'], claims['amr']]).toEqual([undefined, ['pwd']]);
  });

  it('has to sign in again before setting one up in a session that is not fresh (C16)', async () => {
    const browser = createBrowser();
    await signUp(browser, 'plain', 'ula@example.com');
    expect((await ask(browser, 'strict')).screen).toBe('enrol-factor');
    world.gatehouse.passTime(360);
    expect((await ask(browser, 'strict')).screen).toBe('reauthenticate');
    expect((await typePassword(browser)).screen).toBe('enrol-factor');
  });

  it('sees the same secret until a code of it confirms it, then its recovery codes, and neither again', async () => {
    const browser = createBrowser();
    await signUp(browser, 'strict', 'uma@example.com');
    const shown = (await browser.submit({ action: '/enrol-factor' })).body;
    const secret = /id="secret"[^>]*>([^<]+)</.exec(shown)?.[1] ?? 'none';
    expect((await browser.open(at(browser, 'enrol-factor'))).body).toContain(secret);
    expect((await browser.submit({ action: '/totp', fields: { code: '000000' } })).status).toBe(422);
    const { page } = await enrolled('ugo@example.com');
    expect(answerOf(page)['code']).toBeDefined();
  });
});

describe('who has a second factor', () => {
  let phone: Phone;
  beforeAll(async () => {
    ({ phone } = await enrolled('ada@example.com'));
  });

  it('is asked for it after the password, before there is a session (B13)', async () => {
    const browser = createBrowser();
    await ask(browser, 'plain');
    const page = await typePassword(browser, 'ada@example.com');
    expect([page.screen, page.status, hasSession(browser)]).toEqual(['second-factor', 200, false]);
    expect(page.text).toContain('Enter the code from your app');
    const wrong = await browser.submit({ fields: { code: '000000' } });
    expect([wrong.screen, wrong.status, hasSession(browser)]).toEqual(['second-factor', 422, false]);
    expect(answerOf(await browser.submit({ fields: { code: phone.code() } }))['code']).toBeDefined();
    expect(hasSession(browser)).toBe(true);
  });

  it('cannot use a code twice (F1)', async () => {
    const [first, second] = [createBrowser(), createBrowser()];
    const code = phone.code();
    for (const browser of [first, second]) {
      await ask(browser, 'plain');
      await typePassword(browser, 'ada@example.com');
    }
    expect(answerOf(await first.submit({ fields: { code } }))['code']).toBeDefined();
    const again = await second.submit({ fields: { code } });
    expect([again.screen, again.status]).toEqual(['second-factor', 422]);
    expect(again.alert).toContain('used already');
  });

  it('can use a recovery code instead, once, and is told by mail', async () => {
    const [code = ''] = phone.codes;
    const browser = createBrowser();
    await ask(browser, 'plain');
    await typePassword(browser, 'ada@example.com');
    expect((await browser.follow('Use another way')).screen).toBe('choose-method');
    expect((await browser.follow('Recovery code')).screen).toBe('recovery-code');
    expect((await browser.submit({ fields: { code: 'AAAA-BBBB-CCCC' } })).status).toBe(422);
    const typed = code.toLowerCase().replaceAll('-', ' ');
    expect(answerOf(await browser.submit({ fields: { code: typed } }))['code']).toBeDefined();
    const other = createBrowser();
    await ask(other, 'plain');
    await typePassword(other, 'ada@example.com');
    await other.open(at(other, 'recovery-code'));
    expect((await other.submit({ fields: { code } })).alert).toContain('used already');
  });

  it.each([
    ['GET', 'enrol-factor'],
    ['GET', 'accept-terms'],
    ['GET', 'switch-account'],
    ['GET', 'check-email'],
    ['POST', 'enrol-factor'],
    ['POST', 'enrol-factor/totp'],
    ['POST', 'enrol-factor/codes'],
    ['POST', 'accept-terms'],
    ['POST', 'switch-account'],
    ['POST', 'check-email/confirmed'],
  ])('gets no further by %s %s than to the page that asks for it (C7, F7)', async (method, path) => {
    const browser = createBrowser();
    await ask(browser, 'plain');
    await typePassword(browser, 'ada@example.com');
    const page = at(browser, 'second-factor');
    const answer =
      method === 'POST'
        ? await rawPost(browser, at(browser, path), { saved: '1', terms: '1' })
        : await browser.open(at(browser, path));
    const end = 'headers' in answer && 'screen' in answer ? answer.url : (answer as Response).headers.get('location');
    expect(new URL(end ?? '', page).href).toBe(page);
    expect(hasSession(browser)).toBe(false);
  });

  it('gets no session by going on to the app without it (C7)', async () => {
    const browser = createBrowser();
    await ask(browser, 'plain');
    await typePassword(browser, 'ada@example.com');
    const resumed = await browser.open(`${world.gatehouse.issuer}/oidc/authorize/${uid(browser).split('/').at(-1)}`);
    expect([answerOf(resumed), hasSession(browser)]).toEqual([{}, false]);
  });

  it('starts over where the page waited for more than five minutes', async () => {
    const browser = createBrowser();
    await ask(browser, 'plain');
    await typePassword(browser, 'ada@example.com');
    world.gatehouse.passTime(330);
    const page = await browser.submit({ fields: { code: phone.code() } });
    expect([page.screen, hasSession(browser)]).toEqual(['login', false]);
  });

  it('starts over where the account took its proofs back meanwhile, and no code is used up for that', async () => {
    const browser = createBrowser();
    await ask(browser, 'plain');
    await typePassword(browser, 'ada@example.com');
    await world.query(`update accounts set proof_epoch = proof_epoch + 1
      where id = (select account_id from addresses where canonical = 'ada@example.com')`);
    const code = phone.code();
    expect((await browser.submit({ fields: { code } })).screen).toBe('login');
    await typePassword(browser, 'ada@example.com');
    expect(answerOf(await browser.submit({ fields: { code } }))).toHaveProperty('code');
  });

  it('proves it before a stronger one can be set up (C16)', async () => {
    const browser = createBrowser();
    await ask(browser, 'plain', { acr_values: 'phr' });
    expect((await typePassword(browser, 'ada@example.com')).screen).toBe('second-factor');
    expect((await browser.submit({ fields: { code: phone.code() } })).screen).toBe('enrol-factor');
  });

  it('is asked for it in every tab, and after Back', async () => {
    const browser = createBrowser();
    await ask(browser, 'plain');
    const tab = browser.tab();
    await ask(tab, 'plain');
    for (const each of [browser, tab]) {
      expect((await typePassword(each, 'ada@example.com')).screen).toBe('second-factor');
    }
    expect((await browser.back()).screen).toBe('login');
    expect((await typePassword(browser, 'ada@example.com')).screen).toBe('second-factor');
    expect(hasSession(browser)).toBe(false);
    expect(answerOf(await tab.submit({ fields: { code: phone.code() } }))['code']).toBeDefined();
  });

  it('is asked for it after a restart of an expired visit', async () => {
    const browser = createBrowser();
    await ask(browser, 'plain');
    await typePassword(browser, 'ada@example.com');
    await browser.open(at(browser, 'restart'));
    expect([browser.page.screen, hasSession(browser)]).toEqual(['login', false]);
    expect((await typePassword(browser, 'ada@example.com')).screen).toBe('second-factor');
  });

  it('is asked for it before the question of switching accounts', async () => {
    const browser = createBrowser();
    await signUp(browser, 'plain', 'sam@example.com');
    await ask(browser, 'plain', { prompt: 'select_account' });
    await browser.submit({ action: '/start-again' });
    expect((await typePassword(browser, 'ada@example.com')).screen).toBe('second-factor');
    expect((await browser.submit({ fields: { code: phone.code() } })).screen).toBe('switch-account');
  });

  it('is asked for it after a reset of the password, which signs nobody in (E9)', async () => {
    const { phone: own, browser: before } = await enrolled('eva@example.com');
    const browser = createBrowser();
    await ask(browser, 'plain');
    await browser.follow('Forgot password?');
    await browser.submit({ fields: { email: 'eva@example.com' } });
    await browser.open(await world.gatehouse.link('eva@example.com', '/reset-password'));
    const changed = await browser.submit({ fields: { new_password: 'quite another password 43' } });
    expect([changed.screen, hasSession(browser)]).toEqual(['login', false]);
    const page = await browser.submit({
      fields: { email: 'eva@example.com', password: 'quite another password 43' },
    });
    expect([page.screen, hasSession(browser)]).toEqual(['second-factor', false]);
    expect(answerOf(await browser.submit({ fields: { code: own.code() } }))['code']).toBeDefined();
    expect((await before.open(`${world.gatehouse.issuer}/account`)).screen).toBe('login');
  });
});

describe('who comes through an upstream', () => {
  it('is asked for the second factor of their account (B13)', async () => {
    const first = createBrowser();
    await ask(first, 'strict');
    await first.submit({ upstream: 'google' });
    expect((await first.submit({ button: 'Ada Example' })).screen).toBe('enrol-factor');
    const { phone } = await setUpApp(world, first);
    const browser = createBrowser();
    const claims = await heard(browser, 'plain', {}, async () => {
      await browser.submit({ upstream: 'google' });
      const page = await browser.submit({ button: 'Ada Example' });
      expect([page.screen, hasSession(browser)]).toEqual(['second-factor', false]);
      return browser.submit({ fields: { code: phone.code() } });
    });
    expect(claims).toMatchObject({ acr: 'mfa', amr: ['fed', 'otp', 'mfa'] });
  });

  it('connects nothing to an account before its second factor is proven, too (A15)', async () => {
    const { phone } = await enrolled('grace@workspace.example');
    const browser = createBrowser();
    await ask(browser, 'plain');
    await browser.submit({ upstream: 'google' });
    expect((await browser.submit({ button: 'Grace Workspace' })).screen).toBe('link-account');
    const email = String(
      (await world.query("select canonical from addresses where canonical like 'grace%'"))[0]?.['canonical'],
    );
    const page = await browser.submit({ fields: { password: PASSWORD } });
    expect([page.screen, hasSession(browser)]).toEqual(['second-factor', false]);
    expect(await secondStepOf(email)).toEqual([{ on: true, identities: 0 }]);
    expect(answerOf(await browser.submit({ fields: { code: phone.code() } }))['code']).toBeDefined();
    expect(await secondStepOf(email)).toEqual([{ on: true, identities: 1 }]);
  });
});

describe('who has only the password when its owner sets up a second factor', () => {
  it('sets up none beside it, and is asked for that one (C16)', async () => {
    const own = createBrowser();
    await signUp(own, 'plain', 'ines@example.com');
    const thief = createBrowser();
    await ask(thief, 'strict');
    expect((await typePassword(thief, 'ines@example.com')).screen).toBe('enrol-factor');
    await ask(own, 'strict');
    await setUpApp(world, own);
    const options = await rawPost(thief, at(thief, 'enrol-factor/passkey/options'));
    expect([options.status, options.headers.get('location')]).toEqual([303, `${uid(thief)}/second-factor`]);
  });
});

describe('a session that proves too little', () => {
  it('gives no code to prompt=none, but an error (C14)', async () => {
    const browser = createBrowser();
    await signUp(browser, 'plain', 'cyd@example.com');
    const silent = async (app: string, extra: Record<string, string> = {}) =>
      answerOf(await ask(browser, app, { prompt: 'none', ...extra }));
    expect(await silent('plain')).toHaveProperty('code');
    expect(await silent('plain', { acr_values: 'urn:of:others' })).toHaveProperty('code');
    for (const answer of [
      await silent('strict'),
      await silent('plain', { acr_values: 'mfa' }),
      await silent('plain', { acr_values: 'phr' }),
    ]) {
      expect(answer).toMatchObject({ error: 'login_required' });
      expect(answer).not.toHaveProperty('code');
    }
  });

  it('is nobody, once its account asks for a second step, until it is raised (B13)', async () => {
    const old = createBrowser();
    await signUp(old, 'plain', 'cleo@example.com');
    const before = await heard(old, 'plain', {});
    const other = createBrowser();
    await ask(other, 'strict');
    await typePassword(other, 'cleo@example.com');
    const { phone } = await setUpApp(world, other);
    expect(answerOf(await ask(old, 'plain', { prompt: 'none' }))).toMatchObject({ error: 'login_required' });
    const [id, asked] = [sessionId(old), await old.open(`${world.gatehouse.issuer}/account`)];
    expect([asked.screen, hasPasswordField(asked)]).toEqual(['second-factor', false]);
    expect((await old.submit({ fields: { code: phone.code() } })).screen).toBe('account');
    // A new id, as after a login; of the old one nothing is left (C3).
    expect(sessionId(old)).not.toBe(id);
    expect(await world.query(`select 1 from sessions where id = '${sha256(id ?? '')}'`)).toEqual([]);
    const after = await heard(old, 'plain', {});
    expect(after).toMatchObject({ auth_time: before['auth_time'], acr: 'mfa', amr: ['pwd', 'otp', 'mfa'] });
  });

  it('is too old for max_age by the time it is raised, if its first proof is (C15)', async () => {
    const browser = createBrowser();
    await signUp(browser, 'plain', 'mel@example.com');
    const other = createBrowser();
    await ask(other, 'strict');
    await typePassword(other, 'mel@example.com');
    const { phone } = await setUpApp(world, other);
    expect((await ask(browser, 'plain', { max_age: '60' })).screen).toBe('second-factor');
    const page = await browser.submit({ fields: { code: phone.code() } });
    expect([page.screen, hasPasswordField(page)]).toEqual(['reauthenticate', true]);
  });

  it('is asked by max_age and prompt=login for the first factor again, and for the second (C15)', async () => {
    const { browser, phone } = await enrolled('max@example.com');
    const before = await heard(browser, 'plain', {});
    world.gatehouse.passTime(120);
    for (const extra of [{ prompt: 'login' }, { max_age: '60' }] as Record<string, string>[]) {
      const claims = await heard(browser, 'strict', extra, async (page) => {
        expect([page.screen, hasPasswordField(page)]).toEqual(['reauthenticate', true]);
        expect((await typePassword(browser)).screen).toBe('second-factor');
        return browser.submit({ fields: { code: phone.code() } });
      });
      expect(Number(claims['auth_time'])).toBeGreaterThanOrEqual(Number(before['auth_time']) + 120);
      world.gatehouse.passTime(120);
    }
  });
});

describe('a trusted browser', () => {
  it('is asked for the password alone, by nobody who asks for more', async () => {
    const { phone } = await enrolled('tess@example.com');
    const browser = createBrowser();
    await ask(browser, 'plain');
    await typePassword(browser, 'tess@example.com');
    await browser.submit({ fields: { code: phone.code(), trust: '1' } });
    await signOut(browser);
    const claims = await heard(browser, 'plain', {}, () => typePassword(browser, 'tess@example.com'));
    expect([claims['acr'], claims['amr']]).toEqual([undefined, ['pwd']]);
    // Its session is one, but no proof of two factors: not for an app, and not for a change of the account.
    expect(answerOf(await ask(browser, 'plain', { prompt: 'none' }))).toHaveProperty('code');
    const asked = await ask(browser, 'strict');
    expect([asked.screen, hasPasswordField(asked), asked.body.includes('name="trust"')]).toEqual([
      'second-factor',
      false,
      false,
    ]);
    expect((await browser.open(`${world.gatehouse.issuer}/account/address`)).screen).toBe('reauthenticate');
    expect((await typePassword(browser)).screen).toBe('second-factor');
    expect((await browser.submit({ fields: { code: phone.code() } })).screen).toMatch(/^account/);
    // Who has to sign in anew does so in full, here too (C15).
    await ask(browser, 'plain', { prompt: 'login' });
    expect((await typePassword(browser)).screen).toBe('second-factor');
  });

  it('connects nothing to an account by the password alone (A15)', async () => {
    const { phone } = await enrolled('alan@elsewhere.example');
    const browser = createBrowser();
    await ask(browser, 'plain');
    await typePassword(browser, 'alan@elsewhere.example');
    await browser.submit({ fields: { code: phone.code(), trust: '1' } });
    await signOut(browser);
    await ask(browser, 'plain');
    await browser.submit({ upstream: 'google' });
    expect((await browser.submit({ button: 'Alan' })).screen).toBe('link-account');
    expect((await typePassword(browser)).screen).toBe('second-factor');
    expect(await secondStepOf('alan@elsewhere.example')).toEqual([{ on: true, identities: 0 }]);
    await browser.submit({ fields: { code: phone.code() } });
    expect(await secondStepOf('alan@elsewhere.example')).toEqual([{ on: true, identities: 1 }]);
  });

  async function signOut(browser: Browser) {
    await browser.open(`${world.gatehouse.issuer}/oidc/logout`);
    await browser.submit({ button: 'Sign out' });
  }
});

describe('what an app hears of the factors (F6)', () => {
  it.each([
    ['a password', {}, undefined],
    ['a password, asked for more', { acr_values: 'mfa' }, 'mfa'],
    ['a password, asked for either', { acr_values: 'phr mfa' }, 'mfa'],
  ])('%s', async (_route, extra, acr) => {
    const email = `f${String(acr)}${Object.values(extra).join('').length}@example.com`;
    const browser = createBrowser();
    await signUp(browser, 'plain', email);
    const claims = await heard(browser, 'plain', extra, async (page) => {
      if (page.screen !== 'enrol-factor') return page;
      return (await setUpApp(world, browser)).page;
    });
    expect(claims['acr']).toBe(acr);
    expect((claims['amr'] as string[]).includes('mfa')).toBe(acr !== undefined);
  });

  it('an authenticator app is never taken for a passkey', async () => {
    const { browser } = await enrolled('phoebe@example.com');
    const page = await ask(browser, 'plain', { acr_values: 'phr' });
    expect([page.screen, page.body.includes('name="code"')]).toEqual(['enrol-factor', false]);
    expect(page.forms.some(({ action }) => action.endsWith('/enrol-factor'))).toBe(false);
    const forced = await rawPost(browser, at(browser, 'enrol-factor'));
    expect(forced.headers.get('location')).toBe(`${uid(browser)}/enrol-factor`);
  });
});
