import { createHash } from 'node:crypto';
import { verifySync } from '@node-rs/bcrypt';
import type { HashFamily } from './hash_family.ts';

/** Two seconds of one core; each further step doubles that. */
const COSTS = { least: 4, most: 15 };
const FORM = /^(?<wrap>bcrypt\$|bcrypt_sha256\$)?(?<hash>\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z0-9]{53})$/;

/**
 * bcrypt as it is, and as Django wraps it: `bcrypt$` as it is, `bcrypt_sha256$` over the SHA-256 of the password in hex. It
 * looks at no more than the first 72 bytes, like the system the hash comes from: whoever could sign in there, can here. `$2x$`
 * stands for a known miscalculation and is not read.
 */
export const readBcrypt: HashFamily = (text) => {
  if (!/^(?:bcrypt(?:_sha256)?\$)?\$2[aby]?\$/.test(text)) return undefined;
  const { wrap, hash, cost } = FORM.exec(text)?.groups ?? {};
  if (hash === undefined || Number(cost) < COSTS.least) return { ok: false, reason: 'malformed' };
  if (Number(cost) > COSTS.most) return { ok: false, reason: 'too_costly' };
  const given = wrap === 'bcrypt_sha256$' ? sha256InHex : (password: Buffer) => password;
  return { ok: true, kind: 'bcrypt', fits: (password) => verifySync(given(password), hash) };
};

function sha256InHex(password: Buffer): Buffer {
  return Buffer.from(createHash('sha256').update(password).digest('hex'));
}
