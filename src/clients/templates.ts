import type { Level } from './levels.ts';
import type { Allow } from './allow.ts';
import type { ClientLifetimes } from './client_lifetimes.ts';
import { keptSecrets, keyOf, type KeptSecret } from './secrets.ts';
import type { ClientSettings, ClientType } from './settings.ts';

/**
 * Client metadata in the names of RFC 7591, with our own `first_party`, `require_pkce`, `require`, `upstreams`, `allow`, `resources`, `lifetimes` and
 * `client_secrets`.
 */
export interface ClientMetadata {
  client_id: string;
  client_name: string;
  first_party: boolean;
  require_pkce: boolean;
  /** How surely people must be proven. */
  require: Level;
  /** The only ways in; see `takes`. */
  upstreams?: string[];
  /** Whose accounts may use it; see `mayUse`. */
  allow?: Allow;
  /** The only APIs that it may ask tokens for, each with its scopes. */
  resources?: Record<string, string[]>;
  lifetimes?: ClientLifetimes;
  /** Everything that proves it, where it has more than one secret, or only a hash. */
  client_secrets?: KeptSecret[];
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  grant_types: string[];
  response_types: string[];
  token_endpoint_auth_method: string;
  application_type: 'web' | 'native';
  [metadatum: string]: unknown;
}

type Template = Pick<
  ClientMetadata,
  'grant_types' | 'response_types' | 'token_endpoint_auth_method' | 'application_type'
>;

const withBrowser = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };

// A native app must not hold a secret (RFC 8252 8.5) and may vary the port of a loopback redirect URI (7.3), which the
// engine allows for application_type native only. An MCP client is a native app.
const templates: Record<ClientType, Template> = {
  web: { ...withBrowser, token_endpoint_auth_method: 'client_secret_basic', application_type: 'web' },
  spa: { ...withBrowser, token_endpoint_auth_method: 'none', application_type: 'web' },
  native: { ...withBrowser, token_endpoint_auth_method: 'none', application_type: 'native' },
  mcp: { ...withBrowser, token_endpoint_auth_method: 'none', application_type: 'native' },
  service: {
    grant_types: ['client_credentials'],
    response_types: [],
    token_endpoint_auth_method: 'client_secret_basic',
    application_type: 'web',
  },
  device: {
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    response_types: [],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  },
};

/** What a client with a policy for exchanging tokens is there for (RFC 8693 2.1). */
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The full metadata of a client, as of now: the template of its type, overridden by whatever its settings say themselves. */
export function toMetadata(settings: ClientSettings): ClientMetadata {
  const { type, name, client_secrets: several, ...said } = settings;
  const present = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return {
    client_name: name ?? settings.client_id,
    redirect_uris: [],
    post_logout_redirect_uris: [],
    ...templates[type],
    ...(present['exchange'] !== undefined && { grant_types: [...templates[type].grant_types, TOKEN_EXCHANGE] }),
    ...present,
    client_id: settings.client_id,
    first_party: settings.first_party,
    require_pkce: settings.require_pkce,
    require: settings.require,
    ...(several && { client_secret: keyOf(settings), client_secrets: keptSecrets(settings) }),
  };
}
