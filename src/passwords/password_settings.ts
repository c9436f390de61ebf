import { z } from 'zod';

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
});

/** What a password must be, and what a guess must cost. */
export type PasswordSettings = z.infer<typeof passwordSettings>;
