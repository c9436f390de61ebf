import { isLoopbackHost } from '../outbound/index.ts';
import { unsafeSchemes } from '../web/index.ts';

/** Metadata of a client with the URIs to which people are sent back. */
export const RETURN_URIS = ['redirect_uris', 'post_logout_redirect_uris'] as const;

/** Metadata of a client that is a URI which people or we open. */
export const WEB_URIS = [
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'initiate_login_uri',
  'backchannel_logout_uri',
  'backchannel_client_notification_endpoint',
  'jwks_uri',
  'sector_identifier_uri',
] as const;

/** Why a URI is not taken. */
interface UriProblem {
  rule: string;
  message: string;
  accepted?: string;
}

/** Where a client lives: whether it is an app on a device, and whether plain http on loopback is more than a developer's own. */
interface Circumstances {
  native: boolean;
  development: boolean;
}

/** What speaks against a URI to which people are sent back. RFC 9700 2.1, 4.1; RFC 8252 7. */
export function returnUriProblem(uri: string, { native, development }: Circumstances): UriProblem | undefined {
  const parsed = URL.parse(uri);
  if (!parsed) return notAUri;
  const common = commonProblem(uri, parsed);
  if (common) return common;
  const custom = parsed.protocol !== 'https:' && parsed.protocol !== 'http:';
  // A native app may claim any scheme that browsers do not run or read themselves (RFC 8252 7.1).
  if (custom && native && !unsafeSchemes.has(parsed.protocol)) return undefined;
  // Only of an app on the device is it known that whoever listens there is the app (RFC 8252 7.3).
  const loopback = native || development;
  if (!custom && isSafe(parsed, loopback)) return undefined;
  return {
    rule: 'insecure_uri',
    message: 'people would be sent back in the clear, or to a place that is not an app',
    accepted: native
      ? 'https, http on loopback, or a scheme of the app such as com.example.app:/callback'
      : safeKinds(loopback),
  };
}

/** What speaks against a URI that people or we open: the app's home, logo, policies, keys. */
export function webUriProblem(uri: string, development: boolean): UriProblem | undefined {
  const parsed = URL.parse(uri);
  if (!parsed) return notAUri;
  const common = commonProblem(uri, parsed);
  if (common) return common;
  if (isSafe(parsed, development)) return undefined;
  return { rule: 'insecure_uri', message: 'this URI is not https', accepted: safeKinds(development) };
}

/** Names and addresses; URLs may have further characters, such as `;`, in a name that nobody can register. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/;

const notAUri: UriProblem = { rule: 'invalid_uri', message: 'this is not an absolute URI' };

function commonProblem(uri: string, parsed: URL): UriProblem | undefined {
  if (uri.includes('#')) return { rule: 'uri_fragment', message: 'a URI here has no fragment (RFC 6749 3.1.2)' };
  if (uri.includes('*')) {
    const accepted = 'one entry per URI';
    return { rule: 'uri_wildcard', message: 'URIs are compared letter by letter: there are no wildcards', accepted };
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return { rule: 'uri_credentials', message: 'a URI here has no user name or password' };
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(uri)) return notAUri;
  // The policy of a page that leads there names the host, and takes no other.
  if (/^https?:$/.test(parsed.protocol) && !HOST.test(parsed.hostname)) return notAUri;
  return undefined;
}

function isSafe(parsed: URL, loopback: boolean): boolean {
  return parsed.protocol === 'https:' || (loopback && parsed.protocol === 'http:' && isLoopbackHost(parsed.hostname));
}

function safeKinds(loopback: boolean): string {
  return loopback ? 'https, or http on loopback' : 'https (http on loopback in development mode, or of a native app)';
}
