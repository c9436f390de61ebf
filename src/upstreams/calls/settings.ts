import { z } from 'zod';
import { durationSetting } from '../../kit/durations.ts';

/** The `http:` block of an upstream: when nobody is sent there for a while, and how much is asked of it at once. Each process counts for itself. */
export const lineSettings = z.strictObject({
  failures: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('So many calls that fail one after the other within `window` pause the upstream.'),
  window: durationSetting('30s', 'How long a failed call counts.'),
  pause: durationSetting('30s', 'How long nobody is sent there; then one call finds out whether it works again.'),
  at_once: z.int().min(1).max(1000).default(32).describe('Calls to it at once; more wait for their turn.'),
});

/** The block after parsing; durations in seconds. */
export type LineSettings = z.output<typeof lineSettings>;
