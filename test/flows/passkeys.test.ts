import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Lies } from '../support/authenticator.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { askFor, deviceApp } from '../support/limited_apps.ts';
import { addPasskey, answerOf, deviceFor, pressPasskey } from '../support/passkeys.ts';
import { continueWith, PASSWORD, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({
    clients: [
      { ...deviceApp('strict'), require: 'mfa' },
      { ...deviceApp('strictest'), require: 'phishing-resistant' },
      deviceApp('social', ['google']),
    ],
    settings: { limits: { signup_address: { points: 1000 }, mail_client: { points: 1000 } } },
  });
});
afterAll(() => world.stop());

type Device = ReturnType<typeof deviceFor>;

const url = (path: string) => `${world.gatehouse.issuer}${path}`;
const login = (query = '') => `${world.app.url}/login${query}`;
const isBack = (browser: Browser) => browser.page.url.startsWith(world.app.url);
const claims = (browser: Browser) => browser.page.json<{ idToken: Record<string, unknown> }>().idToken;
const passkeysOf = (email: string) => world.query(`select * from passkeys where account_id = ${account(email)}`);
const account = (email: string) => `(select account_id from addresses where canonical = '${email}')`;

/** Signed up with a password, and freshly signed in. */
async function signedUp(email: string) {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

/** Has a password and a passkey, on a browser of their own. */
async function member(email: string, options = { synced: true }) {
  const browser = await signedUp(email);
  const device = deviceFor(world, options);
  await addPasskey(world, browser, device);
  return { browser, device, email };
}

/** Presses the passkey button of the login page on a browser that nobody used before. */
async function signIn(
  device: Device,
  { fields, lies, query }: { fields?: Record<string, string>; lies?: Lies; query?: string } = {},
) {
  const browser = createBrowser();
  await browser.open(login(query));
  await pressPasskey(browser, device, { fields, lies });
  return browser;
}

describe('a passkey on the login page', () => {
  it('signs its person in, and the app learns how', async () => {
    const { device } = await member('ada@example.com');
    const browser = await signIn(device);
    expect(isBack(browser)).toBe(true);
    expect(claims(browser)).toMatchObject({ amr: expect.arrayContaining(['swk', 'user']) });
  });

  it('is enough for an app that asks for more than a password', async () => {
    const { device } = await member('bea@example.com', { synced: false });
    const browser = await signIn(device, { query: '?acr_values=phr' });
    expect(claims(browser)).toMatchObject({ acr: 'phr', amr: expect.arrayContaining(['hwk', 'user', 'mfa']) });
  });

  it('asks every browser for any passkey, whatever address was typed (G4)', async () => {
    await member('cleo@example.com');
    const browser = createBrowser();
    await browser.open(login());
    const [button] = browser.page.forms.flatMap(({ passkey }) => passkey ?? []);
    const shapes = new Set<string>();
    for (const email of ['cleo@example.com', 'nobody@example.com', '', 'cleo@example.com']) {
      const options = await (
        await rawPost(browser, new URL(button?.options ?? '', browser.page.url).href, { email })
      ).json();
      expect(options).toMatchObject({ allowCredentials: [], userVerification: 'required', rpId: 'localhost' });
      shapes.add(Object.keys(options as object).join());
    }
    expect(shapes.size).toBe(1);
  });

  it('stays signed in only when that was ticked, as with a password (30, C19)', async () => {
    const { device } = await member('dora@example.com');
    const lasting = (browser: Browser) =>
      browser.trail
        .flatMap(({ headers }) => headers['set-cookie'] ?? [])
        .some((cookie) => /session=[^;]+;.*expires=/i.test(cookie) && !/1970/.test(cookie));
    expect(lasting(await signIn(device))).toBe(false);
    expect(lasting(await signIn(device, { fields: { remember: '1' } }))).toBe(true);
  });

  it('that was deleted is refused, and the browser may forget it (27)', async () => {
    const { browser: own, device } = await member('eve@example.com');
    await own.open(url('/account/passkeys'));
    await own.submit({ button: 'passkey' });
    const browser = await signIn(device);
    expect([browser.page.status, browser.page.screen]).toEqual([401, 'login']);
    expect(browser.page.body).toContain('data-signal="signalUnknownCredential"');
    expect(browser.page.body).toContain(device.keys[0]?.id ?? 'no key');
  });

  it('counts in the visit and browser where it was asked for, once (F8)', async () => {
    const { device } = await member('fay@example.com');
    const [one, other] = [createBrowser(), createBrowser()];
    await one.open(login());
    await other.open(login());
    const answer = await answerOf(one, device);
    expect((await other.submit({ passkey: answer })).status).toBe(401);
    await one.submit({ passkey: answer });
    expect(isBack(one)).toBe(true);
    await one.open(login('?prompt=login'));
    expect((await one.submit({ passkey: answer })).status).toBe(401);
  });

  it.each<[string, Lies]>([
    ['another origin', { origin: 'http://evil.example' }],
    ['an unverified person', { verified: false }],
  ])('with %s is refused on the page where the person is (F9, F10)', async (_, lies) => {
    const { device } = await member(`${_.replaceAll(' ', '-')}@example.com`);
    const browser = await signIn(device, { lies });
    expect([browser.page.status, browser.page.alert]).toEqual([401, expect.stringContaining('did not work')]);
  });

  it('works while the password is throttled, and its failures do not throttle the password (29)', async () => {
    const { device, email } = await member('gus@example.com');
    const guesser = createBrowser();
    await guesser.open(login());
    for (let guess = 0; guess < 11; guess += 1)
      await guesser.submit({ fields: { email, password: 'wrong wrong wrong' } });
    expect(guesser.page.status).toBe(429);
    expect(isBack(await signIn(device))).toBe(true);

    const failing = await member('hal@example.com');
    const browser = createBrowser();
    await browser.open(login());
    for (let time = 0; time < 12; time += 1) await pressPasskey(browser, failing.device, { lies: { verified: false } });
    await browser.submit({ fields: { email: failing.email, password: PASSWORD } });
    expect(isBack(browser)).toBe(true);
  });

  it('of a disabled account ends on its page, without a session (B12)', async () => {
    const { device, email } = await member('ida@example.com');
    await world.query(`update accounts set disabled_at = now() where id = ${account(email)}`);
    const browser = await signIn(device);
    expect(browser.page.error).toBe('account_disabled');
    expect((await browser.open(url('/account'))).screen).toBe('login');
  });

  it('of somebody else asks before it switches the account', async () => {
    const [first, second] = [await member('jo@example.com'), await member('kim@example.com')];
    await first.browser.open(login('?prompt=select_account'));
    await first.browser.submit({ action: '/start-again' });
    await first.browser.open(login('?prompt=login'));
    await first.browser.submit({ action: '/start-again' });
    await pressPasskey(first.browser, second.device);
    expect(first.browser.page.screen).toBe('switch-account');
    // Taken away while the question stands: what it proved counts no more.
    await second.browser.open(url('/account/passkeys'));
    await second.browser.submit({ button: 'passkey' });
    expect((await first.browser.submit({ action: '/switch-account' })).screen).toBe('login');
  });

  it('is no way into an app that takes upstreams alone (B11)', async () => {
    const { device } = await member('nat@example.com');
    const [browser, other] = [createBrowser(), createBrowser()];
    await askFor(browser, world.gatehouse.issuer, 'social');
    await other.open(login());
    const answer = await answerOf(other, device);
    expect(browser.page.forms.flatMap(({ passkey }) => passkey ?? [])).toEqual([]);
    for (const path of ['passkey', 'passkey/options', 'signup/passkey', 'signup/passkey/options']) {
      const refused = await rawPost(browser, `${browser.page.url}/${path}`, { answer, email: 'nat@example.com' });
      expect([path, refused.status]).toEqual([path, 404]);
    }
  });
});

describe('who must sign in again', () => {
  it('does so with a passkey of that account, and with no other', async () => {
    const { browser, device } = await member('lea@example.com');
    const stranger = await member('max@example.com');
    await browser.open(login('?prompt=login'));
    expect(browser.page.screen).toBe('reauthenticate');
    await expect(answerOf(browser, stranger.device)).rejects.toThrow('no such passkey');
    await pressPasskey(browser, device);
    expect(isBack(browser)).toBe(true);
  });

  it('is asked by their own account pages for the passkey, and an upstream is not enough (C16)', async () => {
    const browser = createBrowser();
    await continueWith(world, browser, 'google', 'Grace Workspace');
    const device = deviceFor(world, { synced: true });
    await addPasskey(world, browser, device);
    await browser.open(url('/account/password/set'));
    expect([browser.page.screen, browser.page.upstreams]).toEqual(['reauthenticate', []]);
    await pressPasskey(browser, device);
    expect(browser.page.url).toBe(url('/account/password/set'));
  });
});

describe('a passkey as the second step', () => {
  const ask = (browser: Browser, app: string) => askFor(browser, world.gatehouse.issuer, app);
  const byPassword = async (browser: Browser, email: string, app: string) => {
    await ask(browser, app);
    return browser.submit({ fields: { email, password: PASSWORD } });
  };

  it('is asked for after the password where an app wants more, and no session is there before', async () => {
    const { device, email } = await member('second@example.com');
    const browser = createBrowser();
    const page = await byPassword(browser, email, 'strictest');
    expect([page.screen, page.url]).toEqual(['second-factor', expect.stringMatching(/second-factor\/passkey$/)]);
    expect((await browser.tab().open(url('/account'))).screen).toBe('login');
    expect((await pressPasskey(browser, device, { lies: { verified: false } })).status).toBe(401);
    expect((await pressPasskey(browser, device)).external).toContain('code=');
  });

  it('of another account does not count, nor an answer for the first step (F8)', async () => {
    const { device, email } = await member('second-own@example.com');
    const stranger = await member('second-other@example.com');
    const first = createBrowser();
    await ask(first, 'strict');
    const answer = await answerOf(first, stranger.device);
    await first.submit({ fields: { email, password: PASSWORD } });
    expect(first.page.screen).toBe('second-factor');
    await expect(answerOf(first, stranger.device)).rejects.toThrow('no such passkey');
    for (const wrong of [answer, answer]) expect((await first.submit({ passkey: wrong })).status).toBe(401);
    expect((await pressPasskey(first, device)).external).toContain('code=');
  });

  it('is set up where one is needed, with recovery codes to keep, and has proven its person by that', async () => {
    await signedUp('needs@example.com');
    const browser = createBrowser();
    const page = await byPassword(browser, 'needs@example.com', 'strictest');
    expect(page.screen).toBe('enrol-factor');
    await browser.open(`${page.url}/passkey`);
    const device = deviceFor(world);
    await pressPasskey(browser, device);
    expect(browser.page.body).toContain('id="codes"');
    const done = await browser.submit({ action: '/enrol-factor/codes', fields: { saved: '1' } });
    expect(done.external).toContain('code=');
    expect(isBack(await signIn(device))).toBe(true);
  });

  it('asks nothing more of whoever began with a passkey', async () => {
    const { device } = await member('at-once@example.com');
    const browser = createBrowser();
    await ask(browser, 'strictest');
    expect((await pressPasskey(browser, device)).external).toContain('code=');
  });
});

describe('a sign-up with a passkey', () => {
  const begin = async (email: string, device = deviceFor(world, { synced: true })) => {
    const browser = createBrowser();
    await browser.open(login('?prompt=create'));
    await pressPasskey(browser, device, { fields: { email, name: 'Nora Example' } });
    return { browser, device };
  };

  it('ends on "Check your e-mail", and after the code the passkey opens the account', async () => {
    const { browser, device } = await begin('nora@example.com');
    expect(browser.page.screen).toBe('check-email');
    expect(
      await world.query(
        `select * from accounts a join addresses m on m.account_id = a.id where canonical = 'nora@example.com'`,
      ),
    ).toEqual([]);
    await typeCode(world, browser, 'nora@example.com');
    expect(claims(browser)).toMatchObject({ amr: expect.arrayContaining(['swk', 'user']) });
    expect(isBack(await signIn(device))).toBe(true);
    expect(await world.query(`select * from passwords where account_id = ${account('nora@example.com')}`)).toEqual([]);
  });

  it('ends there for a taken address, too, and adds nothing to its account (G3)', async () => {
    await member('olga@example.com');
    const { browser, device } = await begin('olga@example.com');
    expect([browser.page.status, browser.page.screen]).toEqual([200, 'check-email']);
    expect((await signIn(device)).page.status).toBe(401);
    expect(await passkeysOf('olga@example.com')).toHaveLength(1);
  });

  it('leaves nothing to a stranger who never had the mailbox (A1)', async () => {
    const { browser: stranger, device } = await begin('pia@example.com');
    expect(stranger.page.screen).toBe('check-email');
    // Sent to the owner, whom it tells nothing: they begin by themselves.
    await world.gatehouse.code('pia@example.com');
    const owner = createBrowser();
    await signUpLocally(world, owner, 'pia@example.com');
    expect(isBack(owner)).toBe(true);
    expect((await signIn(device)).page.status).toBe(401);
    expect(await passkeysOf('pia@example.com')).toEqual([]);
  });

  it('gets no options while the form has mistakes, and the form says which', async () => {
    const browser = createBrowser();
    await browser.open(login('?prompt=create'));
    await expect(answerOf(browser, deviceFor(world), { fields: { email: 'nobody' } })).rejects.toThrow('422');
    const shown = await browser.submit({ passkey: '', fields: { email: 'nobody' } });
    expect([shown.status, shown.alert]).toEqual([422, expect.stringContaining('e-mail')]);
  });
});

describe('an identity whose address has an account', () => {
  it('joins it after its passkey, and not after another one', async () => {
    const { device } = await member('ada.example@gmail.com');
    const stranger = await member('quin@example.com');
    const browser = createBrowser();
    await continueWith(world, browser, 'google', 'Ada Example');
    expect(browser.page.screen).toBe('link-account');
    await pressPasskey(browser, stranger.device);
    expect([browser.page.screen, browser.page.status]).toEqual(['link-account', 401]);
    await pressPasskey(browser, device);
    expect(isBack(browser)).toBe(true);
    expect(
      await world.query(`select upstream_id from identities where account_id = ${account('ada.example@gmail.com')}`),
    ).toEqual([{ upstream_id: 'google' }]);
  });
});

describe('the offer of a passkey', () => {
  /** As the script of the login page says that this browser could make one. */
  const byPassword = async (email: string) => {
    const browser = createBrowser();
    await browser.open(login());
    await browser.submit({ fields: { email, password: PASSWORD }, tamper: { can_passkey: '1' } });
    return browser;
  };

  it('comes after a password, and the passkey made there opens the account', async () => {
    await signUpLocally(world, createBrowser(), 'rosa@example.com');
    const browser = await byPassword('rosa@example.com');
    expect(browser.page.screen).toBe('passkey-offer');
    const device = deviceFor(world, { synced: true });
    await pressPasskey(browser, device);
    expect(claims(browser)).toMatchObject({ amr: ['pwd'] });
    expect(isBack(await signIn(device))).toBe(true);
  });

  it('is not made twice within 90 days, and never again once that is wished (24)', async () => {
    await signUpLocally(world, createBrowser(), 'sue@example.com');
    const later = await byPassword('sue@example.com');
    await later.submit({ button: 'Not now' });
    expect(isBack(later)).toBe(true);
    expect(isBack(await byPassword('sue@example.com'))).toBe(true);
    await world.query(`update passkey_owners set offer_again_at = now() - interval '1 day'`);
    const never = await byPassword('sue@example.com');
    await never.submit({ button: 'ask again' });
    expect(isBack(never)).toBe(true);
    await world.query(`update passkey_owners set offer_again_at = now() - interval '1 day'`);
    expect(isBack(await byPassword('sue@example.com'))).toBe(true);
  });

  it('lets a browser make one by itself, which nobody had to touch', async () => {
    await signUpLocally(world, createBrowser(), 'tom@example.com');
    const browser = await byPassword('tom@example.com');
    const device = deviceFor(world, { synced: true });
    const quietly = `${browser.page.url}/quietly`;
    const options = await (await rawPost(browser, `${quietly}/options`)).json();
    const answer = device.make(options as Parameters<Device['make']>[0], { present: false, verified: false });
    // What was made without a person adds nothing where one was asked for.
    expect((await rawPost(browser, `${browser.page.url}/passkey`, { answer })).status).toBe(422);
    const again = await (await rawPost(browser, `${quietly}/options`)).json();
    const made = device.make(again as Parameters<Device['make']>[0], { present: false, verified: false });
    expect((await rawPost(browser, quietly, { answer: made })).status).toBe(303);
    expect(isBack(await signIn(device))).toBe(true);
  });
});

describe('the passkeys of an account', () => {
  it('are added, named and deleted, and each is told by mail', async () => {
    const email = 'own-ada@example.com';
    const browser = await signedUp(email);
    const added = await addPasskey(world, browser, deviceFor(world, { synced: true }));
    expect([added.status, added.url]).toEqual([200, url('/account/passkeys?done=added')]);
    expect(added.text).toContain('Available on your other devices');

    await browser.follow('Rename');
    await browser.submit({ fields: { name: 'My <b>phone</b>' } });
    expect(browser.page.text).toContain('My <b>phone</b>');
    expect(browser.page.body).not.toContain('<b>phone');

    await browser.submit({ button: 'passkey' });
    expect(browser.page.text).toContain('The passkey was deleted');
    expect(await passkeysOf(email)).toEqual([]);
    const told = (await world.gatehouse.mails()).filter(({ to }) => to === email).map(({ subject }) => subject);
    expect(told).toEqual(
      expect.arrayContaining([expect.stringContaining('now opens'), expect.stringContaining('no longer opens')]),
    );
    await browser.open(url('/account/activity'));
    for (const words of ['A passkey was added', 'got another name', 'A passkey was deleted'])
      expect(browser.page.text).toContain(words);
  });

  it('stand on the security page and in the copy of the data', async () => {
    const browser = await signedUp('own-bea@example.com');
    await addPasskey(world, browser, deviceFor(world));
    expect((await browser.open(url('/account/security'))).text).toContain('You have 1.');
    await browser.open(url('/account/data'));
    const copy = await browser.submit({ action: '/account/data/export' });
    expect(copy.json()).toMatchObject({ passkeys: [{ synced: false }] });
  });

  it('are told to whoever keeps them, so that what is gone is offered no more', async () => {
    const browser = await signedUp('own-cleo@example.com');
    const page = await addPasskey(world, browser, deviceFor(world));
    const [key] = await passkeysOf('own-cleo@example.com');
    expect(page.body).toContain('data-signal="signalAllAcceptedCredentials"');
    expect(page.body).toContain(String(key?.['credential_id']));
  });

  it('are added by nobody whose sign-in is not fresh (F14)', async () => {
    const email = 'own-dora@example.com';
    const browser = await signedUp(email);
    await browser.open(url('/account/passkeys'));
    const device = deviceFor(world);
    const answer = await answerOf(browser, device);
    world.gatehouse.passTime(301);
    for (const [path, fields] of [
      ['/account/passkeys/options', {}],
      ['/account/passkeys', { answer }],
    ] as const) {
      const refused = await rawPost(browser, url(path), fields);
      expect([refused.status, refused.headers.get('location')]).toEqual([303, expect.stringContaining('prompt=login')]);
    }
    expect(await passkeysOf(email)).toEqual([]);
  });

  it('are added with no answer of another session or browser (F8)', async () => {
    const [browser, other] = [await signedUp('own-eve@example.com'), await signedUp('own-fay@example.com')];
    await browser.open(url('/account/passkeys'));
    await other.open(url('/account/passkeys'));
    const answer = await answerOf(browser, deviceFor(world));
    expect((await rawPost(other, url('/account/passkeys'), { answer })).status).toBe(422);
    expect(await passkeysOf('own-fay@example.com')).toEqual([]);
    // Used up by nobody: it was never theirs.
    expect((await browser.submit({ passkey: answer })).text).toContain('was added');
  });

  it('are not deleted when nothing else opens the account, also when two go at once (A16)', async () => {
    const browser = await signedUp('own-gus@example.com');
    await addPasskey(world, browser, deviceFor(world));
    await pressPasskey(browser, deviceFor(world));
    await world.query(
      `delete from passwords p using addresses a where a.account_id = p.account_id and a.canonical = 'own-gus@example.com'`,
    );
    const ids = (await world.query('select credential_id as id from passkeys order by created_at desc limit 2')).map(
      ({ id }) => String(id),
    );
    const race = await Promise.all(
      ids.map((passkey) => rawPost(browser, url('/account/passkeys/remove'), { passkey })),
    );
    expect(race.map(({ status }) => String(status)).toSorted()).toEqual(['303', '422']);
    await browser.open(url('/account/passkeys'));
    await browser.submit({ button: 'passkey' });
    expect(browser.page.alert).toContain('only way into your account');
    // What was refused did not happen, and is not said to have.
    expect((await browser.open(url('/account/activity'))).text.match(/A passkey was deleted/g)).toHaveLength(1);
  });
});

it('tells password managers where passkeys are made', async () => {
  const answer = await fetch(url('/.well-known/passkey-endpoints'));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('application/json'),
  ]);
  expect(await answer.json()).toEqual({ enroll: url('/account/passkeys'), manage: url('/account/passkeys') });
});
