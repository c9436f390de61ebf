import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { epochSeconds } from '../../kit/clock.ts';
import type { OidcDeps } from '../deps.ts';
import { asContext } from '../protocol_errors.ts';
import { routes } from '../routes.ts';
import type { KnownToken } from './known_tokens.ts';

/** What the client of this request has proven to hold. */
export interface Possession {
  jkt?: string | undefined;
  'x5t#S256'?: string | undefined;
}

/** Seconds that a proof is taken for, as the library does at its own grants. */
const FRESH = 300;

/**
 * The key of a DPoP proof (RFC 9449 4.3), taken once, and the certificate of the client. The library checks proofs for its own
 * grants only. Throws invalid_dpop_proof.
 */
export async function possessionOf(ctx: KoaContextWithOIDC, deps: OidcDeps): Promise<Possession> {
  const certificate = deps.protocol.mutual_tls ? deps.web.clientCertificate(asContext(ctx))?.certificate : undefined;
  const thumbprint = certificate && createHash('sha256').update(certificate.raw).digest('base64url');
  const proof = ctx.get('DPoP');
  return {
    jkt: proof === '' || deps.protocol.dpop === false ? undefined : await keyOf(ctx, deps, proof),
    'x5t#S256': thumbprint,
  };
}

async function keyOf({ oidc }: KoaContextWithOIDC, { issuer }: OidcDeps, proof: string): Promise<string> {
  const verified = await jwtVerify(proof, EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: ['ES256', 'Ed25519', 'EdDSA'],
    requiredClaims: ['iat', 'jti', 'htm', 'htu'],
  }).catch((cause: unknown) => {
    throw new errors.InvalidDpopProof('invalid DPoP key binding', { cause });
  });
  const { iat = 0, jti = '', htm, htu } = verified.payload;
  const fits = htm === 'POST' && htu === `${issuer}${routes.token}` && Math.abs(epochSeconds() - iat) <= FRESH;
  if (!fits || jti === '') throw new errors.InvalidDpopProof('this proof is not for this request');
  const client = oidc.client?.clientId ?? '';
  const isNew = await oidc.provider.ReplayDetection.unique(client, jti, epochSeconds() + FRESH);
  if (!isNew) throw new errors.InvalidDpopProof('DPoP proof JWT Replay detected');
  return calculateJwkThumbprint(verified.protectedHeader.jwk ?? {});
}

/** Whether whoever shows a token holds what it is bound to: a stolen one is of no use here either. */
export function holds({ boundTo }: KnownToken, proven: Possession): boolean {
  return (
    (boundTo.jkt === undefined || boundTo.jkt === proven.jkt) &&
    (boundTo['x5t#S256'] === undefined || boundTo['x5t#S256'] === proven['x5t#S256'])
  );
}
