import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import {
  linkings,
  standAccount,
  startPartnerWorld,
  type Claimed,
  type PartnerWorld,
} from '../support/partner_world.ts';
import { answerOf, askFor, deviceApp, idTokenOf, requestOf } from '../support/limited_apps.ts';
import { PASSWORD, signInLocally, signUpLocally, typeCode } from '../support/people.ts';
import { setUpApp, type Phone } from '../support/second_steps.ts';

let world: PartnerWorld;

const teams = [
  { ...deviceApp('team'), allow: { groups: ['never:staff', 'management'] } },
  { ...deviceApp('ours'), allow: { groups: ['staff'] } },
];

beforeAll(async () => {
  world = await startPartnerWorld({}, { clients: teams });
});
afterAll(() => world.stop());

const identitiesOf = (email: string) =>
  world.query(`select i.upstream_id, i.subject, i.account_id from identities i join addresses using (account_id)
    where canonical = '${email}' order by upstream_id`);
const noticesTo = async (email: string) =>
  (await world.gatehouse.mails()).filter(({ to, text }) => to === email && text.includes('/identities/undo')).length;

const AT_APP = 'app';
let count = 0;

/** Somebody new comes back; where they are then: at the app, or on which page. */
async function land(linking: string, trust: Claimed['trust'] | 'absent', email: string, subject?: string) {
  count += 1;
  const browser = createBrowser();
  const claimed = trust === 'absent' ? {} : { email, trust };
  const page = await world.continueAs(browser, linking, { subject: subject ?? `subject-${count}`, ...claimed });
  const where = page.url === `${world.app.url}/me` ? AT_APP : (page.error ?? page.screen);
  return { browser, page, where };
}

const trusts = ['authoritative', 'verified', 'unverified', 'absent'] as const;

/** Linking rule 5 of the design: where somebody lands whose address a confirmed account has. What nobody vouches for is looked at first. */
const confirmed: Record<(typeof linkings)[number], string[]> = {
  never: ['link-account', 'link-account', 'complete-profile', 'complete-profile'],
  authoritative: [AT_APP, 'link-account', 'complete-profile', 'complete-profile'],
  verified: [AT_APP, AT_APP, 'complete-profile', 'complete-profile'],
};

describe.each(linkings)('an upstream with linking: %s', (linking) => {
  it.each(trusts.map((trust, index) => [trust, confirmed[linking][index] ?? ''] as const))(
    'takes an address that a confirmed account has, and that is %s there, to %s',
    async (trust, expected) => {
      const email = `confirmed-${linking}-${trust}@example.com`;
      const id = await standAccount(world, email);
      const { where } = await land(linking, trust, email);
      expect(where).toBe(expected);
      const joined = expected === AT_APP;
      expect((await identitiesOf(email)).map((row) => row['account_id'])).toEqual(joined ? [id] : []);
      expect(await noticesTo(email)).toBe(joined ? 1 : 0);
    },
  );

  it('makes an account for an address that nobody has, once it is proven', async () => {
    for (const [index, trust] of trusts.entries()) {
      const email = `free-${linking}-${trust}@example.com`;
      const { where, browser } = await land(linking, trust, email);
      expect(where).toBe([AT_APP, AT_APP, 'complete-profile', 'complete-profile'][index]);
      if (where !== AT_APP) await browser.submit({ action: '/complete-profile', fields: { email } });
      if (where !== AT_APP) expect((await typeCode(world, browser, email)).url).toBe(`${world.app.url}/me`);
      expect(await identitiesOf(email)).toHaveLength(1);
      expect(await noticesTo(email)).toBe(0);
    }
  });

  it('signs a known identity in, whatever it says of an address now', async () => {
    const email = `known-${linking}@example.com`;
    const identity = `${linking} ${world.fake.issuer} known-${linking}`;
    const id = await standAccount(world, email, { identity });
    for (const trust of trusts) {
      expect((await land(linking, trust, `moved-${linking}@example.com`, `known-${linking}`)).where).toBe(AT_APP);
    }
    expect(await identitiesOf(email)).toMatchObject([{ account_id: id }]);
    expect(await world.query(`select 1 from addresses where canonical = 'moved-${linking}@example.com'`)).toEqual([]);
  });

  it('refuses on the neutral page what a disabled account has, or one with another identity of this upstream', async () => {
    const off = `off-${linking}@example.com`;
    await standAccount(world, off, { disabled: true });
    const twice = `twice-${linking}@example.com`;
    await standAccount(world, twice, { identity: `${linking} ${world.fake.issuer} first-${linking}` });
    const pages = [await land(linking, 'authoritative', off), await land(linking, 'authoritative', twice)];
    const [one, two] = pages.map(({ page, where }) => [where, page.status, page.alert]);
    expect(one).toEqual(['login', 403, expect.stringContaining('cannot be used here')]);
    expect(two).toEqual(one);
    expect(await identitiesOf(off)).toEqual([]);
    expect(await identitiesOf(twice)).toHaveLength(1);
  });

  it('gives a shell to whoever proves its address, with nothing of the stranger who made it (A1)', async () => {
    const email = `shell-${linking}@example.com`;
    const id = await standAccount(world, email, {
      confirmed: false,
      identity: `facebook https://f.example evil-${linking}`,
    });
    expect((await land(linking, 'verified', email)).where).toBe(AT_APP);
    const left = await identitiesOf(email);
    expect(left.map((row) => row['upstream_id'])).toEqual([linking]);
    expect(left[0]?.['account_id']).not.toBe(id);
  });

  it('asks for a code before it touches what an admin made, and says openly that a known account is disabled', async () => {
    const email = `made-${linking}@example.com`;
    const id = await standAccount(world, email, { confirmed: false, origin: 'admin' });
    const { where, browser } = await land(linking, 'authoritative', email);
    expect(where).toBe('check-email');
    expect(await identitiesOf(email)).toEqual([]);
    expect((await typeCode(world, browser, email)).url).toBe(`${world.app.url}/me`);
    expect(await identitiesOf(email)).toMatchObject([{ account_id: id }]);
    expect(await noticesTo(email)).toBe(1);

    const identity = `${linking} ${world.fake.issuer} off-${linking}`;
    await standAccount(world, `known-off-${linking}@example.com`, { disabled: true, identity });
    expect((await land(linking, 'absent', '', `off-${linking}`)).where).toBe('account_disabled');
    const unproven = `${linking} ${world.fake.issuer} unproven-${linking}`;
    await standAccount(world, `unproven-${linking}@example.com`, {
      confirmed: false,
      origin: 'admin',
      identity: unproven,
    });
    expect((await land(linking, 'absent', '', `unproven-${linking}`)).where).toBe('check-email');
  });
});

