import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOTP, URI } from 'otpauth';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { addPasskey, deviceFor, pressPasskey } from '../support/passkeys.ts';
import { PASSWORD, signInLocally, signUpLocally } from '../support/people.ts';
import { factorsHeld, insertPasskey } from '../support/second_factor_rows.ts';
import { startWorld, type World } from '../support/world.ts';

const CODE = /\b([0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g;

let world: World;
beforeAll(async () => {
  // More people sign up here than one household would.
  world = await startWorld({ settings: { limits: { signup_address: { points: 1000 } } } });
});
afterAll(() => world.stop());

/** An authenticator app; its clock is the server's, and each code of it is another one. */
interface Phone {
  secret: string;
  code(): string;
}

const at = (path: string) => `${world.gatehouse.issuer}/account/${path}`;
const codesOf = (page: Page): string[] => page.body.match(CODE) ?? [];

async function person(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

/** The app that scanned the picture of this page. */
function scan(page: Page): Phone {
  const uri = page.links.find(({ href }) => href.startsWith('otpauth:'))?.href ?? '';
  const app = URI.parse(uri);
  if (!(app instanceof TOTP)) throw new Error('no TOTP');
  return {
    secret: app.secret.base32,
    code() {
      world.gatehouse.passTime(31);
      return app.generate({ timestamp: world.gatehouse.now() });
    },
  };
}

async function begin(browser: Browser): Promise<Phone> {
  await browser.open(at('totp'));
  return scan(await browser.submit({ action: '/totp/begin' }));
}

/** Sets up an app and says that the codes are saved. */
async function setUp(browser: Browser): Promise<{ phone: Phone; codes: string[] }> {
  const phone = await begin(browser);
  const codes = codesOf(await browser.submit({ action: '/totp/add', fields: { code: phone.code() } }));
  await browser.submit({ action: '/saved', fields: { saved: '1' } });
  return { phone, codes };
}

/** Another browser, which has typed the password. */
async function elsewhere(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signInLocally(world, browser, email);
  return browser;
}

const mailsTo = async (email: string) =>
  (await world.gatehouse.mails()).filter(({ to }) => to === email).map(({ subject }) => subject);

/** Waits until the mails are out. */
async function mailed(email: string, ...subjects: string[]): Promise<void> {
  for (let found: string[] = []; !subjects.every((subject) => found.includes(subject));) found = await mailsTo(email);
}

const held = (email: string) => factorsHeld(world, email);

describe('setting up an authenticator app', () => {
  it('leads through the picture, its first code and the recovery codes, and its person stays signed in', async () => {
    const browser = await person('ada@example.com');
    await browser.open(at('security'));
    await browser.follow('/account/totp');
    const added = await browser.submit({ action: '/totp/begin' });
    expect(added.body).toMatch(/<svg class="qr"[^>]*role="img" aria-label="QR code/);
    const phone = scan(added);
    expect(added.text).toContain((phone.secret.match(/.{4}/g) ?? []).join(' '));
    const shown = await browser.submit({ action: '/totp/add', fields: { code: phone.code() } });
    expect([shown.url, codesOf(shown).length]).toEqual([at('recovery-codes/new'), 10]);
    const file = await browser.open(at('recovery-codes/new/download'));
    expect(file.headers).toMatchObject({
      'content-disposition': 'attachment; filename="recovery-codes.txt"',
      'cache-control': 'no-store',
    });
    expect(codesOf(file)).toEqual(codesOf(shown));
    expect(codesOf(await browser.open(at('recovery-codes/new')))).toEqual(codesOf(shown));
    expect((await browser.submit({ action: '/saved' })).status).toBe(422);
    const done = await browser.submit({ action: '/saved', fields: { saved: '1' } });
    expect([done.url, done.text]).toEqual([
      at('second-step?done=codes_saved'),
      expect.stringContaining('Every sign-in takes a second step'),
    ]);
    expect(await held('ada@example.com')).toEqual({ step: true, apps: 1, passkeys: 0, codes: 10, drafts: 0 });
    await mailed('ada@example.com', 'Your Acme account asks for a second step now');
  });

  it('F3: shows the secret and the codes never again, and replaces nothing silently', async () => {
    const browser = await person('bea@example.com');
    const { phone } = await setUp(browser);
    for (const path of ['totp', 'totp/add', 'recovery-codes', 'recovery-codes/new', 'recovery-codes/new/download']) {
      const page = await browser.open(at(path));
      expect([path, page.status, page.url]).toEqual([path, 200, at(path.split('/')[0] ?? '')]);
      expect([page.body.includes(phone.secret), codesOf(page)]).toEqual([false, []]);
    }
    await browser.open(at('profile'));
    for (const path of ['totp/begin', 'totp/add']) {
      const answer = await rawPost(browser, at(path), { code: phone.code() });
      expect(answer.headers.get('location')).toBe('/account/totp');
    }
    expect(await held('bea@example.com')).toMatchObject({ apps: 1, codes: 10, drafts: 0 });
  });

  it('F3: takes no code of another secret, and shows the same app again, also in a second tab', async () => {
    const browser = await person('cleo@example.com');
    const phone = await begin(browser);
    expect((await begin(browser.tab())).secret).toBe(phone.secret);
    const wrong = await browser.submit({ fields: { code: new TOTP().generate() }, action: '/totp/add' });
    expect([wrong.status, wrong.alert]).toEqual([422, expect.stringContaining('This code is not right')]);
    expect(scan(wrong).secret).toBe(phone.secret);
    expect(await held('cleo@example.com')).toMatchObject({ step: false, apps: 0 });
  });

  it('F3, F5: takes a form of our own and a fresh sign-in', async () => {
    const browser = await person('dora@example.com');
    const phone = await begin(browser);
    expect((await rawPost(browser, at('totp/add'), { code: phone.code(), _csrf: 'x' })).status).toBe(403);
    world.gatehouse.passTime(301);
    const late = await rawPost(browser, at('totp/add'), { code: phone.code() });
    expect(late.headers.get('location')).toMatch(/^\/oidc\/authorize\?.*prompt=login/);
    expect(await held('dora@example.com')).toMatchObject({ apps: 0 });
  });
});

describe('recovery codes', () => {
  it('F4: open nothing any more once new ones are made, of which a mail tells', async () => {
    const browser = await person('eve@example.com');
    const { codes } = await setUp(browser);
    await browser.open(at('recovery-codes'));
    const fresh = codesOf(await browser.submit({ action: '/make' }));
    expect([fresh.length, fresh.some((code) => codes.includes(code))]).toEqual([10, false]);
    const other = await elsewhere('eve@example.com');
    await other.follow('Use another way');
    await other.follow('Recovery code');
    expect((await other.submit({ fields: { code: codes[0] ?? '' } })).status).toBe(422);
    expect((await other.submit({ fields: { code: fresh[0] ?? '' } })).url).toContain(world.app.url);
    const subjects = ['New recovery codes of your Acme account', 'A recovery code of your Acme account was used'];
    await mailed('eve@example.com', ...subjects);
  });

  it('are made for nobody who has no second factor', async () => {
    const browser = await person('fay@example.com');
    expect((await browser.open(at('recovery-codes'))).text).toContain('Set one up first');
    await browser.open(at('profile'));
    const answer = await rawPost(browser, at('recovery-codes/make'));
    expect(answer.headers.get('location')).toBe('/account/recovery-codes');
    expect(await held('fay@example.com')).toMatchObject({ codes: 0, drafts: 0 });
  });
});

describe('removing the only second factor', () => {
  it('F5: switches the second step off, deletes the recovery codes, and tells the owner', async () => {
    const browser = await person('gail@example.com');
    await setUp(browser);
    expect((await browser.open(at('totp'))).text).toContain('It is your only second step');
    const done = await browser.submit({ action: '/totp/remove' });
    expect(done.text).toContain('The authenticator app was removed');
    expect(await held('gail@example.com')).toEqual({ step: false, apps: 0, passkeys: 0, codes: 0, drafts: 0 });
    await mailed('gail@example.com', 'The authenticator app of your Acme account was removed');
    expect((await elsewhere('gail@example.com')).page.url).toContain(world.app.url);
  });

  it('F5: brings no session back that was too weak before', async () => {
    const weak = await person('hana@example.com');
    const browser = await elsewhere('hana@example.com');
    await setUp(browser);
    await browser.open(at('totp'));
    await browser.submit({ action: '/totp/remove' });
    expect((await weak.open(at('security'))).screen).not.toBe('account-security');
    expect((await browser.open(at('security'))).screen).toBe('account-security');
  });

  it('F5: is the same for a passkey; beside one the app can go, and the second step stays', async () => {
    const weak = await person('rae@example.com');
    const browser = await elsewhere('rae@example.com');
    await setUp(browser);
    await insertPasskey(world, 'rae@example.com');
    await browser.open(at('totp'));
    expect((await browser.submit({ action: '/totp/remove' })).text).toContain('The authenticator app was removed');
    expect(await held('rae@example.com')).toMatchObject({ step: true, apps: 0, passkeys: 1, codes: 10 });
    await browser.open(at('passkeys'));
    await browser.submit({ action: '/passkeys/remove' });
    expect(await held('rae@example.com')).toMatchObject({ step: false, passkeys: 0, codes: 0 });
    expect((await weak.open(at('security'))).screen).not.toBe('account-security');
  });

  it.each(['totp/remove', 'recovery-codes/make', 'second-step'])(
    'F5: POST %s takes the second factor itself, even where sign-ins do not ask for it',
    async (path) => {
      const email = `${path.replaceAll(/\W/g, '')}@example.com`;
      const browser = await person(email);
      await setUp(browser);
      await browser.open(at('second-step'));
      await browser.submit({ action: '/second-step', button: 'Turn off' });
      const before = await held(email);
      expect(before).toMatchObject({ step: false, apps: 1 });
      const thief = await elsewhere(email);
      await thief.open(at('profile'));
      const answer = await rawPost(thief, at(path), { on: '1' });
      expect(answer.headers.get('location')).toMatch(/^\/oidc\/authorize\?.*acr_values=mfa/);
      expect(await held(email)).toEqual(before);
      expect((await rawPost(browser, at(path), { _csrf: 'x' })).status).toBe(403);
    },
  );
});

describe('the second step', () => {
  it('is switched off and on by its person, who has a mail each time', async () => {
    const browser = await person('ida@example.com');
    expect((await browser.open(at('second-step'))).text).toContain('Set up an authenticator app or a passkey first');
    await browser.open(at('profile'));
    await rawPost(browser, at('second-step'), { on: '1' });
    expect(await held('ida@example.com')).toMatchObject({ step: false });
    const { phone } = await setUp(browser);
    await browser.open(at('second-step'));
    await browser.submit({ action: '/second-step', button: 'Turn off' });
    expect((await elsewhere('ida@example.com')).page.url).toContain(world.app.url);
    await browser.submit({ action: '/second-step', button: 'Turn on' });
    const other = await elsewhere('ida@example.com');
    expect(other.page.screen).toBe('second-factor');
    expect((await other.submit({ fields: { code: phone.code() } })).url).toContain(world.app.url);
    await mailed('ida@example.com', 'Your Acme account no longer asks for a second step');
    const on = 'Your Acme account asks for a second step now';
    while ((await mailsTo('ida@example.com')).filter((subject) => subject === on).length < 2) {}
  });

  it('is asked first for what its person prefers', async () => {
    const browser = await person('lou@example.com');
    await setUp(browser);
    await insertPasskey(world, 'lou@example.com');
    const asked = async () => (await elsewhere('lou@example.com')).page.body.includes('name="code"');
    expect(await asked()).toBe(false);
    await browser.open(at('second-step'));
    await browser.submit({ action: '/preferred', fields: { preferred: 'totp' } });
    expect(await asked()).toBe(true);
  });

  it('stands in the copy of one’s data, without the secrets', async () => {
    const browser = await person('jo@example.com');
    const { phone, codes } = await setUp(browser);
    await browser.open(at('data'));
    const copy = await browser.submit({ action: '/data/export' });
    expect(copy.json()).toMatchObject({
      second_step: {
        authenticator_app: { added_at: expect.any(String), last_used_at: expect.any(String) },
        recovery_codes: { left: 10, made_at: expect.any(String) },
        trusted_browsers: [],
      },
    });
    expect([phone.secret, ...codes].filter((secret) => copy.body.includes(secret))).toEqual([]);
  });
});

describe('a trusted browser', () => {
  /** Has ticked "trust this browser", and been signed out: the next sign-in tells whether it is trusted. */
  async function trusted(email: string) {
    const own = await person(email);
    const { phone } = await setUp(own);
    const browser = await elsewhere(email);
    await browser.submit({ fields: { code: phone.code(), trust: '1' } });
    return { own, browser, phone };
  }
  async function isAsked(browser: Browser, email: string): Promise<boolean> {
    await browser.open(`${world.gatehouse.issuer}/oidc/logout`);
    await browser.submit({ button: /Sign out|Continue/ });
    return (await signInLocally(world, browser, email)).screen === 'second-factor';
  }

  it('F15: is asked again once its person trusts none any more, or signs out everywhere else', async () => {
    const one = await trusted('kim@example.com');
    expect(await isAsked(one.browser, 'kim@example.com')).toBe(false);
    expect((await one.own.open(at('second-step'))).text).toMatch(/Trusted since .*, until /);
    await one.own.submit({ action: '/forget-devices' });
    expect(await isAsked(one.browser, 'kim@example.com')).toBe(true);
    const other = await trusted('lea@example.com');
    await other.own.open(at('sessions'));
    await other.own.submit({ action: '/end-others' });
    expect((await signInLocally(world, other.browser, 'lea@example.com')).screen).toBe('second-factor');
  });

  it('F15: is asked again after a change of the password, and after one of the factors', async () => {
    const { own, browser, phone } = await trusted('mia@example.com');
    await own.open(at('password'));
    await own.submit({
      action: '/password',
      fields: { password: PASSWORD, new_password: PASSWORD },
      tamper: { end_others: null },
    });
    expect(await isAsked(browser, 'mia@example.com')).toBe(true);
    await browser.submit({ fields: { code: phone.code(), trust: '1' } });
    expect(await isAsked(browser, 'mia@example.com')).toBe(false);
    await own.open(at('totp'));
    await own.submit({ action: '/totp/remove' });
    await setUp(own);
    expect(await isAsked(browser, 'mia@example.com')).toBe(true);
  });

  it('C16: is offered no passkey, which would open the account without the second step from then on', async () => {
    const { browser } = await trusted('oli@example.com');
    await browser.open(`${world.gatehouse.issuer}/oidc/logout`);
    await browser.submit({ button: /Sign out|Continue/ });
    await browser.open(`${world.app.url}/login`);
    const fields = { email: 'oli@example.com', password: PASSWORD };
    const page = await browser.submit({ fields, tamper: { can_passkey: '1' } });
    expect(page.url).toContain(world.app.url);
  });

  it('F15: is trusted by nobody else', async () => {
    const { browser } = await trusted('noa@example.com');
    await setUp(await person('oda@example.com'));
    expect(await isAsked(browser, 'oda@example.com')).toBe(true);
  });
});

describe('an app that is set up while somebody else has typed the password', () => {
  const offeredPasskey = async (email: string) => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ fields: { email, password: PASSWORD }, tamper: { can_passkey: '1' } });
    return browser;
  };

  it('C16: leaves no passkey to whoever was offered one', async () => {
    const own = await person('pam@example.com');
    const thief = await offeredPasskey('pam@example.com');
    expect(thief.page.screen).toBe('passkey-offer');
    await setUp(own);
    await expect(pressPasskey(thief, deviceFor(world))).rejects.toThrow('no options');
    expect(await held('pam@example.com')).toMatchObject({ passkeys: 0, apps: 1 });
  });

  it('C16: is asked for before a passkey is offered, also where no sign-in asks for it', async () => {
    const own = await person('pip@example.com');
    await setUp(own);
    await own.open(at('second-step'));
    await own.submit({ action: '/second-step' });
    expect(await held('pip@example.com')).toMatchObject({ step: false, apps: 1 });
    expect((await offeredPasskey('pip@example.com')).page.url).toContain(world.app.url);
  });
});

describe('"This wasn’t me"', () => {
  it('takes away the app that somebody else has set up, which would keep the owner out', async () => {
    const device = deviceFor(world);
    await addPasskey(world, await person('quin@example.com'), device);
    const own = createBrowser();
    await own.open(`${world.app.url}/login`);
    await pressPasskey(own, device);
    await setUp(await elsewhere('quin@example.com'));
    await own.open(at('activity'));
    expect((await own.submit({ action: '/not-me' })).screen).toBe('account-secured');
    expect(await held('quin@example.com')).toEqual({ step: false, apps: 0, passkeys: 0, codes: 0, drafts: 0 });
  });

  it('leaves the app that its owner has had for long', async () => {
    const own = await person('rob@example.com');
    await setUp(own);
    await world.query("update totp_seeds set created_at = created_at - interval '8 days'");
    await own.open(at('activity'));
    await own.submit({ action: '/not-me' });
    expect(await held('rob@example.com')).toMatchObject({ step: true, apps: 1 });
  });
});

describe('where everybody must have a second factor', () => {
  it('F5: the last one is not taken away, and the second step not switched off', async () => {
    const browser = await person('pia@example.com');
    await setUp(browser);
    await world.restart('SIGTERM', { require: 'mfa' });
    const app = await browser.open(at('totp'));
    expect(app.text).toContain('Add a passkey first');
    expect(app.text).not.toContain('Remove the app');
    expect((await browser.open(at('second-step'))).text).toContain('Acme asks everybody for a second step');
    await browser.open(at('profile'));
    expect((await rawPost(browser, at('second-step'))).headers.get('location')).toBe('/account/second-step');
    expect((await rawPost(browser, at('totp/remove'))).status).toBe(422);
    expect(await held('pia@example.com')).toMatchObject({ step: true, apps: 1, codes: 10 });
    await insertPasskey(world, 'pia@example.com');
    await browser.open(at('totp'));
    await browser.submit({ action: '/totp/remove' });
    await browser.open(at('passkeys'));
    const needed = await browser.submit({ action: '/passkeys/remove' });
    expect([needed.status, needed.alert]).toEqual([422, expect.stringContaining('Add another passkey first')]);
    expect(await held('pia@example.com')).toMatchObject({ step: true, apps: 0, passkeys: 1, codes: 10 });
  });
});
