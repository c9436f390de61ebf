import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { seriousFindings } from '../support/axe.ts';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const NEW_PASSWORD = 'a newer password than that 43';

let world: World;

/** Two people, or one person with two devices: each page has cookies of its own. */
async function onTwoDevices(use: (one: Page, other: Page) => Promise<void>): Promise<void> {
  const browsers = [await launchBrowser(), await launchBrowser()] as const;
  try {
    const [one, other] = browsers;
    await use(await one.context.newPage(), await other.context.newPage());
  } finally {
    for (const browser of browsers) await browser.close();
  }
}

async function beginSignUp(page: Page, email: string): Promise<void> {
  await page.goto(`${world.app.url}/login?prompt=create`);
  await page.fill('[name=email]', email);
  await page.fill('[name=new_password]', PASSWORD);
  await page.press('[name=new_password]', 'Enter');
  await page.waitForSelector('[data-page=check-email]');
}

// Skipped only where scripts/install_packages.mjs may not install one; root on Debian gets it, or the run fails.
const found = findChromium() !== undefined;
const withChromium = found ? describe : describe.skip;

withChromium(found ? 'an account in Chromium' : 'in Chromium, which is missing: apt-get install chromium', () => {
  beforeAll(async () => {
    world = await startWorld({ clients: [{ client_id: 'tv', name: 'Northwind TV', type: 'device' }] });
  });
  afterAll(() => world.stop());

  it('is confirmed on another device, and the page that waits goes on when its person comes back', async () => {
    await onTwoDevices(async (one, other) => {
      await beginSignUp(one, 'ada@example.com');
      await other.goto(await world.gatehouse.link('ada@example.com', '/verify-email'));
      expect(await seriousFindings(other)).toEqual([]);
      await other.locator('button.primary').focus();
      await other.keyboard.press('Enter');
      await other.waitForURL(/end=confirmed/);

      await one.evaluate(`window.dispatchEvent(new Event('focus'))`);
      await one.waitForURL(`${world.app.url}/me`);
    });
  });

  it('is won back on another device by its mailbox, and the first device is signed out', async () => {
    await onTwoDevices(async (one, other) => {
      await beginSignUp(one, 'bea@example.com');
      await one.fill('[name=code]', await world.gatehouse.code('bea@example.com'));
      await one.press('[name=code]', 'Enter');
      await one.waitForURL(`${world.app.url}/me`);

      await other.goto(`${world.app.url}/login`);
      await other.fill('[name=email]', 'bea@example.com');
      await other.focus('a[href*="/recover"]');
      await other.keyboard.press('Enter');
      await other.waitForSelector('[data-page=recover]');
      // What was typed on the page before came along.
      expect(await other.inputValue('[name=email]')).toBe('bea@example.com');
      await other.press('[name=email]', 'Enter');
      await other.waitForURL(/recover-sent/);
      await other.goto(await world.gatehouse.link('bea@example.com', '/reset-password'));
      expect(await seriousFindings(other)).toEqual([]);
      await other.fill('[name=new_password]', NEW_PASSWORD);
      await other.press('[name=new_password]', 'Enter');
      await other.waitForSelector('[data-page=login] [role=status]');
      await other.fill('[name=password]', NEW_PASSWORD);
      await other.press('[name=password]', 'Enter');
      await other.waitForURL(`${world.app.url}/me`);

      await one.goto(`${world.gatehouse.issuer}/account`);
      expect(await one.getAttribute('main', 'data-page')).toBe('login');
    });
  });

  it('is looked after by keyboard, and Back shows no form that works', async () => {
    await onTwoDevices(async (one) => {
      await beginSignUp(one, 'cleo@example.com');
      await one.fill('[name=code]', await world.gatehouse.code('cleo@example.com'));
      await one.press('[name=code]', 'Enter');
      await one.waitForURL(`${world.app.url}/me`);
      await one.goto(`${world.gatehouse.issuer}/account`);
      for (const tab of ['profile', 'security', 'identities', 'sessions', 'apps', 'activity', 'data']) {
        await one.focus(`nav.tabs a[href="/account/${tab}"]`);
        await one.keyboard.press('Enter');
        await one.waitForSelector(`[data-page=account-${tab}]`);
        expect(await seriousFindings(one)).toEqual([]);
      }
      await one.goto(`${world.gatehouse.issuer}/account/deletion`);
      await one.focus('[name=confirm]');
      await one.keyboard.press('Space');
      await one.focus('form[action="/account/deletion"] button[type=submit]');
      await one.keyboard.press('Enter');
      await one.waitForURL(/end=scheduled/);
      await one.evaluate('history.back()');
      await one.waitForSelector('[data-page=login]');
    });
  });

  it('connects a device by a phone without scripts', async () => {
    const { issuer } = world.gatehouse;
    await signUpLocally(world, createBrowser(), 'dora@example.com');
    const body = new URLSearchParams({ client_id: 'tv', scope: 'openid email' });
    const asked = await fetch(`${issuer}/oidc/device`, { method: 'POST', body });
    const device = (await asked.json()) as { verification_uri_complete: string; user_code: string };
    const viewport = { width: 390, height: 844 };
    const { context, close } = await launchBrowser({ viewport, javaScriptEnabled: false });
    try {
      const page = await context.newPage();
      await page.goto(device.verification_uri_complete);
      expect(await page.inputValue('[name=user_code]')).toBe(device.user_code);
      await page.press('[name=user_code]', 'Enter');
      await page.waitForSelector('button[name=confirm]');
      expect(await page.textContent('main')).toContain(device.user_code);
      await page.click('button[name=confirm]');
      await page.fill('[name=email]', 'dora@example.com');
      await page.fill('[name=password]', PASSWORD);
      await page.press('[name=password]', 'Enter');
      await page.click('[data-page=consent] button[value=allow]');
      await page.waitForURL(`${issuer}/device?done=connected`);
      expect(await page.getAttribute('main', 'data-page')).toBe('device');
    } finally {
      await close();
    }
  });
});
