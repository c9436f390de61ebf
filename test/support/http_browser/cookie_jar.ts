/** The cookies of one browser (RFC 6265bis, as far as a test needs it). Cookies belong to a host, whatever its port. */

export interface Cookie {
  name: string;
  value: string;
  host: string;
  /** Set with a Domain attribute: subdomains get it too. */
  wide: boolean;
  path: string;
  secure: boolean;
  httpOnly: boolean;
  sameSite: 'strict' | 'lax' | 'none';
  /** Milliseconds since 1970; absent: until the browser closes. */
  expires?: number;
}

export interface CookieRequest {
  url: URL;
  method: string;
  sameSite: boolean;
}

export interface CookieJar {
  /** Takes the Set-Cookie headers of an answer; what a browser would refuse is dropped. */
  take(url: URL, headers: string[]): void;
  /** The Cookie header of a top-level navigation, or nothing. */
  headerFor(request: CookieRequest): string | undefined;
  /** Living cookies, of one host or of all. */
  list(host?: string): Cookie[];
  /** Removes cookies of this name, or all. */
  clear(name?: string): void;
  /** Closes and reopens the browser: session cookies are gone. */
  restart(): void;
}

/** An empty jar. */
export function createCookieJar(): CookieJar {
  let cookies: Cookie[] = [];
  const alive = () =>
    (cookies = cookies.filter((cookie) => cookie.expires === undefined || cookie.expires > Date.now()));
  return {
    take(url, headers) {
      for (const header of headers) {
        const cookie = parseSetCookie(url, header);
        if (!cookie) continue;
        cookies = cookies.filter((other) => !isSame(other, cookie));
        cookies.push(cookie);
      }
    },
    headerFor(request) {
      const sent = alive().filter((cookie) => isSent(cookie, request));
      sent.sort((left, right) => right.path.length - left.path.length);
      return sent.length === 0 ? undefined : sent.map((cookie) => `${cookie.name}=${cookie.value}`).join('; ');
    },
    list: (host) => alive().filter((cookie) => host === undefined || cookie.host === host),
    clear(name) {
      cookies = name === undefined ? [] : cookies.filter((cookie) => cookie.name !== name);
    },
    restart() {
      cookies = cookies.filter((cookie) => cookie.expires !== undefined);
    },
  };
}

function isSame(left: Cookie, right: Cookie): boolean {
  return left.name === right.name && left.host === right.host && left.path === right.path;
}

function isSent(cookie: Cookie, { url, method, sameSite }: CookieRequest): boolean {
  const host = url.hostname;
  if (host !== cookie.host && !(cookie.wide && host.endsWith(`.${cookie.host}`))) return false;
  if (cookie.secure && url.protocol !== 'https:') return false;
  if (!pathMatches(url.pathname, cookie.path)) return false;
  return sameSite || cookie.sameSite === 'none' || (cookie.sameSite === 'lax' && method === 'GET');
}

/** RFC 6265 5.1.4. */
function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/');
}

function parseSetCookie(url: URL, header: string): Cookie | undefined {
  const [pair = '', ...rest] = header.split(';');
  const equals = pair.indexOf('=');
  if (equals < 1) return undefined;
  const attributes = new Map(
    rest.map((part) => {
      const [key = '', ...value] = part.split('=');
      return [key.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
  const path = attributes.get('path');
  const cookie: Cookie = {
    name: pair.slice(0, equals).trim(),
    value: pair.slice(equals + 1).trim(),
    host: domain || url.hostname,
    wide: Boolean(domain),
    path: path?.startsWith('/') ? path : url.pathname.slice(0, url.pathname.lastIndexOf('/')) || '/',
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    sameSite: parseSameSite(attributes.get('samesite')),
    expires: parseExpiry(attributes),
  };
  return isAcceptable(cookie, url) ? cookie : undefined;
}

function parseSameSite(value: string | undefined): Cookie['sameSite'] {
  const lower = value?.toLowerCase();
  return lower === 'strict' || lower === 'none' ? lower : 'lax';
}

function parseExpiry(attributes: Map<string, string>): number | undefined {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Date.now() + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(expires) ? undefined : expires;
}

/** What a browser refuses: a foreign domain, Secure over http, SameSite=None without Secure, a prefix whose rules are broken. */
function isAcceptable(cookie: Cookie, url: URL): boolean {
  if (cookie.wide && url.hostname !== cookie.host && !url.hostname.endsWith(`.${cookie.host}`)) return false;
  if (cookie.secure && url.protocol !== 'https:') return false;
  if (cookie.sameSite === 'none' && !cookie.secure) return false;
  if (/^__Secure-/i.test(cookie.name)) return cookie.secure;
  if (/^__Host-/i.test(cookie.name)) return cookie.secure && !cookie.wide && cookie.path === '/';
  return true;
}
