import { randomUUID } from 'node:crypto';
import { epochSeconds } from '../../../src/kit/clock.ts';
import { hmac } from '../../../src/kit/random.ts';
import type { FakeUpstream } from './fake_upstream.ts';

/** What an upstream posts to tell of something, ready for `fetch`. */
export interface Notification {
  method: 'POST' | 'GET';
  headers: Record<string, string>;
  body: string;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/**
 * Facebook: an app was removed (deauthorise), or somebody wants their data deleted; both say it the same way, at two URLs.
 * https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
 */
export function facebookSignedRequest(
  { clients }: Pick<FakeUpstream, 'clients'>,
  userId: string,
  changes: Record<string, unknown> = {},
): Notification {
  const now = epochSeconds();
  const payload = { algorithm: 'HMAC-SHA256', issued_at: now, expires: now + 3600, user_id: userId, ...changes };
  const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
  const body = new URLSearchParams({ signed_request: `${hmac(clients.facebook.secret, encoded)}.${encoded}` });
  return { method: 'POST', headers: FORM, body: body.toString() };
}

const RISC = 'https://schemas.openid.net/secevent/risc/event-type';
const OAUTH = 'https://schemas.openid.net/secevent/oauth/event-type';
/** Every event of Google's Cross-Account Protection, by its short name. */
const googleEvents = {
  'sessions-revoked': `${RISC}/sessions-revoked`,
  'tokens-revoked': `${OAUTH}/tokens-revoked`,
  'account-disabled': `${RISC}/account-disabled`,
  'account-enabled': `${RISC}/account-enabled`,
  'account-credential-change-required': `${RISC}/account-credential-change-required`,
  verification: `${RISC}/verification`,
};

/** Google: a security event token. https://developers.google.com/identity/protocols/risc, RFC 8417, RFC 8935. */
export async function googleRisc(
  { clients, keys }: Pick<FakeUpstream, 'clients' | 'keys'>,
  event: keyof typeof googleEvents,
  sub: string,
  changes: Record<string, unknown> = {},
): Promise<Notification> {
  const iss = 'https://accounts.google.com/';
  const said =
    event === 'verification'
      ? { state: 'a state that we chose' }
      : {
          subject: { subject_type: 'iss-sub', iss, sub },
          ...(event === 'account-disabled' ? { reason: 'hijacking' } : {}),
        };
  const events = { [googleEvents[event]]: said };
  // A security event has no end: RFC 8417 2.2.
  const claims = { iss, aud: clients.google.id, iat: epochSeconds(), jti: randomUUID(), events, ...changes };
  return {
    method: 'POST',
    headers: { 'content-type': 'application/secevent+jwt', accept: 'application/json' },
    body: await keys.sign(claims),
  };
}

/** What Apple tells of; both spellings of the last one occur. */
export type AppleEvent = 'email-enabled' | 'email-disabled' | 'consent-revoked' | 'account-delete' | 'account-deleted';

/**
 * Apple: a server-to-server notification, whose `events` is JSON inside a text.
 * https://developer.apple.com/documentation/signinwithapple/processing-changes-for-sign-in-with-apple-accounts
 */
export async function appleNotification(
  { clients, keys }: Pick<FakeUpstream, 'clients' | 'keys'>,
  type: AppleEvent,
  sub: string,
  changes: Record<string, unknown> = {},
): Promise<Notification> {
  const relay = type.startsWith('email') ? { email: 'q7x2@private.icloud.com', is_private_email: 'true' } : {};
  const iat = epochSeconds();
  const events = JSON.stringify({ type, sub, event_time: iat * 1000, ...relay });
  const claims = {
    iss: 'https://appleid.apple.com',
    aud: clients.apple.id,
    iat,
    jti: randomUUID(),
    events,
    ...changes,
  };
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ payload: await keys.sign(claims) }),
  };
}

/** Why Kakao ended a connection. */
export type KakaoReferrer =
  | 'UNLINK_FROM_APPS'
  | 'ACCOUNT_DELETE'
  | 'FORCED_ACCOUNT_DELETE'
  | 'UNLINK_FROM_ADMIN'
  | 'INCOMPLETE_SIGN_UP';

/** Kakao: a connection was ended. It waits three seconds for a 200. https://developers.kakao.com/docs/latest/en/kakaologin/callback */
export function kakaoUnlink(
  adminKey: string,
  userId: string,
  referrer: KakaoReferrer = 'UNLINK_FROM_APPS',
  changes: Record<string, string> = {},
): Notification {
  const body = new URLSearchParams({ app_id: '123456', user_id: userId, referrer_type: referrer, ...changes });
  return { method: 'POST', headers: { ...FORM, authorization: `KakaoAK ${adminKey}` }, body: body.toString() };
}

/** Posts a notification as the upstream would: no cookie, no redirect followed. GET carries the fields in the query. */
export async function sendNotification(url: string, { method, headers, body }: Notification): Promise<Response> {
  if (method === 'POST') return fetch(url, { method, headers, body, redirect: 'manual' });
  return fetch(`${url}?${body}`, { headers, redirect: 'manual' });
}

/** An OpenID provider: somebody signed out there, everywhere (`sub`) or in one session (`sid`). Back-Channel Logout 1.0, 2.4 and 2.5. */
export async function logoutToken(
  { clients, keys, issuer }: Pick<FakeUpstream, 'clients' | 'keys' | 'issuer'>,
  about: { sub?: string; sid?: string },
  changes: Record<string, unknown> = {},
): Promise<Notification> {
  const iat = epochSeconds();
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const claims = { iss: issuer, aud: clients.partner.id, iat, exp: iat + 120, jti: randomUUID(), events, ...about };
  const token = await keys.sign({ ...claims, ...changes });
  return { method: 'POST', headers: FORM, body: new URLSearchParams({ logout_token: token }).toString() };
}
