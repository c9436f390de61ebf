import { isLoopbackHost } from '../../outbound/index.ts';
import type { ClientSettings } from '../settings.ts';
import { RETURN_URIS, returnUriProblem, WEB_URIS, webUriProblem } from '../uris.ts';
import { where, type ClientPath, type ClientProblem, type ClientRule, type Seen } from './rule.ts';

/** What only we open, or only as a picture: nobody is ever sent there. */
const NOT_FOR_PEOPLE = [
  'backchannel_logout_uri',
  'backchannel_client_notification_endpoint',
  'jwks_uri',
  'sector_identifier_uri',
  'logo_uri',
];

const looksLikeCallback = (uri: string) =>
  /\/(cb|callback|code|oauth2?|oidc|signin)\b|[-_/](callback|oidc)\b/i.test(pathOf(uri));
const looksLikeGoodbye = (uri: string) => /log-?out|log-?off|sign-?(ed-?)?out|\bbye\b/i.test(pathOf(uri));

const looksLikeHook = (uri: string) => /back-?channel|\bhooks?\b/i.test(pathOf(uri));

/** What speaks against each URI by itself. */
export function uriProblems(client: ClientSettings, { mode, metadata }: Seen): ClientProblem[] {
  const development = mode === 'development';
  const circumstances = { native: metadata.application_type === 'native', development };
  return [
    ...returnUris(client).flatMap(({ path, uri }) => at(path, returnUriProblem(uri, circumstances))),
    ...WEB_URIS.flatMap((key) => {
      const uri = client[key];
      return typeof uri === 'string' ? at([key], webUriProblem(uri, development)) : [];
    }),
  ];
}

function at(path: ClientPath, problem: Omit<ClientProblem, 'path'> | undefined): ClientProblem[] {
  return problem ? [{ path, ...problem }] : [];
}

