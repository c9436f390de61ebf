import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { secretToken, sha256 } from '../kit/random.ts';
import type { KeySchedule } from './settings.ts';

/** Where the keys of one kind are, and how one is made. */
interface KindOfKey {
  table: 'signing_keys' | 'cookie_keys';
  id: string;
  secret: string;
  /** What every row of the kind has. */
  columns: Record<string, string>;
  needed: keyof KeySchedule['needed'];
  /** A fresh key as it is sealed. */
  make(): Promise<{ id: string; secret: string }>;
}

/** RS256 first: it is the one algorithm that a client may assume (OIDC Core 15.1). */
export const kinds = {
  RS256: signingKind('RS256'),
  ES256: signingKind('ES256'),
  cookie: {
    table: 'cookie_keys',
    id: 'id',
    secret: 'secret',
    columns: {},
    needed: 'cookie',
    async make() {
      const secret = secretToken();
      return { id: sha256(secret).slice(0, 16), secret };
    },
  },
} as const satisfies Record<string, KindOfKey>;

/** A kind of keys of which one signs at a time. */
export type KeyKind = keyof typeof kinds;

/** All kinds, in their order. */
export const keyKinds = Object.keys(kinds) as KeyKind[]; // Object.keys forgets the names.

function signingKind(algorithm: 'RS256' | 'ES256'): KindOfKey {
  return {
    table: 'signing_keys',
    id: 'kid',
    secret: 'private_key',
    columns: { algorithm },
    needed: 'signing',
    async make() {
      const { privateKey } = await generateKeyPair(algorithm, { modulusLength: 2048, extractable: true });
      const jwk = await exportJWK(privateKey);
      const kid = await calculateJwkThumbprint(jwk);
      return { id: kid, secret: JSON.stringify({ ...jwk, kid, use: 'sig', alg: algorithm }) };
    },
  };
}
