import type { UpstreamFailure } from '../../failure.ts';
import type { DialectName } from '../lifecycle.ts';
import type { Notification, Sender, Sent } from '../notification.ts';
import { readAppleNotification } from './apple_notification.ts';
import { readKakaoUnlink } from './kakao_unlink.ts';
import { readLogoutToken } from './logout_token.ts';
import { readSecurityEvent } from './security_event.ts';
import { readSignedRequest } from './signed_request.ts';

/** How a kind of upstream talks to us, and wants to be answered. */
export interface Dialect {
  /** The media type of what it posts. */
  type: string;
  /** It may also come as a GET. */
  byGet?: true;
  /** It also posts requests of deletion, to `/upstream/:id/deletion`. */
  deletion?: true;
  /** Verifies what was sent. Throws UpstreamFailure for whatever is not the upstream's own, fresh and meant for us. */
  read(sender: Sender, sent: Sent): Promise<Notification>;
  /** The status of an answer that says "received". */
  received: 200 | 202;
  /** What stands in a refusal; nothing where the upstream reads none. */
  refusal?(failure: UpstreamFailure): Record<string, string>;
}

const FORM = 'application/x-www-form-urlencoded';

/** RFC 8935 2.4. */
function securityEventError({ reason }: UpstreamFailure): Record<string, string> {
  const codes: Record<string, string> = {
    audience_wrong: 'invalid_audience',
    issuer_wrong: 'invalid_issuer',
    signature_wrong: 'invalid_key',
    key_unknown: 'invalid_key',
    alg_refused: 'invalid_key',
    alg_unlisted: 'invalid_key',
  };
  return { err: codes[reason] ?? 'invalid_request', description: reason };
}

/** Every dialect. */
export const dialects: Record<DialectName, Dialect> = {
  signed_request: { type: FORM, deletion: true, read: readSignedRequest, received: 200 },
  security_event: {
    type: 'application/secevent+jwt',
    read: readSecurityEvent,
    received: 202,
    refusal: securityEventError,
  },
  apple: { type: 'application/json', read: readAppleNotification, received: 200 },
  kakao: { type: FORM, byGet: true, read: readKakaoUnlink, received: 200 },
  logout_token: {
    type: FORM,
    read: readLogoutToken,
    received: 200,
    // Back-Channel Logout 1.0, 2.8.
    refusal: ({ reason }) => ({ error: 'invalid_request', error_description: reason }),
  },
};