/** What works, and is probably not what was meant. */
export const uriRules: ClientRule[] = [
  {
    rule: 'swapped_uris',
    message: 'this looks like where people go after signing out, not where a code comes back',
    accepted: 'post_logout_redirect_uris for such a page',
    warning: true,
    finds: (client) => pathsOf(client, 'redirect_uris', (uri) => looksLikeGoodbye(uri) && !looksLikeCallback(uri)),
  },
  {
    rule: 'swapped_uris',
    message: 'this looks like where a code comes back, not where people go after signing out',
    accepted: 'redirect_uris for such an address',
    warning: true,
    finds: (client) =>
      pathsOf(client, 'post_logout_redirect_uris', (uri) => looksLikeCallback(uri) && !looksLikeGoodbye(uri)),
  },
  {
    rule: 'swapped_uris',
    message: 'this is where a browser comes back, and not the home of the app',
    warning: true,
    finds: ({ client_uri: home = '' }) => where(looksLikeCallback(home) || looksLikeGoodbye(home), 'client_uri'),
  },
  {
    rule: 'swapped_uris',
    message: 'this is the home of the app; a code comes back to an address of its own',
    warning: true,
    finds: (client) =>
      client.type === 'spa' ? [] : pathsOf(client, 'redirect_uris', (uri) => uri === client.client_uri),
  },
  {
    rule: 'swapped_uris',
    message: 'browsers are never sent here, and this client sends them here as well',
    warning: true,
    finds: (client) => {
      const uris = new Set([...returnUris(client).map(({ uri }) => uri), client.client_uri]);
      return NOT_FOR_PEOPLE.flatMap((key) => {
        const uri = client[key];
        return where(typeof uri === 'string' && uris.has(uri), key);
      });
    },
  },
  {
    rule: 'swapped_uris',
    message: 'this looks like where only servers speak, and browsers are sent here',
    accepted: 'backchannel_logout_uri for such an address',
    warning: true,
    finds: (client) => [
      ...RETURN_URIS.flatMap((key) => pathsOf(client, key, looksLikeHook)),
      ...where(looksLikeHook(client.client_uri ?? ''), 'client_uri'),
    ],
  },
  {
    rule: 'uri_placeholder',
    message: 'URIs are compared letter by letter, so that a placeholder stands for nothing',
    accepted: 'one entry per URI',
    warning: true,
    finds: (client) =>
      returnUris(client).flatMap(({ path, uri }) => where(/[{}<>]|%(2a|7b|3c)|\/:\w/i.test(uri), ...path)),
  },
  {
    rule: 'open_redirect',
    message: 'an address that sends people on to another one lends them our good name (RFC 9700 4.11)',
    warning: true,
    finds: (client) =>
      returnUris(client).flatMap(({ path, uri }) =>
        where(/[?&](next|url|goto|target|dest|continue|return(_?to)?|redirect(_ur[il])?)=/i.test(uri), ...path),
      ),
  },
  {
    // RFC 8252 8.3: a name can be made to resolve elsewhere, and other programs may listen.
    rule: 'loopback_name',
    message: 'localhost is a name that a machine can resolve elsewhere (RFC 8252 8.3)',
    accepted: 'http://127.0.0.1 and http://[::1]',
    warning: true,
    finds: (client, { mode }) =>
      mode === 'development' ? [] : pathsOf(client, 'redirect_uris', (uri) => /^http:\/\/localhost[:/]/i.test(uri)),
  },
  {
    rule: 'duplicate_uri',
    message: 'this URI stands here twice',
    warning: true,
    finds: (client) => {
      return RETURN_URIS.flatMap((key) =>
        (client[key] ?? []).flatMap((uri, index, all) => where(all.indexOf(uri) < index, key, index)),
      );
    },
  },
  {
    rule: 'missing_post_logout',
    message: 'people who sign out of this app stay on our page: it names no place to come back to',
    accepted: 'post_logout_redirect_uris',
    warning: true,
    finds: (client, seen) =>
      where(
        hasBrowser(client, seen) && (client.post_logout_redirect_uris ?? []).length === 0,
        'post_logout_redirect_uris',
      ),
  },
  {
    rule: 'unused_uris',
    message: 'no code ever comes back to this client',
    warning: true,
    finds: (client, seen) => where(!getsCodes(seen) && (client.redirect_uris ?? []).length > 0, 'redirect_uris'),
  },
  {
    rule: 'first_party_foreign',
    message: 'nobody is asked for consent here, and this host is not one of the domain of the issuer',
    accepted: 'first_party: false for an app of somebody else',
    warning: true,
    finds: (client, { issuer }) =>
      client.first_party ? pathsOf(client, 'redirect_uris', (uri) => isForeign(uri, issuer)) : [],
  },
];

function returnUris(client: ClientSettings): { path: ClientPath; uri: string }[] {
  return RETURN_URIS.flatMap((key) => (client[key] ?? []).map((uri, index) => ({ path: [key, index], uri })));
}

function pathsOf(
  client: ClientSettings,
  key: (typeof RETURN_URIS)[number],
  isSo: (uri: string) => boolean,
): ClientPath[] {
  return (client[key] ?? []).flatMap((uri, index) => where(isSo(uri), key, index));
}

/** People sit at a browser of theirs, from which they sign out. */
function hasBrowser(client: ClientSettings, seen: Seen): boolean {
  return ['web', 'spa'].includes(client.type) && getsCodes(seen);
}

/** Whether anything ever comes back from an authorization. */
function getsCodes({ metadata: { response_types: types } }: Seen): boolean {
  return Array.isArray(types) && types.length > 0;
}

function pathOf(uri: string): string {
  return URL.parse(uri)?.pathname ?? '';
}

/** Two names are taken for one domain, because nobody has a list of all; a domain below `co.uk` is given the benefit of the doubt. */
function isForeign(uri: string, issuer: string | undefined): boolean {
  const [host, own] = [URL.parse(uri), URL.parse(issuer ?? '')].map((url) => url?.hostname);
  if (!host || !own || isLoopbackHost(host) || isLoopbackHost(own)) return false;
  return domainOf(host) !== domainOf(own);
}

function domainOf(host: string): string {
  return host.split('.').slice(-2).join('.');
}