describe('how a partner says that it proved somebody', () => {
  const DUO = { subject: 'dua', email: 'dua@example.com', trust: 'verified' } as const;
  let phone: Phone;

  /** Comes from the app with these wishes and back from the partner. */
  async function come(upstream: string, claimed: Claimed, query = '', browser = createBrowser()) {
    await browser.open(`${world.app.url}/login${query}`);
    await browser.open(await world.travel(browser, upstream, claimed));
    return browser;
  }
  const heard = ({ page }: Browser) => page.json<{ idToken: Record<string, unknown> }>().idToken;

  beforeAll(async () => {
    const browser = await come('verified', DUO, '?acr_values=mfa');
    ({ phone } = await setUpApp(world, browser));
  });

  it.each([
    ['a word that is trusted', { acr: 'two' }, 'mfa'],
    ['a method that is trusted, for what is asked of passkeys', { amr: ['pwd', 'hwk'] }, 'phr'],
  ])('counts by %s', async (_what, said, acr) => {
    const browser = await come('verified', { ...DUO, ...said }, `?acr_values=${acr}`);
    expect(heard(browser)).toMatchObject({ acr, amr: ['fed', 'mfa'] });
  });

  it.each([
    ['another word', { acr: 'mfa' }],
    ['no word', {}],
    ['other methods', { amr: ['mfa', 'otp'] }],
    ['a list in place of a word', { acr: ['two'] as unknown as string }],
  ])('counts for nothing by %s (B13)', async (_what, said) => {
    const browser = await come('verified', { ...DUO, ...said });
    expect(browser.page.screen).toBe('second-factor');
  });

  it('counts for nothing where the config does not trust it (B13)', async () => {
    const claimed = { subject: 'solo', email: 'solo@example.com', trust: 'authoritative' } as const;
    await setUpApp(world, await come('authoritative', claimed, '?acr_values=mfa'));
    const browser = await come('authoritative', { ...claimed, acr: 'two', amr: ['hwk', 'mfa'] });
    expect(browser.page.screen).toBe('second-factor');
  });

  it('says nothing of an account that it did not open (B13)', async () => {
    await signUpLocally(world, createBrowser(), 'own@example.com');
    const first = createBrowser();
    await signInLocally(world, first, 'own@example.com', '?acr_values=mfa');
    await setUpApp(world, first);
    const browser = await come('verified', {
      subject: 'twin',
      email: 'own@example.com',
      trust: 'verified',
      acr: 'two',
    });
    expect(browser.page.screen).toBe('link-account');
    expect((await browser.submit({ fields: { password: PASSWORD } })).screen).toBe('second-factor');
    expect(await identitiesOf('own@example.com')).toEqual([]);
  });

  it('is asked for in its own words where an app needs that', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?acr_values=mfa`);
    await world.travel(browser, 'verified', DUO);
    const asked = browser.trail.findLast(({ url }) => url.includes('acr_values') && url.startsWith(world.fake.base));
    expect(new URL(asked?.url ?? '').searchParams.get('acr_values')).toBe('two');
  });

  it('must be fresh where it says when, and somebody is to sign in anew (C15)', async () => {
    const at = (ago: number) => Math.floor(world.gatehouse.now() / 1000) - ago;
    const stale = await come('verified', { ...DUO, auth_time: at(600) }, '?prompt=login');
    expect(stale.page.error).toBe('upstream_failed');
    const old = await come('verified', { ...DUO, auth_time: at(600) }, '?max_age=60');
    expect(old.page.error).toBe('upstream_failed');
    const fresh = await come('verified', { ...DUO, auth_time: at(0) }, '?prompt=login');
    await fresh.submit({ fields: { code: phone.code() } });
    expect(heard(fresh)).toMatchObject({ acr: 'mfa' });
  });
});

describe('groups that an upstream says', () => {
  const email = 'groups@example.com';
  const come = async (groups: unknown, app = 'team') => {
    const browser = createBrowser();
    const { url, verifier } = requestOf(world.gatehouse.issuer, app, { scope: 'openid groups offline_access' });
    await browser.open(url);
    const page = await browser.open(
      await world.travel(browser, 'never', { subject: 'grouped', email, trust: 'verified', groups }),
    );
    return { browser, page, verifier };
  };
  const userinfo = async (accessToken: string) => {
    const answer = await fetch(`${world.gatehouse.issuer}/oidc/userinfo`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    return (await answer.json()) as Record<string, unknown>; // what the endpoint says; another answer fails at the next line
  };
  const refresh = async (client_id: string, refresh_token: string) => {
    const body = new URLSearchParams({ grant_type: 'refresh_token', client_id, refresh_token });
    return (await fetch(`${world.gatehouse.issuer}/oidc/token`, { method: 'POST', body })).status;
  };

  it('let in by the names that the config gives them, and by no others', async () => {
    for (const groups of [undefined, [], ['boss', 'management', 'never:staff'], { 0: 'staff' }, [['staff']], 'Staff']) {
      expect((await come(groups)).page).toMatchObject({ screen: 'not-allowed', status: 403 });
    }
    const { page, verifier } = await come(['staff', '/heads', 'staff', 'unheard-of', 'management']);
    const { claims, accessToken } = await idTokenOf(world.gatehouse.issuer, 'team', page, verifier);
    expect((await userinfo(accessToken))['groups']).toEqual(['management', 'never:staff']);
    expect(claims['groups']).toBeUndefined();
    const [kept] = await world.query(`select facts from identities where subject = 'grouped'`);
    expect(kept?.['facts']).toMatchObject({ groups: ['staff', '/heads'] });
  });

  it('never are a group of ours with the same name', async () => {
    expect((await come(['staff'], 'ours')).page).toMatchObject({ screen: 'not-allowed', status: 403 });
    await world.query(
      `update accounts set groups = '{staff}' where id = (select account_id from addresses where canonical = '${email}')`,
    );
    expect(answerOf((await come([], 'ours')).page)['code']).toBeDefined();
    expect((await come([])).page.screen).toBe('not-allowed');
  });

  it('count as they were at the last sign-in through it, for sessions and refresh tokens, too', async () => {
    const { browser, page, verifier } = await come('staff');
    const { refreshToken } = await idTokenOf(world.gatehouse.issuer, 'team', page, verifier);
    expect(answerOf(await askFor(browser, world.gatehouse.issuer, 'team', { prompt: 'none' }))['code']).toBeDefined();
    await come(['editors'], 'ours');
    expect(await refresh('team', refreshToken)).toBe(400);
    expect(answerOf(await askFor(browser, world.gatehouse.issuer, 'team', { prompt: 'none' }))).toMatchObject({
      error: 'access_denied',
    });
  });

  it('are shown to their person, and go with the connection', async () => {
    const { browser } = await come(['staff']);
    const shown = await browser.open(`${world.gatehouse.issuer}/account/profile`);
    expect(shown.text).toContain('never:staff');
    expect(shown.text).toContain('As Partner never said');
    await browser.open(`${world.gatehouse.issuer}/account/data`);
    expect((await browser.submit({ action: '/account/data/export' })).json()).toMatchObject({
      claims: { groups: ['never:staff', 'staff'] },
      connected_accounts: [{ groups: ['staff'] }],
    });
    await world.query(`delete from identities where subject = 'grouped'`);
    expect(answerOf(await askFor(browser, world.gatehouse.issuer, 'team', { prompt: 'none' }))).toMatchObject({
      error: 'access_denied',
    });
  });
});
