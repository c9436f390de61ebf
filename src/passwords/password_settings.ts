import { z } from 'zod';
import { durationSetting } from '../kit/durations.ts';
import { isLoopbackHost } from '../outbound/index.ts';

/** `passwords:` in the config. NIST SP 800-63B-4, 3.1.1.2: 15 characters where the password is the only factor. */
export const passwordSettings = z.strictObject({
  min_length: z.int().min(8).max(64).default(15),
  /** Argon2id; a stored hash with other parameters is made anew at the next right password. */
  argon2: z
    .strictObject({
      memory_kib: z.int().min(19_456).max(262_144).default(19_456),
      passes: z.int().min(2).max(10).default(2),
    })
    .prefault({}),
  /** Asks whether a new password is known from breaches. Absent: nobody is asked. */
  breach_check: z
    .strictObject({
      url: z
        .string()
        .refine(isRange, 'an https URL that ends with a slash; http on loopback only')
        .default('https://api.pwnedpasswords.com/range/')
        .describe('A range API: the first five characters of the SHA-1 of the password are put behind it.'),
      timeout: durationSetting('1s', 'How long a person waits for it at most.'),
    })
    .optional()
    .describe('Asks a range API whether a new password is known from breaches. When it fails, nobody is kept out.'),
});

function isRange(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !text.endsWith('/') || url.search !== '' || url.hash !== '' || url.username !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

/** What a password must be, and what a guess must cost. */
export type PasswordSettings = z.infer<typeof passwordSettings>;
