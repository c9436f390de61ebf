import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signInLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ settings: { lifetimes: { mailed_code: '9m' } } });
});
afterAll(() => world.stop());

const START = { action: '/signup', fields: { new_password: PASSWORD } };
const GO_ON = { action: '/check-email/confirmed' };

async function signUp(email: string): Promise<Browser> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login?prompt=create`);
  await browser.submit({ ...START, fields: { ...START.fields, email } });
  return browser;
}

const linkTo = (email: string) => world.gatehouse.link(email, '/verify-email');
const accountsOf = (email: string) => world.query(`select * from addresses where canonical = '${email}'`);

describe('the page that waits for a code', () => {
  it('says for how long the code works', async () => {
    expect((await signUp('abby@example.com')).page.text).toContain('It works for 9 minutes');
  });
});

describe('the link of a verification mail', () => {
  it('confirms in any browser, and the browser of the sign-up goes on', async () => {
    const first = await signUp('ada@example.com');
    const second = createBrowser();
    const page = await second.open(await linkTo('ada@example.com'));
    expect([page.screen, page.status]).toEqual(['verify-email', 200]);
    expect((await second.submit()).text).toContain('Your address is confirmed');

    const shown = await first.open(first.page.url);
    expect(shown.screen).toBe('check-email');
    expect((await first.submit(GO_ON)).url).toBe(`${world.app.url}/me`);
  });

  it('signs nobody in where it is opened', async () => {
    await signUp('bea@example.com');
    const second = createBrowser();
    await second.open(await linkTo('bea@example.com'));
    await second.submit();
    expect((await second.open(`${world.gatehouse.issuer}/account`)).screen).toBe('login');
  });

  it('leads back to the sign-up in its own browser', async () => {
    const browser = await signUp('cleo@example.com');
    const tab = browser.tab();
    await tab.open(await linkTo('cleo@example.com'));
    const page = await tab.submit();
    expect(page.screen).toBe('check-email');
    expect((await tab.submit()).url).toBe(`${world.app.url}/me`);
  });

  it('confirms although the way back to the sign-up cannot be read any more', async () => {
    const browser = await signUp('carl@example.com');
    const tab = browser.tab();
    await tab.open(await linkTo('carl@example.com'));
    await world.query(
      `update mailed_links set payload = payload || '{"resume":"v1.another.key"}' where purpose = 'verify-email'`,
    );
    expect((await tab.submit()).text).toContain('Your address is confirmed');
  });

  it('changes nothing when a scanner opens it, again and again', async () => {
    await signUp('dan@example.com');
    const link = await linkTo('dan@example.com');
    for (let visit = 0; visit < 5; visit += 1) {
      expect((await fetch(link)).status).toBe(200);
      expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
    }
    expect(await accountsOf('dan@example.com')).toEqual([]);
    const human = createBrowser();
    await human.open(link);
    await human.submit();
    expect(await accountsOf('dan@example.com')).toHaveLength(1);
  });

  it('works once; a second press says that the address is confirmed already', async () => {
    await signUp('eve@example.com');
    const link = await linkTo('eve@example.com');
    const [one, two] = [createBrowser(), createBrowser()];
    await one.open(link);
    await two.open(link);
    await one.submit();
    expect((await two.submit()).text).toContain('already confirmed');
    expect((await createBrowser().open(link)).text).toContain('already confirmed');
  });

  it('is used up by the code, and uses the code up', async () => {
    const browser = await signUp('fay@example.com');
    const link = await linkTo('fay@example.com');
    await typeCode(world, browser, 'fay@example.com');
    expect((await createBrowser().open(link)).text).toContain('already confirmed');

    const other = await signUp('gil@example.com');
    const code = await world.gatehouse.code('gil@example.com');
    const reader = createBrowser();
    await reader.open(await linkTo('gil@example.com'));
    await reader.submit();
    const page = await other.submit({ action: '/check-email', fields: { code } });
    expect(page.screen).toBe('check-email');
  });

  it('outlives its code, and dies after half an hour', async () => {
    const slow = await signUp('hal@example.com');
    const late = await signUp('ian@example.com');
    const [inTime, tooLate] = [await linkTo('hal@example.com'), await linkTo('ian@example.com')];
    world.gatehouse.passTime(1500);
    const reader = createBrowser();
    await reader.open(inTime);
    await reader.submit();
    expect((await slow.submit(GO_ON)).url).toBe(`${world.app.url}/me`);

    world.gatehouse.passTime(600);
    const page = await reader.open(tooLate);
    expect([page.status, page.text.includes('no longer works')]).toEqual([400, true]);
    expect((await late.submit(GO_ON)).text).toContain('not confirmed yet');
  });

  it('is dead once a newer mail was sent, or the address was changed', async () => {
    const browser = await signUp('jan@example.com');
    const old = await linkTo('jan@example.com');
    world.gatehouse.passTime(61);
    await browser.submit({ action: '/resend' });
    expect((await createBrowser().open(old)).status).toBe(400);

    const newest = await linkTo('jan@example.com');
    await browser.submit({ action: '/check-email/address', fields: { email: 'jan@other.example' } });
    expect((await createBrowser().open(newest)).status).toBe(400);
    const page = await typeCode(world, browser, 'jan@other.example');
    expect(page.json<{ userinfo: { email: string } }>().userinfo.email).toBe('jan@other.example');
    expect(await accountsOf('jan@example.com')).toEqual([]);
  });

  it('is not in the mail to somebody who has an account already', async () => {
    await typeCode(world, await signUp('kim@example.com'), 'kim@example.com');
    const again = await signUp('kim@example.com');
    const mails = (await world.gatehouse.mails()).filter(({ to }) => to === 'kim@example.com');
    expect(mails[0]?.text).not.toContain('/verify-email');
    expect((await again.submit(GO_ON)).text).toContain('not confirmed yet');
  });

  it('counts for no other visit than its own', async () => {
    const mallory = await signUp('lea@example.com');
    const reader = createBrowser();
    await reader.open(await linkTo('lea@example.com'));
    await reader.submit();
    // The same address in another browser: its own proof waits for its own code.
    const other = await signUp('lea@example.com');
    expect((await other.submit(GO_ON)).text).toContain('not confirmed yet');
    expect((await mallory.submit(GO_ON)).url).toBe(`${world.app.url}/me`);
    expect((await signInLocally(world, createBrowser(), 'lea@example.com')).url).toBe(`${world.app.url}/me`);
  });

  it('tells whoever is signed in as somebody else', async () => {
    const browser = await signUp('mia@example.com');
    await typeCode(world, browser, 'mia@example.com');
    await signUp('ned@example.com');
    const page = await browser.tab().open(await linkTo('ned@example.com'));
    expect(page.text).toContain('you are signed in as mia@example.com');
  });
});
