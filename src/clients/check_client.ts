import type { ClientSettings } from './settings.ts';
import { toMetadata } from './templates.ts';
import { returnUriProblem, webUriProblem, type UriProblem } from './uris.ts';

/** Something that is wrong with one client, at a path below its entry. Never holds a secret. */
interface ClientProblem {
  path: (string | number)[];
  rule: string;
  message: string;
  accepted?: string;
  /** For an unknown key: the keys it may have been meant to be. */
  candidates?: readonly string[];
}

type Mode = 'development' | 'production';

const WEB_URIS = [
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'initiate_login_uri',
  'backchannel_logout_uri',
  'jwks_uri',
  'sector_identifier_uri',
];

/** 128 random bits in base64url: shorter secrets can be guessed offline from a signed assertion, or online. */
const SECRET_LENGTH = 22;

/**
 * What the engine's own client schema leaves open: unknown keys, URIs that are not https, wildcards, public clients with a
 * secret. `keys`: all that a client may have. Together with the engine's `validateClients`: no problem means that the client resolves.
 */
export function checkClient(settings: ClientSettings, mode: Mode, keys: readonly string[]): ClientProblem[] {
  return [
    ...unknownKeys(settings, keys),
    ...returnUris(settings, 'redirect_uris', mode),
    ...returnUris(settings, 'post_logout_redirect_uris', mode),
    ...webUris(settings, mode),
    ...publicClients(settings),
    ...weakSecrets(settings, mode),
    ...pkce(settings),
  ];
}

function unknownKeys(settings: ClientSettings, keys: readonly string[]): ClientProblem[] {
  return Object.keys(settings)
    .filter((key) => !keys.includes(key))
    .map((key) => ({
      path: [key],
      rule: 'unknown_key',
      message: 'this key means nothing here',
      accepted: keys.join(', '),
      candidates: keys,
    }));
}

function returnUris(
  settings: ClientSettings,
  key: 'redirect_uris' | 'post_logout_redirect_uris',
  mode: Mode,
): ClientProblem[] {
  const where = { native: toMetadata(settings).application_type === 'native', development: mode === 'development' };
  return (settings[key] ?? []).flatMap((uri, index) => problemAt([key, index], returnUriProblem(uri, where)));
}

function webUris(settings: ClientSettings, mode: Mode): ClientProblem[] {
  return WEB_URIS.flatMap((key) => {
    const uri = settings[key];
    return typeof uri === 'string' ? problemAt([key], webUriProblem(uri, mode === 'development')) : [];
  });
}

function problemAt(path: (string | number)[], problem: UriProblem | undefined): ClientProblem[] {
  return problem ? [{ path, ...problem }] : [];
}

/** Whoever has the app has its secret, so a browser app and an app on a device have none (RFC 9700 2.5, RFC 8252 8.5). */
function publicClients(settings: ClientSettings): ClientProblem[] {
  if (!['spa', 'native', 'mcp', 'device'].includes(settings.type)) return [];
  const problems: ClientProblem[] = [];
  const message = `a client of type ${settings.type} is public: it cannot keep a secret`;
  if (settings.client_secret !== undefined) {
    problems.push({
      path: ['client_secret'],
      rule: 'public_client',
      message,
      accepted: 'no client_secret, or type: web',
    });
  }
  if (toMetadata(settings).token_endpoint_auth_method !== 'none') {
    problems.push({ path: ['token_endpoint_auth_method'], rule: 'public_client', message, accepted: 'none' });
  }
  return problems;
}

function weakSecrets({ client_secret: secret }: ClientSettings, mode: 'development' | 'production'): ClientProblem[] {
  if (mode === 'development' || secret === undefined || secret.length >= SECRET_LENGTH) return [];
  const accepted = `at least ${SECRET_LENGTH} random characters`;
  return [{ path: ['client_secret'], rule: 'weak_secret', message: 'this secret can be guessed', accepted }];
}

/** RFC 9700 2.1.1: public clients must use PKCE, whatever they say. */
function pkce(settings: ClientSettings): ClientProblem[] {
  if (settings.require_pkce || toMetadata(settings).token_endpoint_auth_method !== 'none') return [];
  const message = 'a public client always needs PKCE';
  return [{ path: ['require_pkce'], rule: 'public_client', message, accepted: 'true' }];
}
