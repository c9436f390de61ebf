import { unsafeSchemes } from './unsafe_schemes.ts';

/** What one page needs beyond the strict policy. */
interface PolicyExtras {
  /** Origins (`https://wiki.example`) or schemes (`com.example.app:`) where a form of this page can end, redirects included. */
  formTargets?: readonly string[];
  /** `sha256-...` of the library's self-submitting scripts; no page of ours has any. */
  scriptHashes?: readonly string[];
}

const SCHEME = /^[a-z][a-z0-9+.-]*:$/;
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/;
const HASH = /^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$/;

/**
 * The Content-Security-Policy of an answer. Chrome and Safari enforce form-action along the redirect chain, so it names
 * every validated target. Throws on what is neither an origin nor a scheme: nothing unchecked may reach the header.
 */
export function contentSecurityPolicy(extras: PolicyExtras = {}): string {
  const targets = (extras.formTargets ?? []).map(formTarget);
  const hashes = (extras.scriptHashes ?? []).map(scriptHash);
  return [
    "default-src 'none'",
    list("script-src 'self'", hashes),
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    list("form-action 'self'", targets),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function list(start: string, more: string[]): string {
  return [start, ...new Set(more)].join(' ');
}

function formTarget(target: string): string {
  if (SCHEME.test(target) && !unsafeSchemes.has(target)) return target;
  const url = URL.parse(target);
  if (url?.origin !== target || !/^https?:$/.test(url.protocol) || !HOST.test(url.hostname)) {
    throw new TypeError('a form target is an origin or a scheme');
  }
  // A CSP host-source cannot be an IPv6 literal (CSP3 2.3.1: host-char); browsers ignore it and block the form.
  return url.hostname.startsWith('[') ? url.protocol : target;
}

function scriptHash(hash: string): string {
  if (!HASH.test(hash)) throw new TypeError('a script hash looks like sha256-...');
  return `'${hash}'`;
}
