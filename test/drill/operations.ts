import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, typeCode } from '../support/people.ts';
import type { Stage } from './stage.ts';

/** Something a person does that changes the database. */
export interface Operation {
  name: string;
  /** Brings somebody new to the press of the button. */
  prepare(stage: Stage, email: string): Promise<Browser>;
  /** The press: PostgreSQL may die under it. True when the person was told that it is done. */
  press(browser: Browser, email: string): Promise<boolean>;
  /** Whether the database holds what was pressed for. */
  isDone(stage: Stage, email: string): Promise<boolean>;
}

const signUpForm = (email: string) => ({ action: '/signup', fields: { email, new_password: PASSWORD } });

async function openSignUp(stage: Stage): Promise<Browser> {
  const browser = createBrowser();
  await browser.open(`${stage.app.url}/login?prompt=create`);
  return browser;
}

async function hasAccount(stage: Stage, email: string): Promise<boolean> {
  return (await stage.query(`select 1 from addresses where canonical = '${email}'`)).length === 1;
}

/** What is drilled. */
export const operations: readonly Operation[] = [
  {
    name: 'sign-up',
    prepare: (stage) => openSignUp(stage),
    press: async (browser, email) => (await browser.submit(signUpForm(email))).screen === 'check-email',
    isDone: async (stage, email) =>
      (await stage.query(`select 1 from mailed_proofs where address = '${email}'`)).length > 0,
  },
  {
    name: 'verification by link',
    async prepare(stage, email) {
      const browser = await openSignUp(stage);
      await browser.submit(signUpForm(email));
      const reader = createBrowser();
      await reader.open(await stage.gatehouse.link(email, '/verify-email'));
      return reader;
    },
    press: async (browser) => (await browser.submit()).text.includes('is confirmed'),
    isDone: hasAccount,
  },
  {
    name: 'verification by code',
    async prepare(stage, email) {
      const browser = await openSignUp(stage);
      await browser.submit(signUpForm(email));
      // Typed at the press: here it only has to be there.
      codes.set(email, await stage.gatehouse.code(email));
      return browser;
    },
    press: async (browser, email) =>
      (await browser.submit({ action: '/check-email', fields: { code: codes.get(email) ?? '' } })).url.endsWith('/me'),
    isDone: hasAccount,
  },
  {
    name: 'asking for a reset',
    async prepare(stage, email) {
      await accountOf(stage, email);
      const browser = createBrowser();
      await browser.open(`${stage.app.url}/login`);
      await browser.follow('/recover');
      return browser;
    },
    press: async (browser, email) =>
      (await browser.submit({ action: '/recover', fields: { email } })).url.endsWith('/recover-sent'),
    isDone: async (stage, email) => (await linksOf(stage, email, 'reset-password')).length > 0,
  },
  {
    name: 'reset',
    async prepare(stage, email) {
      await accountOf(stage, email);
      const browser = createBrowser();
      await browser.open(`${stage.app.url}/login`);
      await browser.follow('/recover');
      await browser.submit({ action: '/recover', fields: { email } });
      const reader = createBrowser();
      await reader.open(await stage.gatehouse.link(email, '/reset-password'));
      return reader;
    },
    press: async (browser) =>
      (
        await browser.submit({ action: '/reset-password', fields: { new_password: `${PASSWORD} and more` } })
      ).text.includes('changed'),
    isDone: async (stage, email) =>
      (await linksOf(stage, email, 'reset-password')).some(({ consumed_at: at }) => at !== null),
  },
  {
    name: 'deletion',
    async prepare(stage, email) {
      await accountOf(stage, email);
      const browser = createBrowser();
      await browser.open(`${stage.gatehouse.issuer}/account/deletion`);
      await browser.submit({ fields: { email, password: PASSWORD } });
      return browser;
    },
    press: async (browser) =>
      (await browser.submit({ action: '/account/deletion', fields: { confirm: '1' } })).text.includes(
        'will be deleted',
      ),
    isDone: async (stage, email) =>
      (
        await stage.query(`select 1 from accounts join addresses on account_id = accounts.id
        where canonical = '${email}' and delete_at is not null`)
      ).length === 1,
  },
];

const codes = new Map<string, string>();

/** Signs up, unless that was done in an earlier try. */
async function accountOf(stage: Stage, email: string): Promise<void> {
  if (await hasAccount(stage, email)) return;
  const browser = await openSignUp(stage);
  await browser.submit(signUpForm(email));
  await typeCode(stage, browser, email);
}

function linksOf(stage: Stage, email: string, purpose: string): Promise<Record<string, unknown>[]> {
  return stage.query(`select * from mailed_links join addresses using (account_id)
    where purpose = '${purpose}' and canonical = '${email}'`);
}
