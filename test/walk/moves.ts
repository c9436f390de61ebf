import type { Page } from 'playwright-core';
import type { Gatehouse } from '../support/gatehouse.ts';

/** Somebody at a browser. */
export interface Visitor {
  page: Page;
  server: Gatehouse;
  address(who: string): string;
  korean: boolean;
}

/** One page of the walk. */
export interface Scene {
  name: string;
  /** Leads from the scene before to the page that is photographed. */
  act(visitor: Visitor): Promise<unknown>;
}

export const PASSWORD = 'a long enough password 42';

/** Presses the button of the form that posts there. */
export async function submit(page: Page, action: string): Promise<void> {
  const form = page.locator(`form[action$="${action}"]`).first();
  const inside = form.locator('button[type=submit]');
  const target =
    (await inside.count()) > 0
      ? inside.first()
      : page.locator(`button[form="${await form.getAttribute('id')}"]`).first();
  await Promise.all([page.waitForNavigation(), target.click()]);
  await settled(page);
}

/** Chooses in the simulator and comes back through the page that goes on by itself. */
export async function choose(page: Page, selector: string): Promise<void> {
  await page.waitForSelector(selector);
  await page.click(selector);
  await settled(page);
}

/** Pages that go on by themselves are no place to look at. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('main[data-page]:not([data-page=going-on])');
  await page.waitForLoadState();
}
