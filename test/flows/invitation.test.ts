import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandBeside } from '../support/command_line.ts';
import { createBrowser } from '../support/http_browser.ts';
import { invite } from '../support/invitations.ts';
import { codeIn } from '../support/mailbox.ts';
import { PASSWORD, typeCode } from '../support/people.ts';
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { startWorld, type World } from '../support/world.ts';

const settings = { signup: { allow: 'invite' }, limits: { enabled: false } };
let world: World;
beforeAll(async () => {
  world = await startWorld({ settings });
});
afterAll(() => world.stop());

const usesLeft = async () => (await world.query('select uses_left from invitations order by created_at desc'))[0];
const open = (token: string, query = '') =>
  createBrowser().open(`${world.gatehouse.issuer}/invitation?token=${token}${query}`);

/** Opens the link and presses its button. */
async function begin(token: string, { issuer } = world.gatehouse) {
  const browser = createBrowser();
  await browser.open(`${issuer}/invitation?token=${token}`);
  await browser.submit({ action: '/invitation' });
  return browser;
}

describe('the link of an invitation', () => {
  it('leads to an account of ones own, and its use is taken with the code', async () => {
    const browser = await begin(await invite(world));
    expect(browser.page.screen).toBe('signup');
    await browser.submit({ action: '/signup', fields: { email: 'ina@example.com', new_password: PASSWORD } });
    expect(await usesLeft()).toEqual({ uses_left: 1 });
    const page = await typeCode(world, browser, 'ina@example.com');
    expect(page).toMatchObject({ screen: 'account', status: 200 });
    expect(await usesLeft()).toEqual({ uses_left: 0 });
  });

  it('leads to an account through an upstream that brings no address', async () => {
    const browser = await begin(await invite(world));
    await browser.submit({ upstream: 'facebook' });
    await browser.submit({ button: 'No e-mail address' });
    await browser.submit({ action: '/complete-profile', fields: { email: 'faye@example.com' } });
    expect(await typeCode(world, browser, 'faye@example.com')).toMatchObject({ screen: 'account' });
    expect(await usesLeft()).toEqual({ uses_left: 0 });
  });

  it('shows what it is worth, and opening it changes nothing', async () => {
    const used = await begin(await invite(world, { uses: 1 }));
    await used.submit({ action: '/signup', fields: { email: 'uwe@example.com', new_password: PASSWORD } });
    await typeCode(world, used, 'uwe@example.com');
    const usedUp = new URL(used.trail[0]?.url ?? '').searchParams.get('token') ?? '';
    const usable = await invite(world);
    for (const method of ['HEAD', 'GET', 'GET']) {
      const answer = await fetch(`${world.gatehouse.issuer}/invitation?token=${usable}`, { method });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toContain('no-store');
    }
    const states: [token: string, status: number, english: string, korean: string][] = [
      [usable, 200, 'You are invited to Acme', 'Acme 초대'],
      [usedUp, 410, 'This invitation was used already', '이미 사용한 초대예요'],
      [await invite(world, { seconds: -1 }), 410, 'This invitation has ended', '기간이 지난 초대예요'],
      ['nobody-made-this', 404, 'This invitation is not known', '알 수 없는 초대예요'],
    ];
    for (const [token, status, english, korean] of states) {
      const page = await open(token);
      expect(page).toMatchObject({ screen: 'invitation', status });
      expect(page.text).toContain(english);
      expect((await open(token, '&lang=ko')).text).toContain(korean);
      expect(page.forms.some(({ inMain }) => inMain)).toBe(token === usable);
    }
    expect((await open(usable)).status).toBe(200);
  });

  it('does not go on when it was used up while its page was open', async () => {
    const token = await invite(world);
    const late = createBrowser();
    await late.open(`${world.gatehouse.issuer}/invitation?token=${token}`);
    await world.query('update invitations set uses_left = 0');
    expect(await late.submit({ action: '/invitation' })).toMatchObject({ screen: 'invitation', status: 410 });
  });

  it('says who can mend it when somebody else was faster in the end', async () => {
    const token = await invite(world);
    const [first, second] = [await begin(token), await begin(token)];
    for (const [browser, email] of [
      [first, 'eve@example.com'],
      [second, 'ron@example.com'],
    ] as const) {
      await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
    }
    expect(await typeCode(world, first, 'eve@example.com')).toMatchObject({ screen: 'account' });
    const page = await typeCode(world, second, 'ron@example.com');
    expect(page).toMatchObject({ status: 403, error: 'invitation_unusable' });
    expect(page.text).toContain('Ask the people who invited you');
    expect(await world.query(`select 1 from addresses where canonical = 'ron@example.com'`)).toEqual([]);
  });

  it('takes its use when the mailed link is pressed in another browser, if there is one left', async () => {
    const token = await invite(world);
    const crowd = [await begin(token), await begin(token)];
    const links: string[] = [];
    for (const [index, email] of ['ole@example.com', 'pia@example.com'].entries()) {
      await crowd[index]?.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
      links.push(await world.gatehouse.link(email, '/verify-email'));
    }
    const reader = createBrowser();
    await reader.open(links[0] ?? '');
    expect((await reader.submit()).text).toContain('Your address is confirmed');
    await reader.open(links[1] ?? '');
    expect(await reader.submit()).toMatchObject({ status: 403, error: 'invitation_unusable' });
    expect(await crowd[0]?.submit({ action: '/check-email/confirmed' })).toMatchObject({ screen: 'account' });
  });

  it('keeps working when its page was open too long and begins again', async () => {
    const browser = await begin(await invite(world));
    world.gatehouse.passTime(3601);
    const late = await browser.submit({
      action: '/signup',
      fields: { email: 'lou@example.com', new_password: PASSWORD },
    });
    expect(late.error).toBe('interaction_expired');
    expect(await browser.follow('Start again')).toMatchObject({ screen: 'signup' });
    await browser.submit({ action: '/signup', fields: { email: 'lou@example.com', new_password: PASSWORD } });
    expect(await typeCode(world, browser, 'lou@example.com')).toMatchObject({ screen: 'account' });
  });

  it('is in no line that the process printed and in no table', async () => {
    const token = await invite(world);
    await begin(token);
    await open(`${token}x`);
    const tables = await world.query(`select tablename from pg_tables where schemaname = 'public'`);
    for (const { tablename } of tables) {
      const dump = await world.query(`select t::text as row from "${String(tablename)}" t`);
      expect(JSON.stringify(dump)).not.toContain(token);
    }
    expect(world.gatehouse.output()).toContain('/invitation');
    expect(world.gatehouse.output()).not.toContain(token);
  });
});

