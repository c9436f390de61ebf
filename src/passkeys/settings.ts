import { z } from 'zod';

/** `passkeys:` in the config. */
export const passkeySettings = z.strictObject({
  offer: z
    .boolean()
    .default(true)
    .describe('Offers a passkey after a sign-in with a password, to people without one: at most once in 90 days.'),
  /** WebAuthn 6.1.1: a count that goes back may mean that the key was copied. */
  count_went_back: z
    .enum(['refuse', 'flag'])
    .default('refuse')
    .describe(
      'What happens when a passkey counts backwards, as a copy of it would: refuse the sign-in, or let it pass. Its owner gets a mail in both cases.',
    ),
});

/** What is decided about passkeys by the config. */
export type PasskeySettings = z.infer<typeof passkeySettings>;
