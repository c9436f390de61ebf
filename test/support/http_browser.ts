import { chooseForm, type Submission } from './http_browser/choose.ts';
import { entriesOf, upstreamLinks } from './http_browser/forms.ts';
import { createCookieJar, type CookieJar } from './http_browser/cookie_jar.ts';
import { navigate, type BrowserOptions, type Navigation } from './http_browser/navigate.ts';
import type { Page } from './http_browser/page.ts';
import type { Exchange } from './http_browser/transport.ts';

export type { BrowserOptions, CookieJar, Page, Submission };

/**
 * A browser without JavaScript, driven by a script: one cookie jar, real requests with the headers a browser sends, every
 * redirect followed and kept, forms sent as they stand, `form-action` enforced along the way.
 */
export interface Browser {
  /** Types an address. */
  open(url: string): Promise<Page>;
  /** Fills in and sends a form of the current page. Throws where a person could not have done it. */
  submit(submission?: Submission): Promise<Page>;
  /** Follows a link of the current page, by part of its text or of its address. */
  follow(link: string | RegExp): Promise<Page>;
  /** Goes back one page, which is fetched again (our pages are `no-store`). */
  back(): Promise<Page>;
  /** Another tab: the same cookies, its own page. */
  tab(): Browser;
  /** The page now shown; throws before the first one. */
  readonly page: Page;
  readonly cookies: CookieJar;
  /** Every exchange of all tabs, oldest first. */
  readonly trail: Exchange[];
}

/** A new browser: no cookies, no page. */
export function createBrowser(options: BrowserOptions = {}): Browser {
  return openTab(options, createCookieJar(), []);
}

function openTab(options: BrowserOptions, cookies: CookieJar, trail: Exchange[]): Browser {
  const history: Page[] = [];
  const current = (): Page => {
    const page = history.at(-1);
    if (!page) throw new Error('the browser has not opened a page yet');
    return page;
  };
  const go = async (navigation: Navigation): Promise<Page> => {
    const page = await navigate(navigation, options, cookies, trail);
    // An address that an app takes over leaves the page in the window as it was.
    if (page.external === undefined) history.push(page);
    return page;
  };
  return {
    open: async (url) => go({ method: 'GET', url: new URL(url), formPolicies: [] }),
    submit: async (submission = {}) => go(submissionOf(current(), submission)),
    follow: async (link) => go(linkOf(current(), link)),
    async back() {
      history.pop();
      const before = history.pop();
      if (!before) throw new Error('there is no page to go back to');
      return go({ method: 'GET', url: new URL(before.url), formPolicies: [] });
    },
    tab: () => openTab(options, cookies, trail),
    get page() {
      return current();
    },
    cookies,
    trail,
  };
}

function submissionOf(page: Page, submission: Submission): Navigation {
  const link = upstreamLinks(page.document).find((candidate) => candidate.upstream === submission.upstream);
  if (link) return fromPage(page, { method: 'GET', url: new URL(link.href, page.url), formPolicies: [] });
  const { form, button } = chooseForm(page.forms, submission, page.url);
  const entries = new URLSearchParams(entriesOf(form, submission.fields ?? {}, button));
  for (const [name, value] of Object.entries(submission.tamper ?? {})) {
    if (value === null) entries.delete(name);
    else entries.set(name, value);
  }
  if (submission.passkey !== undefined) {
    for (const name of ['password', 'new_password']) entries.delete(name);
    entries.set('answer', submission.passkey);
  }
  const passkey = submission.passkey === undefined ? undefined : form.passkey?.action;
  const url = new URL(passkey ?? button?.action ?? form.action, page.url);
  const formPolicies = policiesOf(page);
  if ((button?.method ?? form.method) === 'POST')
    return fromPage(page, { method: 'POST', url, body: entries.toString(), formPolicies });
  url.search = entries.toString();
  return fromPage(page, { method: 'GET', url, formPolicies });
}

function linkOf(page: Page, wish: string | RegExp): Navigation {
  const fits = (text: string) => (wish instanceof RegExp ? wish.test(text) : text.includes(wish));
  const link = page.links.find(({ text }) => fits(text)) ?? page.links.find(({ href }) => fits(href));
  if (!link)
    throw new Error(
      `no link of ${page.url} matches ${String(wish)}; it has ${page.links.map(({ text }) => text).join(', ')}`,
    );
  return fromPage(page, { method: 'GET', url: new URL(link.href, page.url), formPolicies: [] });
}

function fromPage(page: Page, navigation: Navigation): Navigation {
  const referrerPolicy = page.headers['referrer-policy'];
  const policy =
    (Array.isArray(referrerPolicy) ? referrerPolicy.join(',') : referrerPolicy)?.split(',').at(-1)?.trim() ?? '';
  return { ...navigation, initiator: { url: new URL(page.url), referrerPolicy: policy } };
}

function policiesOf(page: Page): string[] {
  const header = page.headers['content-security-policy'];
  return (Array.isArray(header) ? header : [header ?? '']).flatMap((value) => value.split(','));
}
