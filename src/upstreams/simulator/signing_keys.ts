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

/** Real RS256 keys. They are made in the background: a start does not wait for them. */
export interface SigningKeys {
  /** Signs with the newest key; with `bare`, without saying which one it is. */
  sign(claims: JWTPayload, options?: { bare: boolean }): Promise<string>;
  keySet(): Promise<JSONWebKeySet>;
  /** From now on another key signs; the set holds only the new one. */
  rotate(): void;
}

/** The keys with which a simulated provider signs. */
export function createSigningKeys(): SigningKeys {
  async function make(): Promise<{ privateKey: CryptoKey; jwk: JWK & { kid: string; kty: string } }> {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    return { privateKey, jwk: { ...jwk, kty: 'RSA', kid: randomUUID(), alg: 'RS256', use: 'sig' } };
  }
  let pair = make();
  return {
    async sign(claims, options) {
      const { privateKey, jwk } = await pair;
      const header = { alg: 'RS256', typ: 'JWT', ...(options?.bare ? {} : { kid: jwk.kid }) };
      return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
    },
    keySet: async () => ({ keys: [(await pair).jwk] }),
    rotate() {
      pair = make();
    },
  };
}
