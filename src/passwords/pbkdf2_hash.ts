import { pbkdf2Sync } from 'node:crypto';
import { decode, sameKey, takeApart, type HashFamily, type Spelling } from './hash_family.ts';

const DIGESTS = { sha1: 20, sha256: 32, sha512: 64 } as const;
/** Of all blocks of the key together (RFC 8018, 5.2): less than two seconds of one core, with SHA-512 as well. */
const MOST_ITERATIONS = 3_000_000;

const SPELLINGS: readonly Spelling[] = [
  // passlib: $pbkdf2-sha256$29000$..., where no digest is SHA-1. PHC: $pbkdf2-sha256$i=29000,l=32$...
  {
    pattern:
      /^\$pbkdf2(?:-(?<digest>\w+))?\$(?:i=)?(?<iterations>\d{1,10})(?:,l=(?<length>\d{1,3}))?\$(?<salt>[A-Za-z0-9+/.]*)=*\$(?<key>[A-Za-z0-9+/.]+)=*$/,
    salt: decode.base64,
    key: decode.base64,
  },
  // Django: pbkdf2_sha256$1000000$...
  {
    pattern: /^pbkdf2_(?<digest>\w+)\$(?<iterations>\d{1,10})\$(?<salt>[^$]*)\$(?<key>[A-Za-z0-9+/]+)=*$/,
    salt: decode.asWritten,
    key: decode.base64,
  },
  // Werkzeug: pbkdf2:sha256:600000$...
  {
    pattern: /^pbkdf2:(?<digest>\w+):(?<iterations>\d{1,10})\$(?<salt>[^$]*)\$(?<key>(?:[0-9a-f]{2})+)$/,
    salt: decode.asWritten,
    key: decode.hex,
  },
];

/** PBKDF2 with SHA-1, SHA-256 and SHA-512 as PHC strings, passlib, Django and Werkzeug (Flask) write it. */
export const readPbkdf2: HashFamily = (text) => {
  if (!/^\$?pbkdf2[-$_:]/.test(text)) return undefined;
  const parts = takeApart(text, SPELLINGS);
  const digest = parts?.words['digest'] ?? 'sha1';
  if (!parts || !isDigest(digest)) return { ok: false, reason: 'malformed' };
  const { salt, key, numbers } = parts;
  const { iterations = 0, length = key.length } = numbers;
  if (iterations < 1 || length !== key.length) return { ok: false, reason: 'malformed' };
  if (iterations * Math.ceil(length / DIGESTS[digest]) > MOST_ITERATIONS) return { ok: false, reason: 'too_costly' };
  return {
    ok: true,
    kind: `pbkdf2-${digest}`,
    fits: (password) => sameKey(pbkdf2Sync(password, salt, iterations, length, digest), key),
  };
};

function isDigest(word: string): word is keyof typeof DIGESTS {
  return Object.hasOwn(DIGESTS, word);
}
