import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { startRelyingParty, type RelyingParty } from '../client/start.ts';
import { seriousFindings } from '../support/axe.ts';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { testDatabase } from '../support/database.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { PASSWORD } from '../support/people.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';

// Each redirect URI is on another host than the issuer, so that form-action is really exercised.
const CUSTOM_SCHEME = 'com.example.app:/callback';

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
  await page.waitForSelector('[name=code]');
  await page.fill('[name=code]', await gatehouse.code(email));
  await page.press('[name=code]', 'Enter');
}

async function learned(page: Page, app: RelyingParty): Promise<{ userinfo: { email: string } }> {
  await page.waitForURL(`${app.url}/me`);
  return JSON.parse(await page.innerText('body')) as { userinfo: { email: string } };
}

const withChromium = findChromium() ? describe : describe.skip;

withChromium('in Chromium', () => {
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
  afterAll(async () => {
    await gatehouse.stop();
    await Promise.all([web.stop(), native.stop()]);
    await drop();
  });

  it('signs up on a web app of another host', () =>
    inBrowser(async (page) => {
      await page.goto(`${web.url}/login?prompt=create`);
      await signUp(page, 'web@example.com');
      expect((await learned(page, web)).userinfo.email).toBe('web@example.com');
    }));

  it('signs up on a native app that listens on a loopback address', () =>
    inBrowser(async (page) => {
      await page.goto(`${native.url}/login?prompt=create`);
      await signUp(page, 'loopback@example.com');
      expect((await learned(page, native)).userinfo.email).toBe('loopback@example.com');
    }));

  it('hands a code to a native app of a custom scheme', () =>
    inBrowser(async (page) => {
      const handedOver = new Promise<string>((resolve) => {
        page.on('request', (request) => request.url().startsWith('com.example.app:') && resolve(request.url()));
        page.on('response', (response) => {
          const location = response.headers()['location'] ?? '';
          if (location.startsWith('com.example.app:')) resolve(location);
        });
      });
      const violations: string[] = [];
      page.on(
        'console',
        (message) => message.text().includes('Content Security Policy') && violations.push(message.text()),
      );
      await page.goto(`${native.url}/login?prompt=create&redirect_uri=${encodeURIComponent(CUSTOM_SCHEME)}`);
      await signUp(page, 'scheme@example.com');
      const answer = await native.handOver(await handedOver);
      expect(answer).toMatchObject({ status: 200, body: { userinfo: { email: 'scheme@example.com' } } });
      expect(violations).toEqual([]);
    }));

  it.each([
    ['web', 'google', 'ada'],
    ['loopback', 'google', 'grace'],
  ])('signs in on a %s app through "%s" as %s', (kind, upstream, persona) =>
    inBrowser(async (page) => {
      const app = kind === 'web' ? web : native;
      await page.goto(`${app.url}/login`);
      await page.click(`[data-upstream=${upstream}]`);
      await page.click(`button[value=${persona}]`);
      expect((await learned(page, app)).userinfo.email).toContain(persona);
    }),
  );

  it('signs in through "facebook" with a code to the address, without JavaScript', () =>
    inBrowser(async (page) => {
      await page.goto(`${web.url}/login`);
      await page.click('[data-upstream=facebook]');
      await page.click('button[value=ada]');
      await page.waitForSelector('[data-page=check-email]');
      await page.fill('[name=code]', await gatehouse.code('ada.f@social.example'));
      await page.press('[name=code]', 'Enter');
      expect((await learned(page, web)).userinfo.email).toBe('ada.f@social.example');
    }, false));

  it('can be used with the keyboard alone', () =>
    inBrowser(async (page) => {
      await page.goto(`${web.url}/login?prompt=create`);
      await signUp(page, 'keys@example.com');
      await learned(page, web);
      await page.context().clearCookies();
      await page.goto(`${web.url}/login`);
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
      expect((await learned(page, web)).userinfo.email).toBe('keys@example.com');
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
