import type { ClientSettings } from '../settings.ts';
import { where, type ClientPath, type ClientRule } from './rule.ts';

/** Members that only the owner of a key may know (RFC 7518 6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** What the keys of a client may be, and what its algorithms need of them. */
export const keyRules: ClientRule[] = [
  {
    rule: 'private_key_in_jwks',
    message: 'this is the private half of a key: it belongs to the app alone, and is no secret any more',
    accepted: 'the public half of a new key',
    finds: (client) =>
      keysIn(client).flatMap((key, index) =>
        where(
          PRIVATE_MEMBERS.some((member) => key[member] !== undefined),
          'jwks',
          'keys',
          index,
        ),
      ),
  },
  {
    rule: 'algorithm_without_key',
    message: 'none of the keys of this client fits this algorithm',
    accepted: 'an algorithm of one of its keys, or a key for it',
    finds: (client) => (keysIn(client).length === 0 ? [] : algorithmsWithoutKey(client)),
  },
];

function keysIn(client: ClientSettings): Record<string, unknown>[] {
  const jwks: unknown = client['jwks'];
  const keys: unknown = isMapping(jwks) ? jwks['keys'] : undefined;
  return Array.isArray(keys) ? keys.filter(isMapping) : [];
}

/** What the client signs with a key of its own, and what is encrypted to one. */
function algorithmsWithoutKey(client: ClientSettings): ClientPath[] {
  return Object.entries(client).flatMap(([name, algorithm]) => {
    const isItsOwn = /^(token_endpoint_auth|request_object|backchannel_authentication_request)_signing_alg$/.test(name);
    if ((!isItsOwn && !name.endsWith('_encrypted_response_alg')) || typeof algorithm !== 'string') return [];
    const kinds = kindsFor(algorithm);
    return where(kinds !== undefined && !keysIn(client).some((key) => fits(key, kinds, algorithm)), name);
  });
}

function kindsFor(algorithm: string): string[] | undefined {
  if (/^(RS|PS|RSA)/.test(algorithm)) return ['RSA'];
  if (/^ES\d/.test(algorithm)) return ['EC'];
  if (algorithm.startsWith('ECDH')) return ['EC', 'OKP'];
  return algorithm.startsWith('Ed') ? ['OKP'] : undefined;
}

function fits(key: Record<string, unknown>, kinds: readonly string[], algorithm: string): boolean {
  return kinds.includes(String(key['kty'])) && (key['alg'] === undefined || key['alg'] === algorithm);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
