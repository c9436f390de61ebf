import type { JWTPayload } from 'jose';
import { acceptedIssuers } from '../../engines/issuers.ts';
import { verifySigned } from '../../engines/verify_signed.ts';
import { UpstreamFailure } from '../../failure.ts';
import { OLDEST_SECONDS, type Sender } from '../notification.ts';

/** A verified token about events: its `jti` is there, and it is no ID token. */
export interface EventToken {
  claims: JWTPayload;
  jti: string;
}

const LONGEST_ID = 255;

/**
 * Verifies a security event token (RFC 8417) or a logout token: signature, issuer, audience and age. One with a `nonce` may be an
 * ID token in disguise (Back-Channel Logout 1.0, 2.4) and is refused. Throws UpstreamFailure.
 */
export async function verifyEventToken(token: string, sender: Sender): Promise<EventToken> {
  const { definition } = sender;
  const issuers = [...(definition.lifecycle?.events?.issuers ?? []), ...acceptedIssuers(definition)];
  const claims = await verifySigned(token, await sender.keys(), definition, {
    isIssuer: ({ iss }) => iss !== undefined && issuers.includes(iss),
    required: ['iss', 'aud', 'iat', 'jti'],
    oldestSeconds: OLDEST_SECONDS,
  });
  const { jti } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID || 'nonce' in claims) {
    throw new UpstreamFailure('notification_malformed');
  }
  return { claims, jti };
}
