import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { epochSeconds } from '../../kit/clock.ts';
import type { Grant } from './grants.ts';
import type { ProviderDeps } from './provider.ts';
import type { Shape } from './shape.ts';

/** The ID token of an exchange, or undefined where the provider has none for this grant. */
export async function idTokenFor(
  { idToken: shape }: Shape,
  { client, keys, tamper }: ProviderDeps,
  grant: Grant,
  accessToken: string,
): Promise<string | undefined> {
  if (!shape || !(shape.unasked || grant.scope.includes('openid'))) return undefined;
  const alg = shape.alg?.(grant) ?? 'RS256';
  const own: JWTPayload = {
    iss: typeof shape.issuer === 'string' ? shape.issuer : shape.issuer(grant),
    azp: client.id,
    aud: client.id,
    sub: grant.persona.subject,
    at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    ...(shape.nonce === 'dropped' || grant.nonce === undefined ? {} : { nonce: grant.nonce }),
    ...shape.claims(grant),
    iat: epochSeconds(),
    exp: epochSeconds() + 3600,
  };
  const claims = tamper?.claims?.(own) ?? own;
  return tamper?.sign?.(claims) ?? keys.sign(claims, { alg, secret: client.secret });
}
