import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CDPSession, Page } from 'playwright-core';
import { seriousFindings } from '../support/axe.ts';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { deviceApp, requestOf } from '../support/limited_apps.ts';
import { PASSWORD } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;

/** A page of a fresh Chromium with an authenticator in it that asks nobody and says yes, unless told otherwise. */
async function withAuthenticator(
  use: (page: Page, device: { session: CDPSession; id: string }) => Promise<void>,
): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.context.newPage();
    const session = await browser.context.newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId: id } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        defaultBackupEligibility: true,
        defaultBackupState: true,
      },
    });
    await use(page, { session, id });
  } finally {
    await browser.close();
  }
}

const me = () => `${world.app.url}/me`;
const login = (query = '') => `${world.app.url}/login${query}`;

/** Signed in at the app; its own words where it took nobody. */
async function backAtApp(page: Page): Promise<string> {
  await page.waitForURL((url) => url.origin === world.app.url);
  if (page.url() !== me()) throw new Error(`${page.url()} says: ${await page.innerText('body')}`);
  return page.url();
}

/** Signed up with a passkey, and back at the app. */
async function signUp(page: Page, email: string): Promise<void> {
  await page.goto(login('?prompt=create'));
  await page.fill('[name=email]', email);
  await page.click('[data-passkey=create]');
  await page.waitForSelector('[data-page=check-email]');
  await page.fill('[name=code]', await world.gatehouse.code(email));
  await page.press('[name=code]', 'Enter');
  await backAtApp(page);
}

// Skipped only where scripts/install_packages.mjs may not install one; root on Debian gets it, or the run fails.
const found = findChromium() !== undefined;
const withChromium = found ? describe : describe.skip;

withChromium(found ? 'a passkey in Chromium' : 'in Chromium, which is missing: apt-get install chromium', () => {
  beforeAll(async () => {
    world = await startWorld({ clients: [{ ...deviceApp('strict'), require: 'phishing-resistant' }] });
  });
  afterAll(() => world.stop());

  it('is made at sign-up, opens the account by its button, and stays while nothing else does', async () => {
    await withAuthenticator(async (page, { session, id }) => {
      await signUp(page, 'ada@example.com');
      await page.context().clearCookies();
      // Nothing is offered by itself in between: the person presses.
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled: false });
      await page.goto(login());
      expect(await seriousFindings(page)).toEqual([]);
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled: true });
      await page.click('[data-passkey=get]');
      await backAtApp(page);

      await page.goto(`${world.gatehouse.issuer}/account/passkeys`);
      expect(await seriousFindings(page)).toEqual([]);
      await page.click('[data-passkey=create]');
      // This authenticator has one of the account already: the page says so, and nothing failed.
      await page.waitForSelector('#known:not([hidden])');
      await page.click('button[name=passkey]');
      await page.waitForSelector('[role=alert]');
      expect(await page.textContent('[role=alert]')).toContain('only way into your account');
    });
  });

  it('is offered where the address is typed (autofill)', async () => {
    await withAuthenticator(async (page) => {
      await signUp(page, 'bea@example.com');
      await page.context().clearCookies();
      // An authenticator that needs no touch chooses at once.
      await page.goto(login());
      expect(await backAtApp(page)).toBe(me());
    });
  });

  it('is the second factor of an app that asks for one, and gone from the device, too, once it is deleted', async () => {
    await withAuthenticator(async (page, { session, id }) => {
      await page.goto(login('?prompt=create'));
      await page.fill('[name=email]', 'cleo@example.com');
      await page.fill('[name=new_password]', PASSWORD);
      await page.press('[name=new_password]', 'Enter');
      await page.waitForSelector('[data-page=check-email]');
      await page.fill('[name=code]', await world.gatehouse.code('cleo@example.com'));
      await page.press('[name=code]', 'Enter');
      await backAtApp(page);
      await page.goto(`${world.gatehouse.issuer}/account/passkeys`);
      await page.click('[data-passkey=create]');
      await page.waitForURL(/done=added/);

      await page.context().clearCookies();
      await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false });
      await page.goto(requestOf(world.gatehouse.issuer, 'strict').url);
      await page.fill('[name=email]', 'cleo@example.com');
      await page.fill('[name=password]', PASSWORD);
      await page.press('[name=password]', 'Enter');
      // It is asked for at once; nobody was verified, so the page says what to do, and nothing is red.
      await page.waitForSelector('#stopped:not([hidden])');
      expect(await page.$('[role=alert]')).toBeNull();
      expect(await seriousFindings(page)).toEqual([]);
      await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true });
      await page.click('[data-passkey=get]');
      // Nobody here opens the scheme of the app: the session tells that the sign-in has come to its end.
      const cookies = async () => (await page.context().cookies()).map(({ name }) => name);
      while (!(await cookies()).includes('gatehouse_session'));
      const [row] = await world.query(
        `select detail from events where type = 'sign_in.completed' order by at desc limit 1`,
      );
      expect(JSON.stringify(row)).toContain('pwd swk user');

      await page.goto(`${world.gatehouse.issuer}/account/passkeys`);
      const gone = new Promise((resolve) => session.once('WebAuthn.credentialDeleted', resolve));
      // A window that was asked to open the scheme of an app may ignore the pointer for a while.
      await page.dispatchEvent('button[name=passkey]', 'click');
      await page.waitForURL(/done=removed/);
      await gone;
    });
  });

  it('shows no error to whoever stops half-way: they are back at the address', async () => {
    await withAuthenticator(async (page, { session, id }) => {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id });
      await page.goto(login());
      await page.evaluate(
        `navigator.credentials.get = async () => { throw new DOMException('stopped', 'NotAllowedError') }`,
      );
      await page.click('[data-passkey=get]');
      await page.waitForSelector('[name=email]:focus');
      expect(await page.$('[role=alert]')).toBeNull();
    });
  });

  it('made on another origin opens nothing', async () => {
    await withAuthenticator(async (page) => {
      await signUp(page, 'dora@example.com');
      await page.context().clearCookies();
      // The device would offer it by itself, and the page go on while it is read.
      await page.addInitScript(`PublicKeyCredential.isConditionalMediationAvailable = async () => false`);
      await page.goto(login());
      const made = await page.evaluate(`(async () => {
        const answer = await fetch(document.querySelector('[data-passkey=get]').dataset.options, {
          method: 'POST',
          body: new URLSearchParams({ _csrf: document.querySelector('[name=_csrf]').value }),
        });
        return (await answer.json());
      })()`);
      // The app of another origin asks the browser for the passkey of this one.
      await page.goto(`${world.app.url}/`);
      const refused = await page.evaluate(
        `navigator.credentials
          .get({ publicKey: { challenge: new Uint8Array(32), rpId: ${JSON.stringify((made as { rpId: string }).rpId)} } })
          .then(() => 'given', (cause) => cause.name)`,
      );
      expect(refused).not.toBe('given');
    });
  });
});
