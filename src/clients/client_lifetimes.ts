import { z } from 'zod';
import { parseDuration } from '../kit/durations.ts';

/** RFC 6749 4.1.2 speaks of ten minutes at most; what is redeemed at once needs none of them. */
const LONGEST_CODE = 60;

const duration = (what: string, longest = Infinity) =>
  z
    .string()
    .refine(
      (text) => {
        const seconds = parseDuration(text) ?? 0;
        return seconds > 0 && seconds <= longest;
      },
      longest === Infinity ? 'a duration like 45s, 10m, 12h or 14d' : `a duration of up to ${longest}s`,
    )
    .transform((text) => parseDuration(text) ?? 0)
    .optional()
    .describe(what);

/** The `lifetimes:` of one client, in seconds after parsing; what is absent is as for everybody. */
export const clientLifetimes = z.strictObject({
  authorization_code: duration('Authorization code; up to 60s.', LONGEST_CODE),
  access_token: duration('Access token; of a resource, the shorter of this and its own.'),
  id_token: duration('ID token.'),
  refresh_token_idle: duration('Refresh token that nobody uses.'),
  refresh_token_max: duration('A line of refresh tokens, however often it is used.'),
});

/** The lifetimes that a client says itself. */
export type ClientLifetimes = z.output<typeof clientLifetimes>;