describe('an invitation to an address', () => {
  it('fixes the address on the page, and on the server whatever the form says', async () => {
    const browser = await begin(await invite(world, { to: 'Petra@example.com' }));
    const input = browser.page.body.match(/<input[^>]*name="email"[^>]*>/)?.[0] ?? '';
    expect(input).toContain('value="Petra@example.com"');
    expect(input).toContain('readonly');
    const page = await browser.submit({
      action: '/signup',
      fields: { new_password: PASSWORD },
      tamper: { email: 'mallory@example.com' },
    });
    expect(page.text).toContain('P•••@example.com');
    expect(page.forms.some(({ action }) => action.endsWith('/check-email/address'))).toBe(false);
    expect((await world.gatehouse.mails()).some(({ to }) => to === 'mallory@example.com')).toBe(false);
    expect(await typeCode(world, browser, 'Petra@example.com')).toMatchObject({ screen: 'account' });
  });

  it('lets no other address in through an upstream', async () => {
    const browser = await begin(await invite(world, { to: 'petra2@example.com' }));
    await browser.submit({ upstream: 'google' });
    const page = await browser.submit({ button: 'gmail.com' });
    expect(page).toMatchObject({ status: 403, error: 'invitation_unusable' });
    expect(await usesLeft()).toEqual({ uses_left: 1 });
  });

  it('proves nothing by itself: the code comes first', async () => {
    const browser = await begin(await invite(world, { to: 'quirin@example.com' }));
    const page = await browser.submit({ action: '/signup', fields: { new_password: PASSWORD } });
    expect(page.screen).toBe('check-email');
    expect(await world.query(`select 1 from addresses where canonical = 'quirin@example.com'`)).toEqual([]);
  });
});

describe('an admin who invites at the command line, while the server runs', () => {
  it('has the link mailed, and sees who came', async () => {
    const { out } = await commandBeside(world, ['accounts', 'invite', 'Quill@example.com', '--locale', 'ko', '--json']);
    const { link, id } = JSON.parse(out) as { link: string; id: string }; // what the command prints
    expect(await world.gatehouse.link('Quill@example.com', '/invitation')).toBe(link);
    const browser = createBrowser();
    await browser.open(link);
    await browser.submit({ action: '/invitation' });
    await browser.submit({ action: '/signup', fields: { new_password: PASSWORD } });
    expect(await typeCode(world, browser, 'Quill@example.com')).toMatchObject({ screen: 'account' });
    const list = await commandBeside(world, ['accounts', 'invitations']);
    expect(list.out).toMatch(new RegExp(`${id.slice(0, 8)} +Quill@example.com +used_up +0 of 1`));
    const shown = await commandBeside(world, ['accounts', 'show', 'quill@example.com']);
    expect(shown.out).toContain(`invitation=${id.slice(0, 8)}`);
  });
});

describe('one invitation over two processes', () => {
  let other: Gatehouse;
  beforeAll(async () => {
    const { line, gatehouse } = world;
    other = await startGatehouse({ databaseUrl: line.url, dataDir: gatehouse.dataDir, settings });
  });
  afterAll(() => other.stop());

  /** The codes that either process has mailed, once there is one for each address. */
  async function codesOf(addresses: string[]): Promise<string[]> {
    for (;;) {
      const mails = [...(await world.gatehouse.mails()), ...(await other.mails())];
      const codes = addresses.flatMap((address) => codeIn(mails.find(({ to }) => to === address)?.text ?? '') ?? []);
      if (codes.length === addresses.length) return codes;
    }
  }

  it('lets one of 32 in who type their code at once', async () => {
    const token = await invite(world);
    const addresses = Array.from({ length: 32 }, (_, index) => `crowd${index}@example.com`);
    const crowd = await Promise.all(
      addresses.map(async (email, index) => {
        const browser = await begin(token, index % 2 === 0 ? world.gatehouse : other);
        await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
        return browser;
      }),
    );
    const codes = await codesOf(addresses);
    const pages = await Promise.all(
      crowd.map((browser, index) => browser.submit({ fields: { code: codes[index] ?? '' } })),
    );
    expect(pages.filter(({ screen }) => screen === 'account')).toHaveLength(1);
    expect(pages.filter(({ error }) => error === 'invitation_unusable')).toHaveLength(31);
    expect(await world.query(`select 1 from addresses where canonical like 'crowd%'`)).toHaveLength(1);
  });
});
