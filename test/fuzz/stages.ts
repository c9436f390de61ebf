import { Secret, TOTP } from 'otpauth';
import type { BenchWorld } from '../bench/bench_world.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';

/** Leads a new browser to a page whose forms are then sent in every wrong way. */
export type Stage = (world: BenchWorld) => Promise<Browser>;

let strangers = 0;
const newAddress = () => `fuzz${(strangers += 1)}@example.com`;

async function at(world: BenchWorld, query = ''): Promise<Browser> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login${query}`);
  return browser;
}

async function signedUp(world: BenchWorld, email: string): Promise<Browser> {
  const browser = await at(world, '?prompt=create');
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD, name: 'Ada' } });
  return browser;
}

/** Somebody new, signed in: what is tried with their account harms nobody else's. */
export async function signedIn(world: BenchWorld): Promise<{ browser: Browser; email: string }> {
  const email = newAddress();
  const browser = await signedUp(world, email);
  await browser.submit({ fields: { code: await world.gatehouse.code(email) } });
  return { browser, email };
}

async function recovering(world: BenchWorld): Promise<Browser> {
  const browser = await at(world);
  await browser.follow('Forgot password?');
  await browser.submit({ action: '/recover', fields: { email: world.email } });
  return browser;
}

/** On "Set up a second step", of somebody new. */
async function enrolling(world: BenchWorld): Promise<{ browser: Browser; email: string }> {
  const somebody = await signedIn(world);
  await somebody.browser.open(`${world.app.url}/login?acr_values=mfa`);
  return somebody;
}

async function addingApp(world: BenchWorld): Promise<{ browser: Browser; email: string }> {
  const somebody = await enrolling(world);
  await somebody.browser.submit({ action: '/enrol-factor' });
  return somebody;
}

/** With an app set up, and its recovery codes on the page. */
async function withCodes(world: BenchWorld): Promise<{ browser: Browser; email: string }> {
  const somebody = await addingApp(world);
  const secret = /id="secret"[^>]*>([A-Z2-7 ]+)</.exec(somebody.browser.page.body)?.[1]?.replaceAll(' ', '') ?? '';
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  await somebody.browser.submit({ action: '/enrol-factor/totp', fields: { code } });
  return somebody;
}

/** On the page that asks for the code of an app, after the password. */
async function askedForCode(world: BenchWorld): Promise<Browser> {
  const { browser, email } = await withCodes(world);
  await browser.submit({ action: '/enrol-factor/codes', fields: { saved: '1' } });
  const other = await at(world);
  await other.submit({ fields: { email, password: PASSWORD } });
  return other;
}

/** The pages of a visit, and where mailed links lead. */
export const stages: Record<string, Stage> = {
  login: (world) => at(world),
  'login with a hint': (world) => at(world, '?login_hint=%22%3E%3Cgh-canary%3E@example.com'),
  signup: (world) => at(world, '?prompt=create'),
  'check-email': (world) => signedUp(world, newAddress()),
  async recover(world) {
    const browser = await at(world);
    await browser.follow('Forgot password?');
    return browser;
  },
  'recover-sent': recovering,
  async 'reset-password'(world) {
    await recovering(world);
    const browser = createBrowser();
    await browser.open(await world.gatehouse.link(world.email, '/reset-password'));
    return browser;
  },
  async 'verify-email'(world) {
    const email = newAddress();
    await signedUp(world, email);
    const browser = createBrowser();
    await browser.open(await world.gatehouse.link(email, '/verify-email'));
    return browser;
  },
  async consent(world) {
    const { browser } = await signedIn(world);
    await browser.open(`${world.app.url}/login?prompt=consent`);
    return browser;
  },
  async reauthenticate(world) {
    const { browser } = await signedIn(world);
    await browser.open(`${world.app.url}/login?prompt=login`);
    return browser;
  },
  async 'choose-account'(world) {
    const { browser } = await signedIn(world);
    await browser.open(`${world.app.url}/login?prompt=select_account`);
    return browser;
  },
  async 'complete-profile'(world) {
    const browser = await at(world);
    await browser.submit({ upstream: 'facebook' });
    await browser.submit({ button: 'No e-mail address' });
    return browser;
  },
  'enrol-factor': async (world) => (await enrolling(world)).browser,
  'enrol-factor, the app': async (world) => (await addingApp(world)).browser,
  'enrol-factor, the codes': async (world) => (await withCodes(world)).browser,
  'second-factor': askedForCode,
  async 'choose-method'(world) {
    const browser = await askedForCode(world);
    await browser.follow('/choose-method');
    return browser;
  },
  async 'recovery-code'(world) {
    const browser = await askedForCode(world);
    await browser.follow('/choose-method');
    await browser.follow('/recovery-code');
    return browser;
  },
  async logout(world) {
    const { browser } = await signedIn(world);
    await browser.open(`${world.gatehouse.issuer}/oidc/logout`);
    return browser;
  },
};

/** A page of somebody's own account. */
export function accountStage(path: string): Stage {
  return async (world) => {
    const { browser } = await signedIn(world);
    await browser.open(`${world.gatehouse.issuer}${path}`);
    // Their first visit signs in to the account pages, silently, for all but a page that wants the password again.
    return browser;
  };
}
