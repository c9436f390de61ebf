import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let browser: Browser;

beforeAll(async () => {
  world = await startWorld();
  browser = createBrowser();
  await signUpLocally(world, browser, 'ada@example.com');
});
afterAll(() => world.stop());

const SAVE = { action: '/account/profile' };
const openProfile = (as = browser) => as.open(`${world.gatehouse.issuer}/account/profile`);
const claims = async () => {
  const page = await browser.open(`${world.app.url}/refresh`);
  return page.json<{ userinfo: Record<string, unknown> }>().userinfo;
};
const valueOf = (page: Page, field: string) => new RegExp(`name="${field}"[^>]* value="([^"]*)"`).exec(page.body)?.[1];

describe('the profile', () => {
  it('changes what apps learn, and says when', async () => {
    const before = await claims();
    world.gatehouse.passTime(10);
    await openProfile();
    const picture = 'https://pictures.example/ada.png';
    const page = await browser.submit({ ...SAVE, fields: { name: 'Ada King', picture, zoneinfo: 'Asia/Seoul' } });
    expect([page.screen, page.status, page.text.includes('Your profile is saved')]).toEqual([
      'account-profile',
      200,
      true,
    ]);
    const after = await claims();
    expect(after).toMatchObject({ name: 'Ada King', picture, zoneinfo: 'Asia/Seoul' });
    expect(Number(after['updated_at'])).toBeGreaterThan(Number(before['updated_at']));
  });

  it('does not say that it changed when it did not', async () => {
    const before = await claims();
    world.gatehouse.passTime(10);
    await openProfile();
    await browser.submit(SAVE);
    expect((await claims())['updated_at']).toBe(before['updated_at']);
  });

  it('gives values up when their boxes are empty', async () => {
    await openProfile();
    await browser.submit({ ...SAVE, fields: { name: '', picture: '', zoneinfo: '' } });
    const after = await claims();
    expect(['name', 'picture', 'zoneinfo'].filter((claim) => claim in after)).toEqual([]);
  });

  it.each([
    ['picture', 'http://pictures.example/ada.png'],
    ['picture', 'javascript:alert(1)'],
    ['picture', 'data:image/png;base64,AAAA'],
    ['zoneinfo', 'Mars/Olympus'],
    ['locale', 'xx'],
    ['name', 'a'.repeat(101)],
  ])('refuses as %s: %s', async (field, value) => {
    await openProfile();
    const page = await browser.submit({ ...SAVE, tamper: { [field]: value } });
    expect([page.status, page.title.startsWith('Error: '), page.alert !== undefined]).toEqual([422, true, true]);
    expect(await claims()).not.toHaveProperty(field, value);
  });

  it('changes nothing that is not on the form, whatever is posted (E11)', async () => {
    const before = await claims();
    const [row] = await world.query('select id, origin, disabled_at, delete_at, terms_version from accounts');
    await openProfile();
    const extra = {
      email: 'v@example.com',
      email_verified: 'false',
      emailVerified: 'true',
      sub: 'x',
      id: 'x',
      origin: 'admin',
    };
    const more = {
      phone_number_verified: 'true',
      gender: 'x',
      disabled_at: '2020-01-01',
      accountId: 'x',
      profile: '{}',
    };
    await browser.submit({ ...SAVE, fields: { name: 'Ada' }, tamper: { ...extra, ...more } });
    expect(await claims()).toEqual({ ...before, name: 'Ada', updated_at: expect.any(Number) });
    expect(await world.query('select id, origin, disabled_at, delete_at, terms_version from accounts')).toEqual([row]);
  });

  it('shows its language at once, whatever was chosen on this browser before', async () => {
    await browser.open(`${world.gatehouse.issuer}/account/profile?lang=en`);
    const page = await browser.submit({ ...SAVE, fields: { locale: 'ko' } });
    expect(page.body).toContain('<html lang="ko"');
    expect((await claims())['locale']).toBe('ko');
    await openProfile();
    const english = await browser.submit({ ...SAVE, fields: { locale: '' } });
    expect(english.body).toContain('<html lang="en"');
    expect(await claims()).not.toHaveProperty('locale');
  });

  it('is escaped and shows no picture from elsewhere (H1)', async () => {
    await openProfile();
    const page = await browser.submit({
      ...SAVE,
      fields: { name: '"><svg onload=alert(1)>', picture: 'https://pictures.example/"><script>' },
    });
    expect(page.body).not.toMatch(/<svg onload|<script>|<img/);
    expect(valueOf(page, 'picture')).toBe('https://pictures.example/%22%3E%3Cscript%3E');
  });

  it('is nobody’s without a session', async () => {
    expect((await openProfile(createBrowser())).screen).toBe('login');
  });
});
