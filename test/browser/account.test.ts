import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { seriousFindings } from '../support/axe.ts';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { PASSWORD } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

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

const found = findChromium() !== undefined;
const withChromium = found ? describe : describe.skip;

withChromium(found ? 'an account in Chromium' : 'in Chromium, which is missing: apt-get install chromium', () => {
  beforeAll(async () => {
    world = await startWorld();
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
});
