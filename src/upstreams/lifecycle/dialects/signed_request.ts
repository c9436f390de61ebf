import { z } from 'zod';
import { epochSeconds } from '../../../kit/clock.ts';
import { equalInConstantTime, hmac } from '../../../kit/random.ts';
import { parseJson } from '../../engines/read_json.ts';
import { UpstreamFailure } from '../../failure.ts';
import { OLDEST_SECONDS, type Notification, type Sender, type Sent } from '../notification.ts';

const SKEW_SECONDS = 60;

const payloadSchema = z.object({
  algorithm: z.string(),
  issued_at: z.number().int(),
  user_id: z.string().min(1).max(255),
});

/**
 * Meta's `signed_request`: an HMAC-SHA-256 with the app secret over the payload, whose algorithm is ours to say. The address it
 * was sent to says what it means. https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow, November 2026.
 */
export async function readSignedRequest({ definition }: Sender, { to, body }: Sent): Promise<Notification> {
  const signed = new URLSearchParams(body).get('signed_request') ?? '';
  const [signature, payload, ...rest] = signed.split('.');
  if (!signature || !payload || rest.length > 0) throw new UpstreamFailure('notification_malformed');
  const { client_secret: secret } = definition;
  // Before anything in it is parsed. Padding is not part of base64url.
  if (!secret || !equalInConstantTime(signature.replace(/=+$/, ''), hmac(secret, payload))) {
    throw new UpstreamFailure('signature_wrong');
  }
  const parsed = payloadSchema.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
  if (!parsed.success) throw new UpstreamFailure('notification_malformed');
  const { algorithm, issued_at: issuedAt, user_id: subject } = parsed.data;
  if (algorithm.toUpperCase() !== 'HMAC-SHA256') throw new UpstreamFailure('alg_refused');
  const age = epochSeconds() - issuedAt;
  if (age > OLDEST_SECONDS || age < -SKEW_SECONDS) throw new UpstreamFailure('notification_too_old');
  const name = to === 'deletion' ? 'deletion_requested' : 'access_withdrawn';
  // Both addresses may be told by the same request: it counts once for each.
  return { events: [{ name, subject }], once: `${to} ${payload}` };
}
