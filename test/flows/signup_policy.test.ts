import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Page } from '../support/http_browser.ts';
import { invite } from '../support/invitations.ts';
import { PASSWORD, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

type Allow = 'open' | 'domains' | 'invite' | 'closed';

let made = 0;
const someone = () => `person${(made += 1)}@elsewhere.example`;

/** Comes from the app, with an invitation or without, and fills in the sign-up page. */
async function signUp(world: World, email: string, invitation?: string): Promise<Page> {
  const browser = createBrowser();
  const asked = invitation === undefined ? '' : `&invitation=${invitation}`;
  const page = await browser.open(`${world.app.url}/login?prompt=create${asked}`);
  if (page.screen !== 'signup') return page;
  const next = await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
  return next.screen === 'check-email' ? typeCode(world, browser, email) : next;
}

/** Comes from the app and through an upstream that vouches for the address. */
async function arrive(world: World, persona: string | RegExp, invitation?: string): Promise<Page> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login${invitation === undefined ? '' : `?invitation=${invitation}`}`);
  await browser.submit({ upstream: 'google' });
  return browser.submit({ button: persona });
}

const isIn = (world: World, page: Page) => page.url === `${world.app.url}/me`;

const accounts = async (world: World) => Number((await world.query('select count(*) from accounts'))[0]?.['count']);

const rows: { allow: Allow; settings: object; stranger: boolean; invited: boolean }[] = [
  { allow: 'open', settings: { allow: 'open' }, stranger: true, invited: true },
  { allow: 'domains', settings: { allow: 'domains', domains: ['acme.example'] }, stranger: false, invited: true },
  { allow: 'invite', settings: { allow: 'invite' }, stranger: false, invited: true },
  { allow: 'closed', settings: { allow: 'closed' }, stranger: false, invited: false },
];

describe.each(rows)('signup.allow: $allow', ({ allow, settings, stranger, invited }) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ settings: { signup: settings } });
  });
  afterAll(() => world.stop());

  it(`${stranger ? 'lets' : 'does not let'} a stranger sign up with a password`, async () => {
    const before = await accounts(world);
    const page = await signUp(world, someone());
    expect(isIn(world, page)).toBe(stranger);
    expect(await accounts(world)).toBe(before + (stranger ? 1 : 0));
    if (allow === 'domains') expect(page.alert).toContain('Use an address of acme.example');
    else if (!stranger) expect(page).toMatchObject({ status: 403, error: 'signup_closed' });
  });

  it(`${stranger ? 'lets' : 'does not let'} a stranger in through an upstream`, async () => {
    const page = await arrive(world, 'gmail.com');
    expect(isIn(world, page)).toBe(stranger);
    expect(await accounts(world)).toBe(stranger ? 2 : 0);
    if (stranger) return;
    expect(page).toMatchObject({ screen: 'error', error: 'signup_closed' });
    expect(page.text).toContain('Ask the people who run this service for an invitation');
    // The visit is alive: there may be another account.
    expect(page.links.find(({ text }) => text === 'Sign in another way')?.href).toMatch(/^\/interaction\/[\w-]+$/);
    if (!stranger) {
      expect(page).toMatchObject({ status: 403, error: 'signup_closed' });
      expect(page.text).toContain('Ask the people who run this service for an invitation');
    }
  });

  it(`${invited ? 'lets' : 'does not let'} the invited sign up with a password`, async () => {
    const page = await signUp(world, someone(), await invite(world));
    expect(isIn(world, page)).toBe(invited);
    if (!invited) expect(page).toMatchObject({ status: 403, error: 'signup_closed' });
  });

  it(`${invited ? 'lets' : 'does not let'} the invited in through an upstream`, async () => {
    const page = await arrive(world, 'alan@elsewhere.example', await invite(world));
    expect(isIn(world, page)).toBe(invited);
    if (!invited) expect(page).toMatchObject({ status: 403, error: 'signup_closed' });
  });

  it('offers the sign-up page to whom it is open, and to nobody else', async () => {
    const offers = async (query: string) => {
      const page = await createBrowser().open(`${world.app.url}/login${query}`);
      return page.links.some(({ text }) => text === 'Create an account');
    };
    const pageForAll = allow === 'open' || allow === 'domains';
    expect(await offers('')).toBe(pageForAll);
    expect(await offers(`?invitation=${await invite(world)}`)).toBe(invited);
    expect(await offers('?invitation=nonsense')).toBe(pageForAll);
  });
});

describe('signup.allow: closed', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    await signUpLocally(world, createBrowser(), 'lena@example.com');
  });
  afterAll(() => world.stop());

  it('holds for a form that was open, a code that was mailed and a trip that had begun before (S2)', async () => {
    const form = createBrowser();
    await form.open(`${world.app.url}/login?prompt=create`);
    const code = createBrowser();
    await code.open(`${world.app.url}/login?prompt=create`);
    await code.submit({ action: '/signup', fields: { email: 'mia@example.com', new_password: PASSWORD } });
    const mailed = await world.gatehouse.code('mia@example.com');
    const trip = createBrowser();
    await trip.open(`${world.app.url}/login`);
    await trip.submit({ upstream: 'google' });

    await world.restart('SIGTERM', { signup: { allow: 'closed' } });
    const answers = [
      await form.submit({ action: '/signup', fields: { email: 'noa@example.com', new_password: PASSWORD } }),
      await code.submit({ fields: { code: mailed } }),
      await trip.submit({ button: 'gmail.com' }),
    ];
    for (const page of answers) expect(page).toMatchObject({ status: 403, error: 'signup_closed' });
    expect(await accounts(world)).toBe(1);
  });
});
