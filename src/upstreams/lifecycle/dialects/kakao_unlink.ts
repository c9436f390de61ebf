import { equalInConstantTime } from '../../../kit/random.ts';
import { UpstreamFailure } from '../../failure.ts';
import type { EventName } from '../events.ts';
import type { Notification, Sender, Sent } from '../notification.ts';

/** Why Kakao ended the connection, and what that is to us. https://developers.kakao.com, "Unlink webhook", November 2026. */
const names = new Map(
  Object.entries<EventName>({
    UNLINK_FROM_APPS: 'access_withdrawn',
    UNLINK_FROM_ADMIN: 'access_withdrawn',
    INCOMPLETE_SIGN_UP: 'access_withdrawn',
    ACCOUNT_DELETE: 'account_deleted',
    FORCED_ACCOUNT_DELETE: 'account_deleted',
  }),
);

/** Kakao's unlink webhook. It carries the app's admin key and no signature; a connection that is gone can be ended again. */
export async function readKakaoUnlink({ definition }: Sender, { body, authorization }: Sent): Promise<Notification> {
  const { admin_key: key } = definition;
  if (!key || !equalInConstantTime(authorization, `KakaoAK ${key}`)) {
    throw new UpstreamFailure('notification_unauthorized');
  }
  const fields = new URLSearchParams(body);
  const subject = fields.get('user_id') ?? '';
  if (!/^\d{1,20}$/.test(subject)) throw new UpstreamFailure('notification_malformed');
  const name = names.get(fields.get('referrer_type') ?? '') ?? 'access_withdrawn';
  return { events: [{ name, subject }] };
}
