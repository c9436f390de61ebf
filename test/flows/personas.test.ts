import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatedPresets, type SimulatedPreset } from '../../src/upstreams/presets/all.ts';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import type { Fields } from '../support/http_browser/forms.ts';
import { PASSWORD, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const modes = ['never', 'authoritative', 'verified'] as const;
type Mode = (typeof modes)[number];

/** How far the word of a provider goes for Ada's address below gmail.com, when it is at its best. */
const trustOf: Record<SimulatedPreset, 'authoritative' | 'verified' | 'unverified'> = {
  google: 'authoritative',
  facebook: 'unverified',
  apple: 'verified',
  microsoft: 'verified',
  github: 'verified',
  gitlab: 'verified',
  linkedin: 'verified',
  x: 'verified',
  discord: 'verified',
  kakao: 'verified',
  naver: 'unverified',
  line: 'unverified',
};
const everyWay = modes.flatMap((mode) => simulatedPresets.map((preset): [SimulatedPreset, Mode] => [preset, mode]));
const localAddress = (mode: Mode) => `lena.local.${mode}@gmail.com`;

let world: World;
/** Whose account has the address that Sam brings. */
const locals = new Map<Mode, string>();
beforeAll(async () => {
  const upstreams = everyWay.map(([preset, linking]) => ({ id: `${preset}-${linking}`, preset, linking }));
  world = await startWorld({ settings: { upstreams, limits: { enabled: false } } });
  const people = await Promise.all(modes.map((mode) => signUpLocally(world, createBrowser(), localAddress(mode))));
  for (const [index, mode] of modes.entries()) locals.set(mode, signedIn(people[index] as Page).sub); // one for each mode
});
afterAll(() => world.stop());

interface Signed {
  sub: string;
  email: string;
  email_verified: boolean;
  picture?: string;
}
const signedIn = (page: Page) => page.json<{ userinfo: Signed }>().userinfo;

/** Goes to the app, to the upstream, and comes back as somebody; Apple's page goes on by a button here. */
async function arrive(browser: Browser, upstream: string, person: RegExp | string, fields: Fields = {}): Promise<Page> {
  await browser.open(`${world.app.url}/login`);
  await browser.submit({ upstream });
  const page = await browser.submit({ button: person, fields });
  return page.screen === 'simulator-form_post' ? browser.submit() : page;
}

const ADA = 'Ada Example';
const NOOR = 'Noor Nowhere';

/** Nobody vouches for the address that came: the person confirms it, the mailbox speaks, and there is no session before. */
async function proveAddress(browser: Browser, email: string): Promise<Page> {
  expect(browser.page.screen).toBe('complete-profile');
  // The address that came stands in the field already.
  expect((await browser.submit({ action: '/complete-profile' })).screen).toBe('check-email');
  return typeCode(world, browser, email);
}

/** First login of Ada with an address of her own at this upstream, through to the app. */
async function firstLogin(preset: SimulatedPreset, mode: Mode) {
  const email = `ada.${preset}.${mode}@gmail.com`;
  const browser = createBrowser();
  const page = await arrive(browser, `${preset}-${mode}`, ADA, { other_email: email });
  const done = trustOf[preset] === 'unverified' ? await proveAddress(browser, email) : page;
  return { email, upstream: `${preset}-${mode}`, person: signedIn(done) };
}

async function factsOf(upstream: string, email: string) {
  const rows = await world.query(
    `select i.facts, i.trust from identities i join addresses a using (account_id)
     where i.upstream_id = '${upstream}' and a.canonical = '${email}'`,
  );
  return rows[0];
}

describe('a person from a provider', () => {
  it.each(everyWay)('%s, linking %s: gets an account, and always the same', async (preset, mode) => {
    const { email, upstream, person } = await firstLogin(preset, mode);
    expect(person).toMatchObject({ email, email_verified: true });

    const again = signedIn(await arrive(createBrowser(), upstream, ADA, { other_email: email }));
    expect(again).toEqual(person);

    // What changes there changes nothing here but what we know of the identity.
    const moved = signedIn(await arrive(createBrowser(), upstream, ADA, { other_email: `moved.${email}` }));
    expect(moved).toEqual(person);
    expect(await factsOf(upstream, email)).toMatchObject({
      facts: { email: `moved.${email}` },
      trust: trustOf[preset],
    });

    const kept = signedIn(await arrive(createBrowser(), upstream, ADA, { keep_email: true, no_picture: true }));
    expect(kept).toEqual(person);
    const relay = { facts: { relay: true }, trust: 'verified' };
    expect(await factsOf(upstream, email)).toMatchObject(preset === 'apple' ? relay : { trust: 'absent' });
  });

  it.each(everyWay)('%s, linking %s: may say no, and the visit goes on', async (preset, mode) => {
    const browser = createBrowser();
    const page = await arrive(browser, `${preset}-${mode}`, /cancel/i);
    expect(page).toMatchObject({ screen: 'login', status: 200, error: 'upstream_cancelled' });
    expect(page.upstreams).toContain(`${preset}-${mode}`);
  });

  it.each(everyWay)('%s, linking %s: is asked for an address that did not come', async (preset, mode) => {
    const email = `noor.${preset}.${mode}@example.com`;
    const browser = createBrowser();
    expect((await arrive(browser, `${preset}-${mode}`, NOOR)).screen).toBe('complete-profile');
    const page = await browser.submit({ action: '/complete-profile', fields: { email } });
    expect(page.screen).toBe('check-email');
    expect(signedIn(await typeCode(world, browser, email))).toMatchObject({ email, email_verified: true });
  });

  /** What the linking rule asks for before a stranger's identity joins an account with a verified address. */
  const askedFirst = (preset: SimulatedPreset, mode: Mode) => {
    const trust = trustOf[preset];
    if (trust === 'unverified') return 'complete-profile';
    const goesFar = mode === 'verified' || (mode === 'authoritative' && trust === 'authoritative');
    return goesFar ? undefined : 'link-account';
  };

  it.each(everyWay)('%s, linking %s: joins an account of the same address only on proof', async (preset, mode) => {
    const email = localAddress(mode);
    const asked = askedFirst(preset, mode);
    const browser = createBrowser();
    const page = await arrive(browser, `${preset}-${mode}`, 'Sam Same', { other_email: email });
    expect(page.screen).toBe(asked);
    expect(await factsOf(`${preset}-${mode}`, email)).toEqual(asked ? undefined : expect.anything());
    if (asked === 'link-account') await browser.submit({ fields: { password: PASSWORD } });
    if (asked === 'complete-profile') await proveAddress(browser, email);
    expect(signedIn(browser.page).sub).toBe(locals.get(mode));
    const again = await arrive(createBrowser(), `${preset}-${mode}`, 'Sam Same', { other_email: email });
    expect(signedIn(again).sub).toBe(locals.get(mode));
  });
});
