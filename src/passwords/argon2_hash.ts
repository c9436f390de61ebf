import { hashSync, parseOptions, verifySync } from '@node-rs/argon2';
import type { HashFamily, HashKind } from './hash_family.ts';
import { randomBytes } from 'node:crypto';
import type { PasswordSettings } from './password_settings.ts';

/** What a stored hash may cost at most; it is also the most that our own settings can ask for. */
const MOST = { memoryCost: 262_144, timeCost: 10, parallelism: 8, outputLen: 128 };
/** A shorter output could be hit by guessing. */
const LEAST_OUTPUT = 16;

/** Of our own hashes, in bytes: what the library makes. */
const OWN = { salt: 16, output: 32 };

/** What a new hash costs. */
export type Argon2Costs = PasswordSettings['argon2'];

/** Makes hashes with the parameters of today. Argon2id is the library's default (RFC 9106). */
export function argon2Maker({ memory_kib, passes }: Argon2Costs) {
  const today = `$argon2id$v=19$m=${memory_kib},t=${passes},p=1$`;
  return {
    /** Computes here and now. */
    make: (password: Buffer) => hashSync(password, { memoryCost: memory_kib, timeCost: passes, parallelism: 1 }),
    /** What looks like a hash and is compared like one: it was made of nothing, and no password fits it. */
    decoy: () => today + [OWN.salt, OWN.output].map((bytes) => unpadded(randomBytes(bytes))).join('$'),
    /** Whether a hash is of another kind, or was made with other parameters than a new one would be. */
    isDated: (text: string) => !text.startsWith(today),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
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
  return { ok: true, kind: kind as HashKind, fits: (password) => verifySync(phc, password) };
};

function optionsOf(phc: string): ReturnType<typeof parseOptions> | undefined {
  try {
    return parseOptions(phc);
  } catch {
    return undefined;
  }
}
