import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { PasswordSettings } from './password_settings.ts';
import { normalisePassword } from './password_rules.ts';

/** What a stored hash may cost at most: an imported row must not be able to ask for ten gigabytes. */
const MOST = { memoryCost: 262_144, timeCost: 10, parallelism: 8, outputLen: 128 };

/** Argon2id, the library's default, with the parameters of today (RFC 9106). The work is done in the thread pool, off the main thread. */
export function argon2Hasher({ argon2 }: PasswordSettings) {
  const parameters = { memoryCost: argon2.memory_kib, timeCost: argon2.passes, parallelism: 1 };
  return {
    hash: (password: string) => hash(bytesOf(password), parameters),
    verify: (passwordHash: string, password: string) => verify(passwordHash, bytesOf(password)),
    /** Whether a hash was made with other parameters than a new one would be. */
    isDated(passwordHash: string): boolean {
      const made = parseOptions(passwordHash);
      return (
        !passwordHash.startsWith('$argon2id$') ||
        made.memoryCost !== parameters.memoryCost ||
        made.timeCost !== parameters.timeCost ||
        made.parallelism !== parameters.parallelism
      );
    },
  };
}

/** Whether a stored text is an argon2 hash whose cost is bounded; anything else is never given to the library to verify. */
export function isUsable(passwordHash: string): boolean {
  try {
    const made = parseOptions(passwordHash);
    return (Object.keys(MOST) as (keyof typeof MOST)[]).every((cost) => made[cost] <= MOST[cost]);
  } catch {
    return false;
  }
}

/** As bytes, so that a NUL inside is a character like any other. */
function bytesOf(password: string): Buffer {
  return Buffer.from(normalisePassword(password), 'utf8');
}
