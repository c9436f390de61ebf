import { randomUUID } from 'node:crypto';
import {
  SignJWT,
  exportJWK,
  generateKeyPair,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
} from 'jose';

interface SignOptions {
  /** RS256 unless said otherwise. */
  alg?: 'RS256' | 'ES256' | 'HS256';
  /** The key of HS256. */
  secret?: string;
  /** Does not say which key it is. */
  bare?: boolean;
}

/** Real keys, RS256 and ES256. They are made when the first of them is needed. */
export interface SigningKeys {
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>;
  keySet(): Promise<JSONWebKeySet>;
  /** From now on other keys sign; the set holds only the new ones. */
  rotate(): void;
}

interface Pair {
  privateKey: CryptoKey;
  jwk: JWK & { kid: string; kty: string };
}
type Pairs = Record<'RS256' | 'ES256', Pair>;

/** The keys with which simulated providers sign. */
export function createSigningKeys(): SigningKeys {
  let made: Promise<Pairs> | undefined;
  const pairs = () => (made ??= makePairs());
  return {
    async sign(claims, { alg = 'RS256', secret = '', bare = false } = {}) {
      if (alg === 'HS256') {
        return new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT' }).sign(new TextEncoder().encode(secret));
      }
      const { privateKey, jwk } = (await pairs())[alg];
      const header = { alg, typ: 'JWT', ...(bare ? {} : { kid: jwk.kid }) };
      return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
    },
    async keySet() {
      const { RS256, ES256 } = await pairs();
      return { keys: [RS256.jwk, ES256.jwk] };
    },
    rotate() {
      made = undefined;
    },
  };
}

async function makePairs(): Promise<Pairs> {
  const [RS256, ES256] = await Promise.all([makePair('RS256', 'RSA'), makePair('ES256', 'EC')]);
  return { RS256, ES256 };
}

async function makePair(alg: string, kty: string): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kty, kid: randomUUID(), alg, use: 'sig' } };
}
