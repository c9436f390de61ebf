import { z } from 'zod';
import { durationSetting as duration, parseDuration } from '../kit/durations.ts';
import { isLoopbackHost } from '../outbound/index.ts';

/** The `lifetimes:` block, also of rooms below this one. After parsing every value is in seconds. */
export const lifetimeSettings = z.strictObject({
  authorization_code: duration('60s', 'Authorization code.'),
  interaction: duration('1h', 'One page of a visit.'),
  upstream_transaction: duration('10m', 'A trip to an upstream and back.'),
  session_idle: duration('14d', 'Session that nobody uses, with "keep me signed in".'),
  session_max: duration('30d', 'Any session, however much it is used.'),
  session_short: duration('12h', 'Session without "keep me signed in".'),
  access_token: duration('1h', 'Opaque access token.'),
  access_token_jwt: duration('10m', 'JWT access token for a resource; each resource may say its own.'),
  id_token: duration('1h', 'ID token.'),
  refresh_token_idle: duration('30d', 'Refresh token that nobody uses.'),
  refresh_token_max: duration('365d', 'A line of refresh tokens, however often it is used.'),
  grant: duration('365d', 'What a person allowed an app; each use begins it anew.'),
  device_code: duration('10m', 'Device code.'),
  mailed_code: duration('10m', 'Code in a mail.'),
  mailed_link: duration('30m', 'Link in a mail.'),
  undo_link: duration('7d', 'Link that takes a change back.'),
  invitation: duration('7d', 'Invitation to sign up; `accounts invite --expires` says its own.'),
  deletion_grace: z
    .string()
    .default('14d')
    .refine(
      (text) => (parseDuration(text) ?? Infinity) <= 30 * 86_400,
      'a duration of up to 30 days; 0d deletes at once',
    )
    .transform((text) => parseDuration(text) ?? 0)
    .describe('How long somebody can take back that they deleted their account; 0d deletes it at once.'),
  trusted_device: z
    .string()
    .default('30d')
    .refine((text) => (parseDuration(text) ?? Infinity) <= 90 * 86_400, 'a duration of up to 90 days; 0d trusts none')
    .transform((text) => parseDuration(text) ?? 0)
    .describe('How long a browser need not prove a second factor again, where its person wished so; 0d trusts none.'),
  restart: duration('24h', 'How long an expired visit can be begun again with one click.'),
  remembered_account: duration('90d', 'Account in the chooser of a browser.'),
  events: duration('400d', 'What happened, for explain and the activity of an account.'),
});

/** Lifetimes in seconds. */
export type LifetimeSettings = z.output<typeof lifetimeSettings>;

/** RFC 6749 3.3: no space, quote or backslash. */
const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope like "read": visible ASCII without quotes or spaces');

/** One entry of `resources:`: an API that gets JWT access tokens (RFC 8707, RFC 9068). */
export const resourceSettings = z.strictObject({
  id: z
    .string()
    .refine(isResourceIndicator, 'an https URI without a fragment; http on loopback only')
    .describe('The resource indicator, and the audience of its access tokens.'),
  scopes: z.array(scope).min(1).describe('What apps may ask for there.'),
  access_token_ttl: duration('10m', 'Lifetime of its access tokens.').optional(),
  signing_alg: z
    .enum(['RS256', 'ES256'])
    .default('RS256')
    .describe('How its access tokens are signed. Every API must know RS256 (RFC 9068 4); ES256 is shorter.'),
});

/** One resource after parsing. */
export type ResourceSettings = z.output<typeof resourceSettings>;

function isResourceIndicator(text: string): boolean {
  const url = URL.parse(text);
  if (!url || text.includes('#') || url.username !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}
