import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { HashFamily, HashKind } from './hash_family.ts';
import type { PasswordSettings } from './password_settings.ts';

/** What a stored hash may cost at most; it is also the most that our own settings can ask for. */
const MOST = { memoryCost: 262_144, timeCost: 10, parallelism: 8, outputLen: 128 };
/** A shorter output could be hit by guessing. */
const LEAST_OUTPUT = 16;

/** Makes hashes with the parameters of today. Argon2id is the library's default (RFC 9106); it works in the thread pool, off the main thread. */
export function argon2Maker({ argon2 }: PasswordSettings) {
  const { memory_kib, passes } = argon2;
  const today = `$argon2id$v=19$m=${memory_kib},t=${passes},p=1$`;
  return {
    make: (password: Buffer) => hash(password, { memoryCost: memory_kib, timeCost: passes, parallelism: 1 }),
    /** Whether a hash is of another kind, or was made with other parameters than a new one would be. */
    isDated: (text: string) => !text.startsWith(today),
  };
}

/** PHC strings of all three variants, of both versions; Django writes `argon2` in front. */
export const readArgon2: HashFamily = (text) => {
  const [, phc, kind] = /^(?:argon2)?(\$(argon2(?:id|i|d))\$.*)$/s.exec(text) ?? [];
  if (phc === undefined || kind === undefined) return undefined;
  const made = optionsOf(phc);
  if (!made || made.outputLen < LEAST_OUTPUT) return { ok: false, reason: 'malformed' };
  if ((Object.keys(MOST) as (keyof typeof MOST)[]).some((cost) => made[cost] > MOST[cost])) {
    return { ok: false, reason: 'too_costly' };
  }
  // The pattern lets no other word through.
  return { ok: true, kind: kind as HashKind, fits: (password) => verify(phc, password) };
};

function optionsOf(phc: string): ReturnType<typeof parseOptions> | undefined {
  try {
    return parseOptions(phc);
  } catch {
    return undefined;
  }
}
