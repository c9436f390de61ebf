import { SignJWT, exportSPKI, generateKeyPair, importJWK, type JWTPayload } from 'jose';
import type { SigningKeys } from '../../../src/upstreams/simulator/signing_keys.ts';

/** A token signed by a key that the upstream does not publish. */
export async function forge(keys: SigningKeys, claims: JWTPayload): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: (await rsaKey(keys)).kid }).sign(privateKey);
}

/** A token "signed" with the published RSA key as if it were an HMAC secret. */
export async function confuse(keys: SigningKeys, claims: JWTPayload): Promise<string> {
  const jwk = await rsaKey(keys);
  const publicKey = await importJWK({ ...jwk, ext: true }, 'RS256', { extractable: true });
  if (publicKey instanceof Uint8Array) throw new Error('not an RSA key');
  const secret = new TextEncoder().encode(await exportSPKI(publicKey));
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: jwk.kid }).sign(secret);
}

async function rsaKey(keys: SigningKeys) {
  const jwk = (await keys.keySet()).keys.find(({ kty }) => kty === 'RSA');
  if (!jwk) throw new Error('the upstream has no RSA key');
  return jwk;
}
