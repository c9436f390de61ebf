import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { continueWith, PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { factorsHeld, insertPasskey } from '../support/second_factor_rows.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ settings: { limits: { enabled: false } } });
});
afterAll(() => world.stop());

const CONFIRM = '/account/address/confirm';
const UNDO = '/account/address/undo';
const at = (path: string) => `${world.gatehouse.issuer}${path}`;
const mailsTo = async (to: string) => (await world.gatehouse.mails()).filter((mail) => mail.to === to);
const ownerOf = async (email: string) =>
  (await world.query(`select account_id, verified_at from addresses where canonical = '${email}'`))[0];

async function person(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

async function ask(browser: Browser, email: string) {
  await browser.open(at('/account/address'));
  return browser.submit({ action: '/account/address', fields: { email } });
}

async function press(link: string, browser = createBrowser()) {
  await browser.open(link);
  return browser.submit();
}

/** Changes the address and returns the link that undoes it. */
async function change(browser: Browser, from: string, to: string): Promise<string> {
  await ask(browser, to);
  await press(await world.gatehouse.link(to, CONFIRM));
  return world.gatehouse.link(from, UNDO);
}

describe('a change of address', () => {
  it('counts once the link at the new one was opened, in any browser', async () => {
    const browser = await person('ada@example.com');
    const page = await ask(browser, 'Ada@new.example');
    expect([page.screen, page.text.includes('Ada@new.example')]).toEqual(['account-profile', true]);
    expect(await ownerOf('ada@new.example')).toBeUndefined();
    const before = await ownerOf('ada@example.com');

    const link = await world.gatehouse.link('Ada@new.example', CONFIRM);
    const other = createBrowser();
    const question = await other.open(link);
    expect(question.text).toContain('Ada@new.example');
    expect(question.text).toContain('a•••@example.com');
    expect((await other.submit()).text).toContain('Your address is changed');
    expect((await ownerOf('ada@new.example'))?.['account_id']).toBe(before?.['account_id']);
    expect(await ownerOf('ada@example.com')).toBeUndefined();

    // Whoever opened the link is not signed in, and whoever asked still is.
    expect((await other.open(at('/account'))).screen).toBe('login');
    const claims = await browser.open(`${world.app.url}/refresh`);
    expect(claims.json<{ userinfo: object }>().userinfo).toMatchObject({
      email: 'Ada@new.example',
      email_verified: true,
    });
    expect((await signInLocally(world, createBrowser(), 'ada@example.com')).screen).toBe('login');
    expect((await signInLocally(world, createBrowser(), 'ada@new.example')).url).toBe(`${world.app.url}/me`);
    const subjects = (await mailsTo('Ada@new.example')).map(({ subject }) => subject);
    expect(subjects).toContain('Your Acme account now uses this address');
  });

  it('asks for a fresh sign-in, and a form posted without one changes nothing (E12)', async () => {
    const browser = await person('bea@example.com');
    await browser.open(at('/account/address'));
    world.gatehouse.passTime(301);
    const page = await browser.submit({ action: '/account/address', fields: { email: 'bea@new.example' } });
    expect(page.screen).toBe('reauthenticate');
    expect(await mailsTo('bea@new.example')).toEqual([]);
    // The page was asked for, not the change: after the sign-in it is there to be filled in.
    expect((await browser.submit({ fields: { password: PASSWORD } })).screen).toBe('account-address');
    expect((await browser.open(at('/account/profile'))).text).not.toContain('bea@new.example');
  });

  it('takes no other person’s word for the password', async () => {
    const browser = createBrowser();
    await continueWith(world, browser, 'google', 'ada.example@gmail.com');
    const [row] = await world.query("select account_id from addresses where canonical = 'ada.example@gmail.com'");
    expect((await browser.open(at('/account/address'))).screen).toBe('account-address');
    const [hash] = await world.query('select password_hash from passwords limit 1');
    await world.query(
      `insert into passwords values ('${String(row?.['account_id'])}', '${String(hash?.['password_hash'])}', now())`,
    );
    const page = await browser.submit({ action: '/account/address', fields: { email: 'g@new.example' } });
    expect([page.screen, page.upstreams]).toEqual(['reauthenticate', []]);
    expect(await mailsTo('g@new.example')).toEqual([]);
  });

  it('answers a taken address like a free one; its owner gets a mail without a link', async () => {
    await person('vic@example.com');
    const browser = await person('mallory@example.com');
    const strip = (body: string) => body.replaceAll(/value="[^"]*"/g, '').replaceAll(/(vic|free)@example\.com/g, '');
    const free = await ask(browser, 'free@example.com');
    const taken = await ask(browser, 'vic@example.com');
    expect([taken.status, strip(taken.body)]).toEqual([free.status, strip(free.body)]);
    const [mail] = await mailsTo('vic@example.com');
    expect(mail?.subject).toContain('Somebody wanted to use your address');
    expect(mail?.text).not.toContain('token=');
    const events = await world.query("select type, reason from events where type like 'accounts.address_change_%'");
    expect(events.filter(({ reason }) => reason === 'address_taken')).toEqual([]);
  });

  it('is bound to the address that the link was mailed to, and a newer wish replaces it (E12)', async () => {
    const browser = await person('cleo@example.com');
    await ask(browser, 'cleo@one.example');
    const first = await world.gatehouse.link('cleo@one.example', CONFIRM);
    await ask(browser, 'cleo@two.example');
    expect((await createBrowser().open(first)).status).toBe(400);
    await press(await world.gatehouse.link('cleo@two.example', CONFIRM));
    expect(await ownerOf('cleo@one.example')).toBeUndefined();
    expect(await ownerOf('cleo@two.example')).toBeDefined();
  });

  it('can be cancelled, and dies after half an hour', async () => {
    const browser = await person('dan@example.com');
    await ask(browser, 'dan@new.example');
    const link = await world.gatehouse.link('dan@new.example', CONFIRM);
    const page = await browser.submit({ action: '/account/address/cancel' });
    expect([page.text.includes('was cancelled'), page.text.includes('dan@new.example')]).toEqual([true, false]);
    expect((await createBrowser().open(link)).status).toBe(400);

    await ask(browser, 'dan@late.example');
    const late = await world.gatehouse.link('dan@late.example', CONFIRM);
    const reader = createBrowser();
    await reader.open(late);
    world.gatehouse.passTime(1801);
    expect((await reader.submit()).text).toContain('no longer works');
    expect(await ownerOf('dan@late.example')).toBeUndefined();
  });

  it('is refused when somebody has the address by then', async () => {
    const mallory = await person('eve@example.com');
    await ask(mallory, 'victim@example.com');
    const link = await world.gatehouse.link('victim@example.com', CONFIRM);
    await person('victim@example.com');
    const owner = await ownerOf('victim@example.com');
    const page = await press(link);
    expect([page.status, page.text.includes('cannot be used')]).toEqual([409, true]);
    expect(await ownerOf('victim@example.com')).toEqual(owner);
    expect(await ownerOf('eve@example.com')).toBeDefined();
  });

  it('happens once, however many press at once, and opening the link changes nothing', async () => {
    const browser = await person('fay@example.com');
    await ask(browser, 'fay@new.example');
    const link = await world.gatehouse.link('fay@new.example', CONFIRM);
    for (let visit = 0; visit < 5; visit += 1) {
      expect((await fetch(link)).status).toBe(200);
      expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
    }
    expect(await ownerOf('fay@new.example')).toBeUndefined();
    const readers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const reader = createBrowser();
        await reader.open(link);
        return reader;
      }),
    );
    const pages = await Promise.all(readers.map((reader) => reader.submit()));
    expect(pages.filter(({ text }) => text.includes('Your address is changed'))).toHaveLength(1);
    expect(await mailsTo('fay@new.example')).toHaveLength(2);
  });

  it('refuses the own address, and what is none', async () => {
    const browser = await person('gil@example.com');
    expect((await ask(browser, 'GIL@example.com')).text).toContain('your address already');
    expect((await ask(browser, 'gil@@example')).status).toBe(422);
  });
});

