import { z } from 'zod';
import type { EventName } from '../events.ts';
import type { Notification, Sender, Sent, UpstreamEvent } from '../notification.ts';
import { UpstreamFailure } from '../../failure.ts';
import { verifyEventToken } from './event_token.ts';

const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const OAUTH = 'https://schemas.openid.net/secevent/oauth/event-type/';

/** Their names of events, and ours. https://developers.google.com/identity/protocols/risc, November 2026. */
const names = new Map(
  Object.entries<EventName>({
    [`${RISC}sessions-revoked`]: 'sessions_revoked',
    [`${OAUTH}tokens-revoked`]: 'tokens_revoked',
    [`${RISC}account-disabled`]: 'account_disabled',
    [`${RISC}account-enabled`]: 'account_enabled',
    [`${RISC}account-purged`]: 'account_deleted',
    [`${RISC}account-credential-change-required`]: 'credential_change_required',
    [`${RISC}verification`]: 'verification',
  }),
);

const eventsSchema = z.record(z.string(), z.looseObject({ subject: z.unknown().optional() }));
/** A subject that is a pair of issuer and `sub`, in the spelling of Google and in that of RFC 9493. */
const subjectSchema = z.object({ iss: z.string(), sub: z.string().min(1).max(255) });

/** Google's Cross-Account Protection: a security event token (RFC 8417) pushed as RFC 8935 says. Events that we do not know are left. */
export async function readSecurityEvent(sender: Sender, { body }: Sent): Promise<Notification> {
  const { claims, jti } = await verifyEventToken(body.trim(), sender);
  const events = eventsSchema.safeParse(claims['events']);
  if (!events.success) throw new UpstreamFailure('notification_malformed');
  const known = Object.entries(events.data).flatMap(([uri, event]): UpstreamEvent[] => {
    const name = names.get(uri);
    const subject = subjectSchema.safeParse(event.subject ?? claims['sub_id']).data;
    const own = subject && isOwn(subject.iss, claims.iss) ? subject.sub : undefined;
    return name ? [{ name, subject: own }] : [];
  });
  return { events: known, once: jti };
}

/** An issuer speaks of its own accounts only. It may spell itself with a final slash here and without one there. */
function isOwn(issuer: string, sender: string | undefined): boolean {
  return sender !== undefined && issuer.replace(/\/$/, '') === sender.replace(/\/$/, '');
}
