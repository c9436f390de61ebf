import { createHash, randomUUID } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { ClientKey } from '../clients.ts';
import type { Run } from '../run.ts';

/** What a test changes about a proof (RFC 9449 4.2); undefined leaves a member out. */
export interface ProofChange {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  signedBy?: ClientKey;
  /** alg none, without any signature. */
  unsigned?: boolean;
}

/** What a proof is for. */
interface Target {
  method: string;
  url: string;
  /** The access token that it comes with. */
  token?: string;
}

/** A proof of possession of the key, for one request. */
export async function proofOf(
  { stage }: Run,
  key: ClientKey,
  { method, url, token }: Target,
  { claims = {}, header = {}, signedBy = key, unsigned = false }: ProofChange = {},
): Promise<string> {
  const { kid: _unneeded, use: _public, alg, ...jwk } = key.jwk;
  const hash = token === undefined ? undefined : createHash('sha256').update(token, 'ascii').digest('base64url');
  const said = present({
    jti: randomUUID(),
    htm: method,
    htu: url,
    iat: Math.floor(stage.now() / 1000),
    ath: hash,
    ...claims,
  });
  if (unsigned) return new UnsecuredJWT(said).encode();
  const protectedHeader = { typ: 'dpop+jwt', jwk, ...header };
  return new SignJWT(said).setProtectedHeader({ ...present(protectedHeader), alg }).sign(signedBy.privateKey);
}

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
