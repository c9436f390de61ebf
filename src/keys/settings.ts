import { z } from 'zod';
import { durationSetting, parseDuration } from '../kit/durations.ts';

const DAY = 86_400;
/** Clients may cache our key set for ten minutes, and a clock may step by an hour. */
const LEAST_AHEAD = 3 * 3600;
const MOST_AHEAD = 7 * DAY;
const LEAST_EVERY = 14 * DAY;

/** The `keys:` block. After parsing in seconds; `rotate_every: never` is undefined. */
export const keySettings = z.strictObject({
  rotate_every: z
    .string()
    .default('90d')
    .refine((text) => text === 'never' || (parseDuration(text) ?? 0) >= LEAST_EVERY, 'a duration from 14d on, or never')
    .transform((text) => parseDuration(text))
    .describe(
      'How long a key signs before the next one does, for signing keys and cookie keys alike; never: on command.',
    ),
  publish_ahead: durationSetting('1d', 'How long everybody knows the next key before it signs.').refine(
    (seconds) => seconds >= LEAST_AHEAD && seconds <= MOST_AHEAD,
    'a duration between 3h and 7d',
  ),
});

/** The `keys:` block after parsing. */
export type KeySettings = z.output<typeof keySettings>;

/** When keys change, in seconds. */
export interface KeySchedule {
  /** Undefined: on command only. */
  rotateEvery?: number;
  publishAhead: number;
  /** How long after a key has ceased to sign something that it signed may still be shown to us. */
  needed: { signing: number; cookie: number };
}
