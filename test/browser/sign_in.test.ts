import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { startRelyingParty, type RelyingParty } from '../client/start.ts';
import { seriousFindings } from '../support/axe.ts';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { testDatabase } from '../support/database.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { createBrowser } from '../support/http_browser.ts';
import { confirmAddress, PASSWORD } from '../support/people.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';

// Each redirect URI is on another host than the issuer, so that form-action is really exercised.
const SCHEME = 'com.example.app:';
const CUSTOM_SCHEME = `${SCHEME}/callback`;

type Kind = 'web' | 'loopback' | 'custom scheme';

let gatehouse: Gatehouse;
let web: RelyingParty;
let native: RelyingParty;
let drop: () => Promise<void>;

async function inBrowser(
  use: (page: Page, context: BrowserContext) => Promise<void>,
  javaScriptEnabled = true,
): Promise<void> {
  const browser = await launchBrowser({ javaScriptEnabled });
  try {
    await use(await browser.context.newPage(), browser.context);
  } finally {
    await browser.close();
  }
}

async function signUp(page: Page, email: string): Promise<void> {
  await page.waitForSelector('[data-page=signup]');
  await page.fill('[name=email]', email);
  await page.fill('[name=new_password]', PASSWORD);
  await page.press('[name=new_password]', 'Enter');
  await typeCode(page, email);
}

async function typeCode(page: Page, email: string): Promise<void> {
  await page.waitForSelector('[name=code]');
  await page.fill('[name=code]', await gatehouse.code(email));
  await page.press('[name=code]', 'Enter');
}

interface Learned {
  userinfo: { email: string };
}

/** Comes from an app of that kind; what is returned waits until the app has the person, and fails if a policy was in the way. */
async function beginAt(page: Page, kind: Kind, query = ''): Promise<() => Promise<Learned>> {
  const violations: string[] = [];
  page.on(
    'console',
    (message) => message.text().includes('Content Security Policy') && violations.push(message.text()),
  );
  const handedOver = kind === 'custom scheme' ? customSchemeUrl(page) : undefined;
  const app = kind === 'web' ? web : native;
  const login = new URL(`${app.url}/login${query}`);
  if (handedOver) login.searchParams.set('redirect_uri', CUSTOM_SCHEME);
  await page.goto(login.href);
  return async () => {
    const learned = handedOver ? (await native.handOver(await handedOver)).body : await learnedAt(page, app);
    expect(violations).toEqual([]);
    return learned as Learned; // the relying party answers both with the same JSON
  };
}

async function learnedAt(page: Page, app: RelyingParty): Promise<unknown> {
  await page.waitForURL(`${app.url}/me`);
  return JSON.parse(await page.innerText('body'));
}

/** The URL that the browser would hand to the operating system. */
function customSchemeUrl(page: Page): Promise<string> {
  return new Promise((resolve) => {
    page.on('request', (request) => request.url().startsWith(SCHEME) && resolve(request.url()));
    page.on('response', (response) => {
      const location = response.headers()['location'] ?? '';
      if (location.startsWith(SCHEME)) resolve(location);
    });
  });
}

// Skipped only where scripts/install_packages.mjs may not install one; root on Debian gets it, or the run fails.
const found = findChromium() !== undefined;
const withChromium = found ? describe : describe.skip;

