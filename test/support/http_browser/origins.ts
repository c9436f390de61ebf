/** What a browser says about where a navigation comes from, and whether a page's policy lets its form end there. */

export interface Initiator {
  url: URL;
  referrerPolicy: string;
}

/** Scheme and registrable domain, with IP addresses and single names as themselves. Ports do not count. */
function siteOf(url: URL): string {
  const isAddress = url.hostname.startsWith('[') || /^[\d.]+$/.test(url.hostname);
  const domain = isAddress ? url.hostname : url.hostname.split('.').slice(-2).join('.');
  return `${url.protocol}//${domain}`;
}

/** Whether a navigation through these URLs counts as same-site with the page that began it. A typed address always does. */
export function isSameSite(initiator: Initiator | undefined, chain: URL[]): boolean {
  return !initiator || chain.every((url) => siteOf(url) === siteOf(initiator.url));
}

/** Sec-Fetch-Site (Fetch Metadata 2.3): the farthest relation in the chain of redirects; `none` for a typed address. */
export function fetchSite(initiator: Initiator | undefined, chain: URL[]): string {
  if (!initiator) return 'none';
  if (chain.every((url) => url.origin === initiator.url.origin)) return 'same-origin';
  return isSameSite(initiator, chain) ? 'same-site' : 'cross-site';
}

/** The Referer header (Referrer Policy 8.3), or nothing. */
export function refererFor(initiator: Initiator | undefined, target: URL): string | undefined {
  if (!initiator) return undefined;
  const full = new URL(initiator.url);
  full.hash = full.username = full.password = '';
  const origin = `${full.origin}/`;
  const sameOrigin = full.origin === target.origin;
  const downgrade = full.protocol === 'https:' && target.protocol !== 'https:';
  switch (initiator.referrerPolicy) {
    case 'no-referrer':
      return undefined;
    case 'same-origin':
      return sameOrigin ? full.href : undefined;
    case 'origin':
      return origin;
    case 'strict-origin':
      return downgrade ? undefined : origin;
    case 'origin-when-cross-origin':
      return sameOrigin ? full.href : origin;
    case 'unsafe-url':
      return full.href;
    case 'no-referrer-when-downgrade':
      return downgrade ? undefined : full.href;
    default:
      return sameOrigin ? full.href : downgrade ? undefined : origin;
  }
}

/** The Origin header of a POST (Fetch 3.2): `null` where the page's referrer policy hides where it comes from. */
export function originFor(initiator: Initiator | undefined, target: URL): string {
  if (!initiator || initiator.referrerPolicy === 'no-referrer') return 'null';
  const { origin, protocol } = initiator.url;
  if (initiator.referrerPolicy === 'same-origin' && origin !== target.origin) return 'null';
  if (protocol === 'https:' && target.protocol !== 'https:') return 'null';
  return origin;
}

/**
 * Throws when a Content-Security-Policy does not let a form of the page at `page` reach `target`. Checked for every hop, as
 * Chrome and Safari do (CSP3 form-action).
 */
export function enforceFormAction(policies: string[], page: URL, target: URL): void {
  for (const policy of policies) {
    const sources = formAction(policy);
    if (sources && !sources.some((source) => allows(source, page, target)))
      throw new Error(
        `the page ${page.href} does not let a form end at ${target.href}: form-action ${sources.join(' ')}`,
      );
  }
}

function formAction(policy: string): string[] | undefined {
  for (const directive of policy.split(';')) {
    const [name, ...sources] = directive.trim().split(/\s+/);
    if (name?.toLowerCase() === 'form-action') return sources;
  }
  return undefined;
}

/** One source expression; host wildcards and paths are not used by us and match nothing. */
function allows(source: string, page: URL, target: URL): boolean {
  if (source === "'self'") return target.origin === page.origin;
  if (source === '*') return /^(https?|wss?):$/.test(target.protocol) || target.protocol === page.protocol;
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return target.protocol === source.toLowerCase();
  return URL.canParse(source) && target.origin !== 'null' && new URL(source).origin === target.origin;
}
