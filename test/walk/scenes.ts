import { accountScenes } from './account_scenes.ts';
import { choose, PASSWORD, submit, type Scene } from './moves.ts';

/** The newcomer's way, in order; each scene goes on from the one before. */
export const scenes: readonly Scene[] = [
  { name: 'front-page', act: ({ page, server }) => page.goto(server.issuer) },
  { name: 'demo-welcome', act: ({ page, server }) => page.goto(`${server.issuer}/demo`) },
  { name: 'login', act: ({ page }) => submit(page, '/demo/sign-in') },
  { name: 'login-empty', act: ({ page }) => page.click('form:has([name=password]) button[type=submit]') },
  {
    name: 'login-wrong',
    async act({ page, address }) {
      await page.fill('[name=email]', address('nobody'));
      await page.fill('[name=password]', 'not the password at all');
      await page.click('form:has([name=password]) button[type=submit]');
      await page.waitForSelector('[role=alert]');
    },
  },
  { name: 'google-picker', act: ({ page }) => page.click('[data-upstream=google]') },
  { name: 'google-cancelled', act: ({ page }) => choose(page, 'button.cancel') },
  {
    name: 'google-consent',
    async act({ page }) {
      await page.click('[data-upstream=google]');
      await choose(page, 'button[value=ada]');
    },
  },
  { name: 'demo-home', act: ({ page }) => page.click('[name=decision][value=allow]') },
  { name: 'demo-refreshed', act: ({ page }) => submit(page, '/demo/refresh') },
  { name: 'demo-api', act: ({ page }) => submit(page, '/demo/call-api') },
  { name: 'account', act: ({ page, server }) => page.goto(`${server.issuer}/account`) },
  { name: 'logout', act: ({ page, server }) => page.goto(`${server.issuer}/oidc/logout`) },
  { name: 'signed-out', act: ({ page }) => submit(page, '/oidc/logout/confirm') },
  {
    name: 'signup',
    async act({ page, server }) {
      await page.goto(`${server.issuer}/demo`);
      const signedIn = page.locator('form[action="/demo/sign-out"]');
      if (await signedIn.count()) await submit(page, '/demo/sign-out');
      await submit(page, '/demo/sign-up');
    },
  },
  {
    name: 'signup-problems',
    async act({ page }) {
      await page.fill('[name=email]', 'not-an-address');
      await page.fill('[name=new_password]', 'short');
      await page.click('form:has([name=new_password]) button[type=submit]');
      await page.waitForSelector('[role=alert]');
    },
  },
  {
    name: 'check-email',
    async act({ page, address }) {
      await page.fill('[name=email]', address('mina'));
      await page.fill('[name=new_password]', PASSWORD);
      await page.fill('[name=name]', 'Mina Seo');
      await page.click('form:has([name=new_password]) button[type=submit]');
      await page.waitForSelector('[name=code]');
    },
  },
  {
    name: 'check-email-wrong',
    async act({ page }) {
      await page.fill('[name=code]', '00000000');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[role=alert]');
    },
  },
  {
    name: 'local-consent',
    async act({ page, server, address }) {
      await page.fill('[name=code]', await server.code(address('mina')));
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-page=consent]');
    },
  },
  { name: 'consent-denied', act: ({ page }) => page.click('[name=decision][value=deny]') },
  {
    name: 'choose-account',
    async act({ page, server }) {
      await page.goto(`${server.issuer}/demo`);
      await submit(page, '/demo/sign-in');
      await page.click('a[href*="select_account"]');
    },
  },
  {
    name: 'switch-account',
    async act({ page }) {
      await submit(page, 'start-again');
      await page.click('[data-upstream=google]');
      await choose(page, 'button[value=ada]');
      await page.waitForSelector('[data-page=switch-account]');
    },
  },
  {
    name: 'complete-profile',
    async act({ page }) {
      await submit(page, 'start-again');
      await page.click('[data-upstream=facebook]');
      await choose(page, 'button[value=noor]');
      await page.waitForSelector('[data-page=complete-profile]');
    },
  },
  {
    name: 'complete-profile-unproven',
    async act({ page }) {
      await submit(page, 'start-again');
      await page.click('[data-upstream=facebook]');
      await choose(page, 'button[value=ada]');
      await page.waitForSelector('[data-page=complete-profile] [value*="@"]');
    },
  },
  {
    name: 'upstream-failed',
    async act({ page, server }) {
      await submit(page, 'start-again');
      await page.click('[data-upstream=google]');
      await page.waitForSelector('button.cancel');
      const state = new URL(page.url()).searchParams.get('state');
      await page.goto(`${server.issuer}/upstream/google/callback?state=${state}&error=server_error`);
      await page.waitForSelector('[data-error=upstream_unavailable]');
    },
  },
  { name: 'more-ways', act: ({ page }) => page.click('details.more summary') },
  {
    name: 'link-account',
    async act({ page }) {
      await page.click('[data-upstream=google]');
      await choose(page, 'button[value=twin]');
      await page.waitForSelector('[data-page=link-account]');
    },
  },
  {
    name: 'link-account-cancelled',
    async act({ page }) {
      await submit(page, 'link-account/other');
      await choose(page, 'button.cancel');
      await page.waitForSelector('[data-error=upstream_cancelled]');
    },
  },
  ...accountScenes,
  { name: 'mailbox', act: ({ page, server }) => page.goto(`${server.issuer}/mailbox`) },
  { name: 'mail', act: ({ page }) => page.click('main a[href^="/mailbox/"]') },
  { name: 'error-not-found', act: ({ page, server }) => page.goto(`${server.issuer}/nothing-here`) },
  {
    name: 'error-client-unknown',
    act: ({ page, server }) =>
      page.goto(`${server.issuer}/oidc/authorize?client_id=nobody&response_type=code&scope=openid`),
  },
  { name: 'error-expired', act: ({ page, server }) => page.goto(`${server.issuer}/interaction/gone`) },
];