withChromium(found ? 'in Chromium' : 'in Chromium, which is missing: apt-get install chromium', () => {
  beforeAll(async () => {
    const port = await freePortPair();
    const database = await testDatabase();
    drop = database.drop;
    const issuer = `http://localhost:${port}`;
    web = await startRelyingParty({ issuer, clientId: 'app', clientSecret: CLIENT_SECRET });
    native = await startRelyingParty({ issuer, clientId: 'native', host: '[::1]' });
    gatehouse = await startGatehouse({
      databaseUrl: database.url,
      port,
      settings: {
        clients: [
          clientOf(web.url),
          {
            client_id: 'native',
            type: 'native',
            redirect_uris: [`${native.url}/callback`, CUSTOM_SCHEME],
            post_logout_redirect_uris: [`${native.url}/loggedout`],
            first_party: true,
          },
        ],
      },
    });
  });
  // Facebook vouches for no address: the first time a code proves it, whichever test would have been first.
  beforeAll(async () => {
    const browser = createBrowser();
    await browser.open(`${web.url}/login`);
    await browser.submit({ upstream: 'facebook' });
    await browser.submit({ button: 'ada.f@social.example' });
    await confirmAddress(browser);
    await browser.submit({ fields: { code: await gatehouse.code('ada.f@social.example') } });
  });
  afterAll(async () => {
    await gatehouse.stop();
    await Promise.all([web.stop(), native.stop()]);
    await drop();
  });

  describe.each(['web', 'loopback', 'custom scheme'] as const)('an app with a %s redirect URI', (kind) => {
    const email = (way: string) => `${way}-${kind.replace(' ', '-')}@example.com`;

    it('gets a person who signs up', () =>
      inBrowser(async (page) => {
        const arrived = await beginAt(page, kind, '?prompt=create');
        await signUp(page, email('local'));
        expect((await arrived()).userinfo.email).toBe(email('local'));
      }));

    it('gets a person through "Google"', () =>
      inBrowser(async (page) => {
        const arrived = await beginAt(page, kind);
        await page.click('[data-upstream=google]');
        await page.click('button[value=ada]');
        expect((await arrived()).userinfo.email).toBe('ada.example@gmail.com');
      }));

    it('gets a person through "Facebook"', () =>
      inBrowser(async (page) => {
        const arrived = await beginAt(page, kind);
        await page.click('[data-upstream=facebook]');
        await page.click('button[value=ada]');
        expect((await arrived()).userinfo.email).toBe('ada.f@social.example');
      }));
  });

  it('needs no JavaScript: signs up, and in again through "Google"', () =>
    inBrowser(async (page, context) => {
      const signedUp = await beginAt(page, 'web', '?prompt=create');
      await signUp(page, 'plain@example.com');
      expect((await signedUp()).userinfo.email).toBe('plain@example.com');
      await context.clearCookies();
      const signedIn = await beginAt(page, 'web');
      await page.click('[data-upstream=google]');
      await page.click('button[value=grace]');
      expect((await signedIn()).userinfo.email).toBe('grace@workspace.example');
    }, false));

  it('can be used with the keyboard alone', () =>
    inBrowser(async (page, context) => {
      const signedUp = await beginAt(page, 'web', '?prompt=create');
      await signUp(page, 'keys@example.com');
      await signedUp();
      await context.clearCookies();
      const arrived = await beginAt(page, 'web');
      const reached: string[] = [];
      for (let presses = 0; presses < 12 && reached.at(-1) !== 'email'; presses += 1) {
        await page.keyboard.press('Tab');
        reached.push(
          await page.evaluate<string>('document.activeElement.name || document.activeElement.dataset.upstream || ""'),
        );
      }
      expect(reached).toEqual(expect.arrayContaining(['google', 'facebook', 'email']));
      await page.keyboard.type('keys@example.com');
      await page.keyboard.press('Tab');
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
      expect((await arrived()).userinfo.email).toBe('keys@example.com');
    }));

  it('weighs little: the login page is at most 50 kB in 6 requests to no other host', () =>
    inBrowser(async (page) => {
      const requests: { host: string; bytes: Promise<number> }[] = [];
      page.on('requestfinished', (request) => {
        const host = new URL(request.url()).host;
        requests.push({
          host,
          bytes: request.sizes().then((sizes) => sizes.responseBodySize + sizes.responseHeadersSize),
        });
      });
      await page.goto(`${web.url}/login`, { waitUntil: 'networkidle' });
      const ours = requests.filter(({ host }) => host !== new URL(web.url).host);
      expect(new Set(ours.map(({ host }) => host))).toEqual(new Set([new URL(gatehouse.issuer).host]));
      // Redirects on the way here are no part of the page.
      const bytes = await Promise.all(ours.map((request) => request.bytes));
      expect(bytes.length).toBeLessThanOrEqual(7);
      expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(50_000);
    }));

  it.each(['en', 'ko'])('shows nothing that axe finds serious on login, sign-up and its problems (%s)', (locale) =>
    inBrowser(async (page) => {
      await page.goto(`${web.url}/login?ui_locales=${locale}`);
      expect(await page.getAttribute('html', 'lang')).toBe(locale);
      expect(await seriousFindings(page)).toEqual([]);
      await page.click('form:has([name=password]) button[type=submit]');
      await page.waitForSelector('[role=alert]');
      expect(await seriousFindings(page)).toEqual([]);
      await page.goto(`${web.url}/login?prompt=create&ui_locales=${locale}`);
      expect(await seriousFindings(page)).toEqual([]);
    }),
  );
});
