import { createBrowser, type Browser, type Page } from '../../support/http_browser.ts';
import { requestOf } from './apps.ts';
import type { Asking } from './asking.ts';
import { Unanswered, type Journal } from './journal.ts';
import type { MailReader } from './mail_reader.ts';
import { doubt, endFamilies, newPassword, settleOn, takeBackConsent, type AppUse, type Person } from './person.ts';

/** What people do in browsers. Whatever is acknowledged is noted; each rejects with Unanswered where an answer is lost. */
export interface Visits {
  /** False when the mail with the code did not come in time. */
  signUp(person: Person, use: AppUse): Promise<boolean>;
  /** A code for the app, by the session of the browser or by signing in; undefined when that did not work out, which is noted. */
  codeFor(person: Person, use: AppUse, browser: Browser): Promise<Code | undefined>;
  changePassword(person: Person, endOthers: boolean): Promise<void>;
  resetPassword(person: Person, use: AppUse): Promise<void>;
  /** Whether the page lets them in with this password; tried in a browser of its own. */
  admits(person: Person, use: AppUse, password: string): Promise<boolean>;
}

/** An authorization code that nobody has redeemed. */
export interface Code {
  code: string;
  verifier: string;
  browser: Browser;
}

interface VisitsDeps {
  issuer: string;
  asking: Asking;
  journal: Journal;
  mails: MailReader;
}

const STEPS = 6;

