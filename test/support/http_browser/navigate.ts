import type { CookieJar } from './cookie_jar.ts';
import { enforceFormAction, fetchSite, isSameSite, originFor, refererFor, type Initiator } from './origins.ts';
import { readPage, type Page } from './page.ts';
import { exchange, type Exchange } from './transport.ts';

export interface BrowserOptions {
  /** Accept-Language; `en` unless said otherwise. */
  language?: string;
  userAgent?: string;
}

/** Where a browser is told to go, and by which page. */
export interface Navigation {
  method: string;
  url: URL;
  body?: string;
  initiator?: Initiator;
  /** The policies of the page whose form this is. */
  formPolicies: string[];
}

const MAX_REDIRECTS = 20;

/** Goes there, through every redirect, and on from a page that refreshes at once. Throws when the page's policy forbids it, and after twenty redirects. */
export async function navigate(
  start: Navigation,
  options: BrowserOptions,
  cookies: CookieJar,
  trail: Exchange[],
): Promise<Page> {
  const hops: Exchange[] = [];
  let chain: URL[] = [];
  let { method, url, body, initiator, formPolicies } = start;
  while (hops.length <= MAX_REDIRECTS) {
    if (initiator) enforceFormAction(formPolicies, initiator.url, url);
    if (!/^https?:$/.test(url.protocol)) return readPage(hops, url.href);
    chain.push(url);
    const headers = headersFor({ method, url, body, initiator, formPolicies }, chain, options, cookies);
    const hop = await exchange({ method, url, headers, body });
    hops.push(hop);
    trail.push(hop);
    cookies.take(url, hop.headers['set-cookie'] ?? []);
    const refresh = /^0;\s*url=(.+)$/i.exec(String(hop.headers['refresh'] ?? ''))?.[1];
    if (hop.status === 200 && refresh !== undefined) {
      // A navigation of its own: the policy of the page before reaches no further.
      initiator = { url, referrerPolicy: String(hop.headers['referrer-policy'] ?? '') };
      [method, body, formPolicies, chain] = ['GET', undefined, [], []];
      url = new URL(refresh, url);
      continue;
    }
    const { location } = hop.headers;
    if (hop.status < 300 || hop.status > 399 || location === undefined) return readPage(hops);
    if (hop.status !== 307 && hop.status !== 308) {
      method = 'GET';
      body = undefined;
    }
    url = new URL(location, url);
    url.hash = '';
  }
  throw new Error(`too many redirects: ${hops.map((hop) => hop.url).join(' -> ')}`);
}

function headersFor(
  now: Navigation,
  chain: URL[],
  options: BrowserOptions,
  cookies: CookieJar,
): Record<string, string> {
  const { method, url, body, initiator } = now;
  const referer = refererFor(initiator, url);
  const cookie = cookies.headerFor({ url, method, sameSite: isSameSite(initiator, chain) });
  return {
    'user-agent': options.userAgent ?? 'Mozilla/5.0 (scripted browser without JavaScript)',
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'accept-language': options.language ?? 'en',
    'upgrade-insecure-requests': '1',
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-site': fetchSite(initiator, chain),
    'sec-fetch-user': '?1',
    ...(referer && { referer }),
    ...(method !== 'GET' && { origin: originFor(initiator, url) }),
    ...(body !== undefined && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }),
    ...(cookie !== undefined && { cookie }),
  };
}
