import { scryptSync } from 'node:crypto';
import { decode, sameKey, takeApart, type HashFamily, type Spelling } from './hash_family.ts';

// 128 * N * r bytes of memory, and N * r * p steps: the most takes about a second of one core.
const MOST = { bytes: 256 * 1024 * 1024, steps: 2 ** 21 };

const SPELLINGS: readonly Spelling[] = [
  // PHC, passlib
  {
    pattern:
      /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,4}),p=(?<p>\d{1,4})\$(?<salt>[A-Za-z0-9+/.]*)=*\$(?<key>[A-Za-z0-9+/.]+)=*$/,
    salt: decode.base64,
    key: decode.base64,
  },
  // Werkzeug
  {
    pattern: /^scrypt:(?<n>\d{1,9}):(?<r>\d{1,4}):(?<p>\d{1,4})\$(?<salt>[^$]*)\$(?<key>(?:[0-9a-f]{2})+)$/,
    salt: decode.asWritten,
    key: decode.hex,
  },
  // Django
  {
    pattern: /^scrypt\$(?<n>\d{1,9})\$(?<salt>[^$]*)\$(?<r>\d{1,4})\$(?<p>\d{1,4})\$(?<key>[A-Za-z0-9+/]+)=*$/,
    salt: decode.asWritten,
    key: decode.base64,
  },
];

/** scrypt as PHC strings, Werkzeug (Flask) and Django write it. */
export const readScrypt: HashFamily = (text) => {
  if (!/^\$?scrypt[$:]/.test(text)) return undefined;
  const parts = takeApart(text, SPELLINGS);
  if (!parts) return { ok: false, reason: 'malformed' };
  const { ln, n = 2 ** (ln ?? 0), r = 0, p = 0 } = parts.numbers;
  if (!isDefined(n, r, p)) return { ok: false, reason: 'malformed' };
  if (128 * n * r > MOST.bytes || n * r * p > MOST.steps) return { ok: false, reason: 'too_costly' };
  const { salt, key } = parts;
  // Twice what is needed: Node counts its own working memory, too.
  const options = { N: n, r, p, maxmem: 2 * 128 * r * (n + p) };
  return {
    ok: true,
    kind: 'scrypt',
    fits: (password) => sameKey(scryptSync(password, salt, key.length, options), key),
  };
};

/** RFC 7914, 2: N is a power of two between 1 and 2^(128 * r / 8). */
function isDefined(n: number, r: number, p: number): boolean {
  const exponent = Math.log2(n);
  return Number.isInteger(exponent) && exponent > 0 && exponent < 16 * r && p > 0;
}
