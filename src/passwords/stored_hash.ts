import { readArgon2 } from './argon2_hash.ts';
import { readBcrypt } from './bcrypt_hash.ts';
import type { HashKind, HashFault, ReadHash } from './hash_family.ts';
import { readPbkdf2 } from './pbkdf2_hash.ts';
import { readScrypt } from './scrypt_hash.ts';

const FAMILIES = [readArgon2, readBcrypt, readScrypt, readPbkdf2];
/** No family needs more than a third of this. */
const LONGEST_TEXT = 1024;

/** A stored text as something a password can be compared with, or why it never can be. Pure and cheap; throws nothing. */
export function readHash(text: string): ReadHash {
  if (text.length > LONGEST_TEXT) return { ok: false, reason: 'malformed' };
  for (const read of FAMILIES) {
    const hash = read(text);
    if (hash) return hash;
  }
  return { ok: false, reason: 'unknown_kind' };
}

/**
 * Says whether people could sign in with a hash from elsewhere, and of which kind it is. `too_costly`: to compare it once
 * could take seconds or hundreds of megabytes. Pure and cheap; throws nothing.
 */
export function describeHash(text: string): { ok: true; kind: HashKind } | { ok: false; reason: HashFault } {
  const hash = readHash(text);
  return hash.ok ? { ok: true, kind: hash.kind } : hash;
}
