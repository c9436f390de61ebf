import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { setUpApp, type Phone } from '../support/second_steps.ts';
import { demand, type Run } from './run.ts';
import { PASSWORD, PEOPLE } from './stage.ts';

/** Somebody at a simple browser without scripts, who answers our pages as the suite's automation would. */
export interface Person {
  browser: Browser;
  address: string;
  decision: 'allow' | 'deny';
}

/** What the client got at its redirect URI. */
export interface Answer {
  params: Record<string, string>;
  where: 'query' | 'fragment' | 'body';
  /** Of the redirect URI, whatever the answer stands in. */
  query: Record<string, string>;
}

/** Where a person ended. */
export interface Arrival {
  /** Absent: on a page of ours that asks for nothing more. */
  answer?: Answer;
  page: Page;
  /** The pages of ours on the way, and which they are (`data-page`). */
  pages: Page[];
  screens: string[];
}

/** A new browser, where nobody is signed in. */
export function newPerson(options: Partial<Omit<Person, 'browser'>> = {}): Person {
  return { browser: createBrowser(), address: PEOPLE.full, decision: 'allow', ...options };
}

/** No way leads through more pages. */
const MOST_PAGES = 12;

/** The authenticator apps of people, by issuer and address. */
const phones = new Map<string, Phone>();

/** Follows a URL, through every page that asks for something, to the suite or to a page that does not. */
export async function go(run: Run, person: Person, url: string): Promise<Arrival> {
  const { browser } = person;
  const pages: Page[] = [];
  const screens = () => pages.flatMap(({ screen }) => screen ?? []);
  await browser.open(url);
  while (pages.length < MOST_PAGES) {
    const { page } = browser;
    const answer = answerAt(run, page);
    if (answer) return { answer, page, pages, screens: screens() };
    pages.push(page);
    if (!(await answerPage(run, person, page))) return { page, pages, screens: screens() };
  }
  throw new Error(`the way does not end: ${screens().join(', ')}`);
}

/** Answers the page; false: it asks for nothing. */
async function answerPage(run: Run, { browser, address, decision }: Person, page: Page): Promise<boolean> {
  switch (page.screen) {
    case 'login':
    case 'reauthenticate': {
      if (decision === 'deny') {
        await browser.submit({ action: '/cancel' });
        return true;
      }
      const fixed = /<input[^>]*name="email"[^>]*readonly/.test(page.body);
      await browser.submit({ fields: { ...(!fixed && { email: address }), password: PASSWORD } });
      // Nobody types twice what was refused.
      demand(browser.page.status < 400, `the login page was answered with ${browser.page.status}`);
      return true;
    }
    case 'consent':
      await browser.submit({ decision });
      return true;
    case 'enrol-factor': {
      const { phone } = await setUpApp({ gatehouse: run.stage }, browser);
      phones.set(`${run.stage.issuer} ${address}`, phone);
      return true;
    }
    case 'second-factor': {
      const code = phones.get(`${run.stage.issuer} ${address}`)?.code();
      if (code === undefined) return false;
      await browser.submit({ fields: { code } });
      return true;
    }
    default:
      return submitSelf(browser, page);
  }
}

/** A page that sends itself where scripts run: the library's answers by form_post, ours before signing out. */
async function submitSelf(browser: Browser, page: Page): Promise<boolean> {
  const [form, ...others] = page.forms;
  if (page.screen !== undefined || !form || others.length > 0) return false;
  await browser.submit({ action: form.action });
  return true;
}

/** What reached the suite, when the browser ended there. */
function answerAt({ stage: { suite } }: Run, page: Page): Answer | undefined {
  const last = page.hops.at(-1);
  if (!last?.url.startsWith(suite.base)) return undefined;
  const before = page.hops.at(-2)?.headers.location;
  const url = new URL(before?.startsWith(suite.base) ? before : last.url);
  // A page of the suite that sends the browser on is none of its callbacks.
  if (page.forms.length > 0) return undefined;
  const [where, params] =
    last.method === 'POST'
      ? (['body', last.requestBody] as const)
      : url.hash === ''
        ? (['query', url.search] as const)
        : (['fragment', url.hash.slice(1)] as const);
  const read = (text: string | undefined) => Object.fromEntries(new URLSearchParams(text));
  return { where, params: read(params), query: read(url.search) };
}
