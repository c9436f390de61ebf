import { readForms, readScreen, type PageForm } from './page.ts';

/** Where a step of the visitor ended. */
export type Stop =
  | { kind: 'page'; screen: string; error?: string; reference?: string; forms: PageForm[]; url: string }
  /** It would go on to somebody else. Nobody is called there. */
  | { kind: 'left'; url: string };

/** A browser that never leaves the issuer. */
export interface Visitor {
  open(url: string): Promise<Stop>;
  submit(form: PageForm, fields: Record<string, string>): Promise<Stop>;
  /** Every Set-Cookie that came, as it came. */
  cookies: string[];
}

const MOST_HOPS = 15;

/** Keeps cookies, follows redirects within the issuer, and reads the few things that stand in our own pages. */
export function createVisitor({ issuer, ask }: { issuer: string; ask: typeof fetch }): Visitor {
  const jar = new Map<string, string>();
  const cookies: string[] = [];
  const inside = (url: string) => URL.parse(url)?.origin === issuer;
  const keep = (answer: Response) => {
    for (const cookie of answer.headers.getSetCookie()) {
      cookies.push(cookie);
      const [pair = ''] = cookie.split(';', 1);
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '' || /;\s*max-age=0|expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
  };
  async function go(to: string, form?: string): Promise<Stop> {
    let [url, body] = [to, form];
    for (let hop = 0; hop < MOST_HOPS; hop += 1) {
      if (!inside(url)) return { kind: 'left', url };
      const headers = {
        accept: 'text/html',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded', origin: issuer }),
      };
      const answer = await ask(url, { headers, ...(body !== undefined && { method: 'POST', body }) });
      keep(answer);
      const location = answer.headers.get('location');
      if (location === null) return { kind: 'page', url, ...pageOf(await answer.text(), url) };
      [url, body] = [new URL(location, url).href, undefined];
    }
    throw new Error('the server sends its visitors round in circles');
  }
  return {
    open: (url) => go(url),
    submit: ({ action, fields: given }, fields) => {
      const entries = new URLSearchParams({ ...given, ...fields }).toString();
      // What would be posted to an app (form_post) is where the visitor leaves.
      return inside(action) ? go(action, entries) : Promise.resolve({ kind: 'left', url: `${action}?${entries}` });
    },
    cookies,
  };
}

function pageOf(html: string, url: string) {
  return { ...readScreen(html), forms: readForms(html, url) };
}
