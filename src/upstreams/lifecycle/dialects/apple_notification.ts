import { z } from 'zod';
import { parseJson } from '../../engines/read_json.ts';
import { UpstreamFailure } from '../../failure.ts';
import type { EventName } from '../events.ts';
import type { Notification, Sender, Sent } from '../notification.ts';
import { verifyEventToken } from './event_token.ts';

/** Apple writes the last of them in two ways. "Processing changes for Sign in with Apple accounts", November 2026. */
const names = new Map(
  Object.entries<EventName>({
    'consent-revoked': 'access_withdrawn',
    'account-delete': 'account_deleted',
    'account-deleted': 'account_deleted',
    'email-disabled': 'address_disabled',
    'email-enabled': 'address_enabled',
  }),
);

const bodySchema = z.object({ payload: z.string() });
const eventSchema = z.object({ type: z.string(), sub: z.string().min(1).max(255) });

/** Apple's server-to-server notification: a JWS in JSON, whose claim `events` is JSON in a text, or an object. */
export async function readAppleNotification(sender: Sender, { body }: Sent): Promise<Notification> {
  const sent = bodySchema.safeParse(parseJson(body));
  if (!sent.success) throw new UpstreamFailure('notification_malformed');
  const { claims, jti } = await verifyEventToken(sent.data.payload, sender);
  const events = claims['events'];
  const event = eventSchema.safeParse(typeof events === 'string' ? parseJson(events) : events);
  if (!event.success) throw new UpstreamFailure('notification_malformed');
  const { type, sub: subject } = event.data;
  const name = names.get(type);
  return { events: name ? [{ name, subject }] : [], once: jti };
}
