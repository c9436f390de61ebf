import type { Page } from 'playwright-core';
import { choose, PASSWORD, settled, submit, type Scene } from './moves.ts';

const NEW_PASSWORD = 'another good password 17';

/** Goes to a page of the account; signs in again where it asks for that. */
async function open(page: Page, url: string, password: string): Promise<void> {
  await page.goto(url);
  await signInAgain(page, password);
}

async function signInAgain(page: Page, password: string): Promise<void> {
  if (await page.locator('[data-page=reauthenticate]').count()) {
    await page.fill('[name=password]', password);
    await submitWith(page, '[name=password]');
  }
}

async function submitWith(page: Page, field: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.press(field, 'Enter')]);
  await settled(page);
}

/** What a person does with an account that exists: the one that signed up in the scenes before. */
export const accountScenes: readonly Scene[] = [
  {
    name: 'recover',
    async act({ page, server, address }) {
      await page.goto(`${server.issuer}/oidc/logout`);
      if (await page.locator('form[action="/oidc/logout/confirm"]').count()) await submit(page, '/oidc/logout/confirm');
      await page.goto(`${server.issuer}/account`);
      await page.fill('[name=email]', address('mina'));
      await page.click('a[href*="/recover"]');
      await page.waitForSelector('[data-page=recover]');
      await page.fill('[name=email]', address('mina'));
    },
  },
  { name: 'recover-sent', act: ({ page }) => submitWith(page, '[name=email]') },
  {
    name: 'reset-password',
    act: async ({ page, server, address }) => page.goto(await server.link(address('mina'), '/reset-password')),
  },
  {
    name: 'reset-weak',
    async act({ page }) {
      await page.fill('[name=new_password]', 'password password');
      await submitWith(page, '[name=new_password]');
    },
  },
  {
    name: 'reset-done',
    async act({ page }) {
      await page.fill('[name=new_password]', NEW_PASSWORD);
      await submitWith(page, '[name=new_password]');
    },
  },
  {
    name: 'account-home',
    async act({ page, address }) {
      if (await page.locator('[name=email]:not([readonly])').count()) await page.fill('[name=email]', address('mina'));
      await page.fill('[name=password]', NEW_PASSWORD);
      await submitWith(page, '[name=password]');
    },
  },
  { name: 'profile', act: ({ page, server }) => page.goto(`${server.issuer}/account/profile`) },
  {
    name: 'profile-saved',
    async act({ page, korean }) {
      await page.fill('[name=name]', korean ? '서미나' : 'Mina Seo-Park');
      await page.selectOption('[name=zoneinfo]', 'Asia/Seoul');
      await submit(page, '/account/profile');
    },
  },
  { name: 'address', act: ({ page, server }) => open(page, `${server.issuer}/account/address`, NEW_PASSWORD) },
  {
    name: 'address-pending',
    async act({ page, address }) {
      await page.fill('[name=email]', address('mina.new'));
      await submitWith(page, '[name=email]');
    },
  },
  {
    name: 'address-confirm',
    act: async ({ page, server, address }) =>
      page.goto(await server.link(address('mina.new'), '/account/address/confirm')),
  },
  { name: 'address-changed', act: ({ page }) => submit(page, '/account/address/confirm') },
  { name: 'security', act: ({ page, server }) => page.goto(`${server.issuer}/account/security`) },
  { name: 'password', act: ({ page, server }) => open(page, `${server.issuer}/account/password`, NEW_PASSWORD) },
  {
    name: 'password-changed',
    async act({ page }) {
      await page.fill('[name=password]', NEW_PASSWORD);
      await page.fill('[name=new_password]', PASSWORD);
      await submitWith(page, '[name=new_password]');
    },
  },
  { name: 'identities-none', act: ({ page, server }) => open(page, `${server.issuer}/account/identities`, PASSWORD) },
  {
    name: 'identity-connected',
    async act({ page }) {
      await page.click('[data-upstream=google]');
      await settled(page);
      await signInAgain(page, PASSWORD);
      if (await page.locator('[data-page=account-identities]').count()) await page.click('[data-upstream=google]');
      await choose(page, 'button[value=twin]');
      await page.waitForSelector('[data-page=account-identities]');
    },
  },
  { name: 'identity-disconnected', act: ({ page }) => submit(page, '/disconnect') },
  { name: 'sessions', act: ({ page, server }) => page.goto(`${server.issuer}/account/sessions`) },
  {
    name: 'apps',
    async act({ page, server }) {
      await page.goto(`${server.issuer}/demo`);
      await submit(page, '/demo/sign-in');
      if (await page.locator('[data-page=consent]').count()) await page.click('[name=decision][value=allow]');
      await page.goto(`${server.issuer}/account/apps`);
    },
  },
  { name: 'app-remove', act: ({ page }) => page.click('a.cut') },
  { name: 'app-removed', act: ({ page }) => submit(page, '/remove') },
  { name: 'activity', act: ({ page, server }) => page.goto(`${server.issuer}/account/activity`) },
  { name: 'data', act: ({ page, server }) => page.goto(`${server.issuer}/account/data`) },
  { name: 'deletion', act: ({ page, server }) => open(page, `${server.issuer}/account/deletion`, PASSWORD) },
  {
    name: 'deletion-scheduled',
    async act({ page }) {
      await page.check('[name=confirm]');
      await submit(page, '/account/deletion');
    },
  },
  {
    name: 'deletion-undo',
    act: async ({ page, server, address }) =>
      page.goto(await server.link(address('mina.new'), '/account/deletion/undo')),
  },
  { name: 'deletion-undone', act: ({ page }) => submit(page, '/account/deletion/undo') },
];
