import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { equalInConstantTime } from '../../kit/random.ts';
import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure } from '../failure.ts';
import { idString } from '../mapping/values.ts';
import { isIssuerRight } from './issuers.ts';
import type { KeySet } from './key_set.ts';
import { readHeader, verifySigned } from './verify_signed.ts';

/** A token of the code flow was made for this very exchange; an hour allows for upstreams that reuse one. */
const OLDEST_SECONDS = 3600;

interface Expected {
  definition: UpstreamDefinition;
  nonce: string;
  accessToken: string;
}

/**
 * Verifies an ID token: its signature always, against the upstream's own keys or (HS256, where the upstream's list of
 * algorithms has it) our secret, then every claim of OIDC Core 3.1.3.7. Returns the claims or throws UpstreamFailure; there
 * is no third way.
 */
export async function verifyIdToken(
  token: string,
  keys: KeySet | undefined,
  expected: Expected,
): Promise<JWTPayload & { sub: string }> {
  const { definition } = expected;
  const claims = await verifySigned(token, keys, definition, {
    isIssuer: (said) => isIssuerRight(definition, said),
    required: ['iss', 'aud', 'exp', 'iat', 'sub'],
    oldestSeconds: definition.id_token_max_age ?? OLDEST_SECONDS,
  });
  checkAuthorizedParty(claims, definition.client_id);
  checkNonce(claims['nonce'], expected.nonce, definition.nonce);
  checkAccessTokenHash(claims['at_hash'], expected.accessToken, readHeader(token).alg ?? '');
  const subject = typeof claims.sub === 'string' ? idString(claims.sub) : undefined;
  if (subject === undefined) throw new UpstreamFailure('subject_invalid');
  return { ...claims, sub: subject };
}

/** OIDC Core 3.1.3.7, 4 and 5: with several audiences `azp` must be there, and whenever it is there it must be us. */
function checkAuthorizedParty(claims: JWTPayload, clientId: string): void {
  const several = Array.isArray(claims.aud) && claims.aud.length > 1;
  const azp = claims['azp'];
  if (azp === undefined ? several : azp !== clientId) throw new UpstreamFailure('azp_wrong');
}

function checkNonce(nonce: unknown, expected: string, rule: UpstreamDefinition['nonce']): void {
  if (rule === 'off') return;
  if (nonce === undefined || nonce === null) {
    if (rule === 'accept-missing') return;
    throw new UpstreamFailure('nonce_missing');
  }
  if (typeof nonce !== 'string' || !equalInConstantTime(nonce, expected)) throw new UpstreamFailure('nonce_mismatch');
}

/** OIDC Core 3.1.3.6: half of the hash that belongs to the algorithm. Checked when it is there. */
function checkAccessTokenHash(hash: unknown, accessToken: string, algorithm: string): void {
  if (hash === undefined) return;
  const size = algorithm.startsWith('Ed') ? '512' : algorithm.slice(-3);
  const digest = createHash(`sha${size}`).update(accessToken).digest();
  if (hash !== digest.subarray(0, digest.length / 2).toString('base64url')) throw new UpstreamFailure('at_hash_wrong');
}