/** Over one issuer. */
export function createVisits({ issuer, asking, journal, mails }: VisitsDeps): Visits {
  const wrong = (person: Person, what: string) => void journal.wrong.push(`${person.email}: ${what}`);

  /** From whatever page is shown to the code for the app. */
  async function goOn(person: Person, use: AppUse, browser: Browser, first: Page): Promise<string | undefined> {
    let page: Page | undefined = first;
    for (let step = 0; step < STEPS && page; step += 1) {
      const code = codeIn(page, use);
      if (code !== undefined) return code;
      if (page.screen === 'consent') page = await allow(person, use, browser);
      else if (page.screen === 'login' || page.screen === 'reauthenticate') page = await prove(person, browser);
      else break;
    }
    if (page)
      wrong(person, `${use.app.id} led to ${page.screen ?? new URL(page.url).pathname} ${page.error ?? page.status}`);
    // The answer behind an acknowledged press was lost, and with it the new id that a session has on each way back to the app.
    else if (person.browser === browser) person.sessionSure = false;
    return undefined;
  }

  /**
   * Opens the links that were mailed, one after the other, until one is alive: a newer one ends those before it. Undefined when none
   * comes in time. A mail that was asked for and never came counts as one that may: then a dead link is not told from an old one.
   */
  async function openNewestLink(person: Person): Promise<{ link: string; reader: Browser } | undefined> {
    for (;;) {
      const link = await mails.link(person.email, `${issuer}/reset-password`);
      if (link === undefined) return undefined;
      person.linksAwaited -= 1;
      const reader = createBrowser();
      const page = await asking.look(() => reader.open(link));
      // The page of a link that is dead has the same name.
      if (page.status === 200) return { link, reader };
      if (person.linksAwaited > 0) continue;
      wrong(person, `the mailed link led to ${page.screen} ${page.error ?? page.status}`);
      return undefined;
    }
  }

  async function allow(person: Person, use: AppUse, browser: Browser): Promise<Page | undefined> {
    const asksAlways = use.app.scope.includes('offline_access');
    if (use.consent === 'given' && !asksAlways) wrong(person, `is asked again what ${use.app.id} may do`);
    const { told, page } = await asking.press(browser, { decision: 'allow' });
    if (told) {
      journal.note('consent');
      use.consent = 'given';
    }
    return page;
  }

  async function prove(person: Person, browser: Browser): Promise<Page | undefined> {
    if (person.browser === browser && person.sessionSure) wrong(person, 'was signed out for no reason');
    for (const password of person.passwords) {
      const names: Record<string, string> = browser.page.screen === 'reauthenticate' ? {} : { email: person.email };
      const { told, page } = await asking.press(browser, { fields: { ...names, password } });
      if (told) {
        settleOn(person, password);
        journal.note('sign-in');
        return page;
      }
    }
    wrong(person, `no password of ${person.passwords.length} is taken`);
    return undefined;
  }

  function become(person: Person, browser: Browser): void {
    person.browser = browser;
    person.sessionSure = true;
  }

  return {
    async signUp(person, use) {
      const browser = createBrowser();
      const { url } = requestOf(issuer, use.app, { prompt: 'create' });
      await asking.look(() => browser.open(url));
      const [password = ''] = person.passwords;
      const fields = { email: person.email, new_password: password };
      const asked = await asking.press(browser, { action: '/signup', fields });
      if (!asked.page) throw new Unanswered('the page behind the sign-up');
      if (asked.page.screen !== 'check-email') wrong(person, `signing up led to ${asked.page.screen}`);
      const code = await mails.code(person.email);
      if (code === undefined) return false;
      person.registered = 'maybe';
      const { told, page } = await asking.press(browser, { action: '/check-email', fields: { code } });
      if (!told) {
        wrong(person, `the mailed code led to ${page?.screen} ${page?.error ?? page?.status}`);
        return false;
      }
      person.registered = 'yes';
      journal.note('sign-up');
      if (page && (await goOn(person, use, browser, page)) !== undefined) become(person, browser);
      return true;
    },
    async codeFor(person, use, browser) {
      const { url, verifier } = requestOf(issuer, use.app);
      const page = await asking.look(() => browser.open(url));
      const code = await goOn(person, use, browser, page);
      if (code === undefined) return undefined;
      become(person, browser);
      return { code, verifier, browser };
    },
    async changePassword(person, endOthers) {
      const { browser } = person;
      if (!browser) return;
      const page = await asking.look(() => browser.open(`${issuer}/account/password`));
      if (page.screen !== 'account-security') {
        if (person.sessionSure) wrong(person, `the password page is ${page.screen} ${page.error ?? page.status}`);
        person.browser = undefined;
        return;
      }
      const [password = ''] = person.passwords;
      const chosen = newPassword();
      const fields = { password, new_password: chosen, end_others: endOthers };
      person.passwords.unshift(chosen);
      const others = (use: AppUse) => use.families.filter((family) => family.browser !== browser);
      try {
        const { told, page: shown } = await asking.press(browser, { action: '/account/password', fields });
        if (!told) {
          person.passwords.shift();
          wrong(person, `the new password led to ${shown?.screen} ${shown?.error ?? shown?.status}`);
          return;
        }
      } catch (error) {
        if (endOthers) for (const use of person.uses) for (const family of others(use)) family.sure = false;
        throw error;
      }
      journal.note('password change');
      settleOn(person, chosen);
      if (endOthers)
        for (const use of person.uses) endFamilies(use, 'a new password', others(use).filter(endsWithSession(use)));
    },
    async resetPassword(person, use) {
      const asker = createBrowser();
      await asking.look(() => asker.open(requestOf(issuer, use.app).url));
      await asking.look(() => asker.follow('/recover'));
      person.linksAwaited += 1;
      const { told: asked } = await asking.press(asker, { action: '/recover', fields: { email: person.email } });
      if (!asked) {
        person.linksAwaited -= 1;
        return;
      }
      const opened = await openNewestLink(person);
      if (!opened) return;
      const { link, reader } = opened;
      const chosen = newPassword();
      person.passwords.unshift(chosen);
      person.sessionSure = false;
      try {
        const { told, page } = await asking.press(reader, {
          action: '/reset-password',
          fields: { new_password: chosen },
        });
        if (!told) {
          person.passwords.shift();
          return wrong(person, `the reset led to ${page?.screen} ${page?.error ?? page?.status}`);
        }
      } catch (error) {
        person.uses.forEach(doubt);
        throw error;
      }
      journal.note('password change');
      settleOn(person, chosen);
      person.usedLinks.push(link);
      person.browser = undefined;
      for (const each of person.uses) {
        endFamilies(each, 'a reset');
        takeBackConsent(each);
      }
    },
    async admits({ email }, use, password) {
      const browser = createBrowser();
      await asking.look(() => browser.open(requestOf(issuer, use.app).url));
      return (await asking.press(browser, { fields: { email, password } })).told;
    },
  };
}

/** Without offline_access everything ends with the session (OIDC Core 11). */
function endsWithSession({ app }: AppUse): () => boolean {
  return () => !app.scope.includes('offline_access');
}

function codeIn(page: Page, { app }: AppUse): string | undefined {
  if (!page.url.startsWith(`${app.redirectUri}?`)) return undefined;
  return new URL(page.url).searchParams.get('code') ?? undefined;
}
