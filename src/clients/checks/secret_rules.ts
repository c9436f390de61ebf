import { epochSeconds } from '../../kit/clock.ts';
import { endOf, hasPlainSecret } from '../secrets.ts';
import type { ClientSettings } from '../settings.ts';
import { where, type ClientPath, type ClientRule, type Seen } from './rule.ts';

/** 128 random bits in base64url: shorter secrets can be guessed offline from a signed assertion, or online. */
const SECRET_LENGTH = 22;

/** So many seconds before its end a secret is warned of. */
const SOON = 30 * 86_400;

const PUBLIC_TYPES: ReadonlySet<string> = new Set(['spa', 'native', 'mcp', 'device']);

const A_KEY = 'the secret in plain, as `client_secret` or as a `value` of `client_secrets`';

/** What secrets are allowed to be, and what is done with them. */
export const secretRules: ClientRule[] = [
  {
    // Whoever has the app has its secret (RFC 9700 2.5, RFC 8252 8.5).
    rule: 'public_client',
    message: 'an app in a browser or on a device is public: it cannot keep a secret',
    accepted: 'no secret, or type: web',
    finds: (client) => (isPublicType(client) ? secretKeys(client) : []),
  },
  {
    rule: 'public_client',
    message: 'an app in a browser or on a device is public: it cannot keep a secret',
    accepted: 'none, or private_key_jwt with a key of each copy of the app',
    finds: (client, seen) => where(isPublicType(client) && usesSecret(seen), 'token_endpoint_auth_method'),
  },
  {
    rule: 'secret_with_none',
    message: 'a client with a secret that says token_endpoint_auth_method: none never has to prove itself',
    accepted: 'client_secret_basic, or no secret',
    finds: (client, seen) =>
      where(!isPublicType(client) && isPublic(seen) && hasSecret(client), 'token_endpoint_auth_method'),
  },
  {
    // RFC 9700 2.1.1: public clients must use PKCE, whatever they say.
    rule: 'public_client',
    message: 'a public client always needs PKCE',
    accepted: 'true',
    finds: (client, seen) => where(isPublic(seen) && !client.require_pkce, 'require_pkce'),
  },
  {
    rule: 'pkce_not_required',
    message: 'without PKCE a stolen code is worth more (RFC 9700 2.1.1)',
    accepted: 'true, unless the library of the app cannot do PKCE',
    warning: true,
    finds: (client, seen) => where(!isPublic(seen) && !client.require_pkce, 'require_pkce'),
  },
  {
    rule: 'weak_secret',
    message: 'this secret can be guessed',
    accepted: `at least ${SECRET_LENGTH} random characters: \`./gatehouse clients secret\` makes one`,
    finds: (client, { mode }) => (mode === 'development' ? [] : weakSecrets(client)),
  },
  {
    rule: 'secret_as_key',
    message: 'this needs the secret itself as a key, and only its hash is here',
    accepted: A_KEY,
    finds: (client) => (client.client_secrets && !hasPlainSecret(client) ? usesOfTheKey(client) : []),
  },
  {
    rule: 'first_secret_is_key',
    message: 'of several secrets only the first one in plain that has not expired is a key for this',
    warning: true,
    finds: (client) => (plainSecrets(client) > 1 ? usesOfTheKey(client).slice(0, 1) : []),
  },
  {
    rule: 'secret_expiry_twice',
    message: 'each of several secrets says its own end',
    accepted: 'expires_at at the secret',
    finds: (client) =>
      where(!!client.client_secrets && client['client_secret_expires_at'] !== undefined, 'client_secret_expires_at'),
  },
  {
    rule: 'secret_expired',
    message: 'this secret has expired and proves nothing any more',
    warning: true,
    finds: (client) => endsOf(client, (end) => end <= epochSeconds()),
  },
  {
    rule: 'secret_expires_soon',
    message: 'this secret expires within 30 days: add the next one, and give it to the app',
    warning: true,
    finds: (client) => endsOf(client, (end) => end > epochSeconds() && end <= epochSeconds() + SOON),
  },
  {
    rule: 'unused_secret',
    message: 'a client that signs with its own key has no use for a secret',
    warning: true,
    finds: (client, seen) => (usesOnlyItsKey(client, seen) ? secretKeys(client) : []),
  },
];

function isPublicType({ type }: ClientSettings): boolean {
  return PUBLIC_TYPES.has(type);
}

function isPublic({ metadata }: Seen): boolean {
  return metadata.token_endpoint_auth_method === 'none';
}

function usesSecret({ metadata: { token_endpoint_auth_method: method } }: Seen): boolean {
  return typeof method === 'string' && method.startsWith('client_secret');
}

function usesOnlyItsKey(client: ClientSettings, { metadata }: Seen): boolean {
  return metadata.token_endpoint_auth_method === 'private_key_jwt' && usesOfTheKey(client).length === 0;
}

function hasSecret(client: ClientSettings): boolean {
  return secretKeys(client).length > 0;
}

function secretKeys(client: ClientSettings): ClientPath[] {
  return ['client_secret', 'client_secrets'].filter((key) => client[key] !== undefined).map((key) => [key]);
}

function plainSecrets({ client_secret: single, client_secrets: several = [] }: ClientSettings): number {
  return (single === undefined ? 0 : 1) + several.filter(({ value }) => value !== undefined).length;
}

function weakSecrets({ client_secret: single, client_secrets: several = [] }: ClientSettings): ClientPath[] {
  const isWeak = (secret: string | undefined) => secret !== undefined && secret.length < SECRET_LENGTH;
  return [
    ...where(isWeak(single), 'client_secret'),
    ...several.flatMap(({ value }, index) => where(isWeak(value), 'client_secrets', index, 'value')),
  ];
}

/** The metadata for which the secret of a client is a key (OIDC Core 10.1, 10.2, OIDC Core 9). */
function usesOfTheKey(client: ClientSettings): ClientPath[] {
  return Object.entries(client).flatMap(([key, value]) => {
    if (typeof value !== 'string') return [];
    const signs = key.endsWith('_alg') && /^HS\d/.test(value);
    const encrypts = /encrypt\w*_alg$/.test(key) && /^(A\d|dir$)/.test(value);
    return where(signs || encrypts || (key === 'token_endpoint_auth_method' && value === 'client_secret_jwt'), key);
  });
}

function endsOf(client: ClientSettings, isSo: (end: number) => boolean): ClientPath[] {
  const single: unknown = client['client_secret_expires_at'];
  return [
    ...(client.client_secrets ?? []).flatMap((secret, index) => {
      const end = endOf(secret);
      return where(end !== undefined && isSo(end), 'client_secrets', index, 'expires_at');
    }),
    // 0: never (RFC 7591 3.2.1).
    ...where(typeof single === 'number' && single > 0 && isSo(single), 'client_secret_expires_at'),
  ];
}
