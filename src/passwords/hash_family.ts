import { timingSafeEqual } from 'node:crypto';

/** What a stored hash was made with. */
export type HashKind =
  | 'argon2id'
  | 'argon2i'
  | 'argon2d'
  | 'bcrypt'
  | 'scrypt'
  | 'pbkdf2-sha1'
  | 'pbkdf2-sha256'
  | 'pbkdf2-sha512';

/** Why a stored text is no hash that a password is ever compared with. */
export type HashFault = 'unknown_kind' | 'malformed' | 'too_costly';

/** A hash whose cost is bounded. `fits` computes here and now, for up to two seconds, and compares in constant time. */
interface UsableHash {
  ok: true;
  kind: HashKind;
  fits(password: Buffer): boolean;
}

/** A stored text, read. */
export type ReadHash = UsableHash | { ok: false; reason: HashFault };

/** Reads the spellings of one family; undefined for a text of another. */
export type HashFamily = (text: string) => ReadHash | undefined;

/** One way to write down a salt and a derived key: the pattern has the groups `salt` and `key`, and the costs of its family. */
export interface Spelling {
  pattern: RegExp;
  salt: (text: string) => Buffer | undefined;
  key: (text: string) => Buffer | undefined;
}

/** A text taken apart: its numbers by name, its bytes decoded. */
interface Parts {
  numbers: Record<string, number>;
  words: Record<string, string>;
  salt: Buffer;
  key: Buffer;
}

/** A shorter key could be hit by guessing; a longer one only costs time. Other sizes than whole words were cut off on their way. */
const KEY_BYTES = { least: 16, most: 128, word: 4 };

/** The first spelling that fits, or undefined when none does or its bytes cannot be whole. */
export function takeApart(text: string, spellings: readonly Spelling[]): Parts | undefined {
  for (const { pattern, salt, key } of spellings) {
    const groups = pattern.exec(text)?.groups;
    if (!groups) continue;
    const words = Object.fromEntries(Object.entries(groups).filter(([, word]) => word !== undefined));
    const numbers = Object.fromEntries(Object.entries(words).map(([name, word]) => [name, Number(word)]));
    const bytes = { salt: salt(words['salt'] ?? ''), key: key(words['key'] ?? '') };
    if (!bytes.salt || !bytes.key || !isWhole(bytes.key)) return undefined;
    return { numbers, words, salt: bytes.salt, key: bytes.key };
  }
  return undefined;
}

function isWhole({ length }: Buffer): boolean {
  return length >= KEY_BYTES.least && length <= KEY_BYTES.most && length % KEY_BYTES.word === 0;
}

/** How the tools write bytes. passlib has a Base64 of its own, with a dot for the plus; PHC strings leave the padding out. */
export const decode = {
  base64(text: string): Buffer | undefined {
    const standard = text.replaceAll('.', '+');
    const bytes = Buffer.from(standard, 'base64');
    // Decoding skips what is not base64; only a text that comes back as it was is whole.
    return bytes.toString('base64').replace(/=+$/, '') === standard ? bytes : undefined;
  },
  hex: (text: string) => Buffer.from(text, 'hex'),
  /** Django and Werkzeug take the characters of the salt as they stand there. */
  asWritten: (text: string) => Buffer.from(text, 'utf8'),
};

/** Compares two keys of the same length in constant time. */
export function sameKey(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