describe('the undo of a change of address', () => {
  it('ends a sign-in by the password that still waits for an answer', async () => {
    const thief = await person('hugo@example.com');
    const undo = await change(thief, 'hugo@example.com', 'hugo@evil.example');
    const waiting = await person('moritz@example.com');
    await waiting.open(`${world.app.url}/login?prompt=login`);
    await waiting.submit({ button: 'Use another account' });
    await waiting.submit({ fields: { email: 'hugo@evil.example', password: PASSWORD } });
    expect(waiting.page.screen).toBe('switch-account');
    expect((await press(undo)).screen).toBe('reset-password');
    expect((await waiting.submit({ button: 'Switch' })).screen).toBe('login');
  });

  it('brings the old address back, shuts everybody out and leads to a new password (E12)', async () => {
    const browser = await person('hal@example.com');
    const undo = await change(browser, 'hal@example.com', 'hal@evil.example');
    const owner = createBrowser();
    const question = await owner.open(undo);
    expect([question.status, question.text.includes('hal@example.com')]).toEqual([200, true]);
    const page = await owner.submit();
    expect([new URL(page.url).pathname, page.screen]).toEqual(['/reset-password', 'reset-password']);
    expect(await ownerOf('hal@example.com')).toBeDefined();
    expect(await ownerOf('hal@evil.example')).toBeUndefined();
    expect((await browser.open(`${world.app.url}/refresh`)).body).toContain('invalid_grant');
    expect((await browser.open(at('/account'))).screen).toBe('login');
    // The password may be the one of somebody else.
    expect((await signInLocally(world, createBrowser(), 'hal@example.com')).screen).toBe('login');
    const [notice] = await mailsTo('hal@evil.example');
    expect(notice?.subject).toContain('was changed back');
    await owner.submit({ fields: { new_password: PASSWORD } });
    expect((await signInLocally(world, createBrowser(), 'hal@example.com')).url).toBe(`${world.app.url}/me`);
  });

  it('takes along the second factors and passkeys that were set up since (A4)', async () => {
    const thief = await person('ivo@example.com');
    const undo = await change(thief, 'ivo@example.com', 'ivo@evil.example');
    await insertPasskey(world, 'ivo@evil.example');
    await world.query(`insert into totp_seeds (account_id, secret, last_step, created_at, last_used_at)
      select account_id, '', 1, created_at, created_at from passkeys where credential_id = 'of ivo@evil.example'`);
    await world.query(`update accounts set second_step_at = created_at from addresses
      where account_id = id and canonical = 'ivo@evil.example'`);
    await press(undo);
    expect(await factorsHeld(world, 'ivo@example.com')).toMatchObject({ step: false, apps: 0, passkeys: 0 });
  });

  it('takes along what was connected, changed again and deleted since', async () => {
    const browser = await person('ian@example.com');
    const undo = await change(browser, 'ian@example.com', 'ian@evil.example');
    const second = await change(browser, 'ian@evil.example', 'ian@other.example');
    const { account_id: id } = (await ownerOf('ian@other.example')) ?? {};
    await world.query(
      `insert into identities select 'google', 'https://google.example', 'evil', '${String(id)}', '{}', 'verified', created_at, created_at
       from (select max(at) as created_at from events) as latest`,
    );
    await browser.open(at('/account/deletion'));
    await browser.submit({ action: '/account/deletion', fields: { confirm: true } });
    await press(undo);
    expect((await ownerOf('ian@example.com'))?.['account_id']).toBe(id);
    expect(await world.query(`select * from identities where account_id = '${String(id)}'`)).toEqual([]);
    expect(await world.query(`select delete_at from accounts where id = '${String(id)}'`)).toEqual([
      { delete_at: null },
    ]);
    // Whoever has the other mailboxes undoes nothing.
    expect((await createBrowser().open(second)).status).toBe(400);
  });

  it('works for seven days', async () => {
    const [one, two] = [await person('jan@example.com'), await person('kim@example.com')];
    const inTime = await change(one, 'jan@example.com', 'jan@new.example');
    const late = await change(two, 'kim@example.com', 'kim@new.example');
    const reader = createBrowser();
    await reader.open(late);
    world.gatehouse.passTime(7 * 86_400 - 60);
    expect((await createBrowser().open(inTime)).status).toBe(200);
    world.gatehouse.passTime(120);
    expect((await reader.submit()).text).toContain('no longer works');
    expect((await createBrowser().open(inTime)).status).toBe(400);
    expect(await ownerOf('kim@new.example')).toBeDefined();
  });

  it('is refused when somebody else has the old address by now', async () => {
    const browser = await person('lea@example.com');
    const undo = await change(browser, 'lea@example.com', 'lea@new.example');
    await person('lea@example.com');
    const page = await press(undo);
    expect([page.status, page.text.includes('Contact support')]).toEqual([409, true]);
    expect(await ownerOf('lea@new.example')).toBeDefined();
  });

  it('happens once, and opening the link changes nothing', async () => {
    const browser = await person('mia@example.com');
    const undo = await change(browser, 'mia@example.com', 'mia@new.example');
    for (let visit = 0; visit < 5; visit += 1) await fetch(undo, { method: visit % 2 ? 'HEAD' : 'GET' });
    expect(await ownerOf('mia@new.example')).toBeDefined();
    const readers = [createBrowser(), createBrowser(), createBrowser()];
    for (const reader of readers) await reader.open(undo);
    const pages = await Promise.all(readers.map((reader) => reader.submit()));
    expect(pages.filter(({ url }) => url.includes('/reset-password'))).toHaveLength(1);
    expect((await createBrowser().open(undo)).text).toContain('Already undone');
  });
});

describe('where domains are prescribed', () => {
  it('nobody changes to another one', async () => {
    const strict = await startWorld({ settings: { signup: { allow: 'domains', domains: ['acme.example'] } } });
    try {
      const browser = createBrowser();
      await signUpLocally(strict, browser, 'ned@acme.example');
      await browser.open(`${strict.gatehouse.issuer}/account/address`);
      const page = await browser.submit({ action: '/account/address', fields: { email: 'ned@other.example' } });
      expect([page.status, page.text.includes('Addresses of this domain')]).toEqual([422, true]);
      const allowed = await browser.submit({ action: '/account/address', fields: { email: 'edward@acme.example' } });
      expect(allowed.screen).toBe('account-profile');
    } finally {
      await strict.stop();
    }
  });
});
