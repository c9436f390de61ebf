import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOTP, URI } from 'otpauth';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const CODE = /\b([0-9A-Z]{4}-){3}[0-9A-Z]{4}\b/g;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const at = (path: string) => `${world.gatehouse.issuer}/account/${path}`;

async function person(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

/** The app that scanned the picture of this page. */
function scan(page: Page): TOTP {
  const uri = page.links.find(({ href }) => href.startsWith('otpauth:'))?.href ?? '';
  const app = URI.parse(uri);
  if (!(app instanceof TOTP)) throw new Error('no TOTP');
  return app;
}

/** Sets up an app and says that the codes are saved. */
async function setUp(browser: Browser): Promise<{ app: TOTP; codes: string[] }> {
  await browser.open(at('totp'));
  const app = scan(await browser.submit({ action: '/totp/begin' }));
  const page = await browser.submit({ action: '/totp/add', fields: { code: app.generate() } });
  const codes = page.text.match(CODE) ?? [];
  await browser.submit({ action: '/saved', fields: { saved: true } });
  return { app, codes };
}

const mailsTo = async (email: string) =>
  (await world.gatehouse.mails()).filter(({ to }) => to === email).map(({ subject }) => subject);
const factorRows = async (email: string) => {
  const [row] = await world.query(`select
    (select count(*)::int from totp_seeds where account_id = a.account_id) as apps,
    (select count(*)::int from recovery_codes where account_id = a.account_id and used_at is null) as codes,
    (select count(*)::int from factor_drafts where account_id = a.account_id) as drafts
    from addresses a where canonical = '${email}'`);
  return row;
};

describe('setting up an authenticator app', () => {
  it('leads through the picture, its first code and the recovery codes, and stays signed in', async () => {
    const browser = await person('ada@example.com');
    await browser.open(at('security'));
    await browser.follow('/account/totp');
    const added = await browser.submit({ action: '/totp/begin' });
    expect(added.body).toMatch(/<svg class="qr"[^>]*role="img" aria-label="QR code/);
    const app = scan(added);
    expect(added.text).toContain((app.secret.base32.match(/.{4}/g) ?? []).join(' '));
    const shown = await browser.submit({ action: '/totp/add', fields: { code: app.generate() } });
    expect(shown.url).toBe(at('recovery-codes/new'));
    expect(shown.text.match(CODE)).toHaveLength(10);
    expect((await browser.open(at('recovery-codes/new'))).text.match(CODE)).toEqual(shown.text.match(CODE));
    const file = await browser.open(at('recovery-codes/new/download'));
    expect(file.headers).toMatchObject({
      'content-disposition': 'attachment; filename="recovery-codes.txt"',
      'cache-control': 'no-store',
    });
    expect(file.body.match(CODE)).toEqual(shown.text.match(CODE));
    await browser.open(at('recovery-codes/new'));
    expect((await browser.submit({ action: '/saved' })).status).toBe(422);
    const done = await browser.submit({ action: '/saved', fields: { saved: true } });
    expect(done.url).toBe(at('second-step?done=codes_saved'));
    expect(done.text).toContain('Every sign-in takes a second step');
    expect(await factorRows('ada@example.com')).toEqual({ apps: 1, codes: 10, drafts: 0 });
    expect(await mailsTo('ada@example.com')).toContain('Your Acme account asks for a second step now');
  });

  it('F3: shows the secret and the codes never again, and replaces nothing silently', async () => {
    const browser = await person('bea@example.com');
    const { app } = await setUp(browser);
    for (const path of ['totp', 'totp/add', 'recovery-codes', 'recovery-codes/new', 'recovery-codes/new/download']) {
      const page = await browser.open(at(path));
      expect([path, page.status, page.url]).toEqual([path, 200, at(path.split('/')[0] ?? '')]);
      expect([page.body.includes(app.secret.base32), page.text.match(CODE)]).toEqual([false, null]);
    }
    for (const path of ['totp/begin', 'totp/add']) {
      expect((await rawPost(browser, at(path), { code: app.generate() })).headers.get('location')).toBe(
        '/account/totp',
      );
    }
    expect(await factorRows('bea@example.com')).toEqual({ apps: 1, codes: 10, drafts: 0 });
  });

  it('F3: takes no code of another secret; the same app is shown again, also in a second tab', async () => {
    const browser = await person('cleo@example.com');
    await browser.open(at('totp'));
    const app = scan(await browser.submit({ action: '/totp/begin' }));
    const tab = browser.tab();
    await tab.open(at('totp'));
    expect(scan(await tab.submit({ action: '/totp/begin' })).secret.base32).toBe(app.secret.base32);
    const wrong = await browser.submit({ fields: { code: new TOTP().generate() }, action: '/totp/add' });
    expect([wrong.status, wrong.alert]).toEqual([422, expect.stringContaining('This code is not right')]);
    expect(scan(wrong).secret.base32).toBe(app.secret.base32);
    expect(await factorRows('cleo@example.com')).toMatchObject({ apps: 0 });
  });

  it('F3, F5: takes a form of our own, a fresh sign-in, and the browser in which it was begun', async () => {
    const browser = await person('dora@example.com');
    await browser.open(at('totp'));
    const app = scan(await browser.submit({ action: '/totp/begin' }));
    const forged = await rawPost(browser, at('totp/add'), { code: app.generate(), _csrf: 'x' });
    expect(forged.status).toBe(403);
    world.gatehouse.passTime(301);
    const later = await rawPost(browser, at('totp/add'), { code: app.generate() });
    expect(later.headers.get('location')).toMatch(/^\/oidc\/authorize\?/);
    expect(await factorRows('dora@example.com')).toMatchObject({ apps: 0 });
  });
});
