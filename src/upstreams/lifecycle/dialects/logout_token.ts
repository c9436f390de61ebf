import { z } from 'zod';
import { UpstreamFailure } from '../../failure.ts';
import type { Notification, Sender, Sent } from '../notification.ts';
import { verifyEventToken } from './event_token.ts';

const BACKCHANNEL = 'http://schemas.openid.net/event/backchannel-logout';

const claimsSchema = z
  .object({
    sub: z.string().min(1).max(255).optional(),
    sid: z.string().min(1).max(255).optional(),
    exp: z.number(),
    events: z.object({ [BACKCHANNEL]: z.looseObject({}) }),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);

/** OpenID Connect Back-Channel Logout 1.0, 2.6: a person, one of their sessions, or both. */
export async function readLogoutToken(sender: Sender, { body }: Sent): Promise<Notification> {
  const { claims, jti } = await verifyEventToken(new URLSearchParams(body).get('logout_token') ?? '', sender);
  const told = claimsSchema.safeParse(claims);
  if (!told.success) throw new UpstreamFailure('notification_malformed');
  const { sub: subject, sid } = told.data;
  return { events: [{ name: 'signed_out', subject, sid }], once: jti };
}
