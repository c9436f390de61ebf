import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD, typeCode } from '../support/people.ts';
import { startTwoGatehouses, type TwoGatehouses } from '../support/two_gatehouses.ts';

let two: TwoGatehouses;
beforeAll(async () => {
  two = await startTwoGatehouses();
});
afterAll(() => two.stop());

// Skipped only where scripts/install_packages.mjs may not install one; root on Debian gets it, or the run fails.
const found = findChromium() !== undefined;
const withChromium = found ? describe : describe.skip;

withChromium(found ? 'in Chromium' : 'in Chromium, which is missing: apt-get install chromium', () => {
  it('a person comes from the app through two Gatehouses and back, and no policy is in the way', async () => {
    const { world, partner } = two;
    const email = 'nora@partner.example';
    const before = createBrowser();
    await before.open(`${partner.gatehouse.issuer}/account`);
    await before.follow('Create an account');
    await before.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
    await typeCode(partner, before, email);
    const { context, close } = await launchBrowser();
    try {
      const page = await context.newPage();
      const violations: string[] = [];
      page.on(
        'console',
        (message) => message.text().includes('Content Security Policy') && violations.push(message.text()),
      );
      await page.goto(`${world.app.url}/login`);
      await page.click('[data-upstream=partner]');
      await page.waitForURL(`${partner.gatehouse.issuer}/interaction/*`);
      await page.fill('[name=email]', email);
      await page.fill('[name=password]', PASSWORD);
      await page.press('[name=password]', 'Enter');
      await page.waitForURL(`${world.app.url}/me`);
      expect(JSON.parse(await page.innerText('body'))).toMatchObject({ userinfo: { email } });
      expect(violations).toEqual([]);
    } finally {
      await close();
    }
  });
});
