import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/** What Koa and the protocol engine sign cookies with: the shape of Keygrip, whose signatures these are. */
interface CookieSigner {
  sign(data: string): string;
  /**
   * 0 when one of our keys made the signature, -1 when none did. Not which one: whoever reads the cookie would sign it anew, as a
   * cookie that ends with the browser, and somebody who stays signed in would not.
   */
  index(data: string, signature: string): number;
  verify(data: string, signature: string): boolean;
}

/**
 * Signs with the first key and accepts all; `keys` is asked each time, so that they can rotate. Keygrip does the same with
 * two random keys and two more HMACs for each comparison: sixteen times the cost, several times in each request.
 */
export function createCookieSigner(keys: () => readonly string[]): CookieSigner {
  const known = new Map<string, KeyObject>();
  const keyOf = (secret: string): KeyObject => {
    const key = known.get(secret) ?? createSecretKey(secret, 'utf8');
    known.set(secret, key);
    return key;
  };
  const signed = (data: string, secret: string) => createHmac('sha1', keyOf(secret)).update(data).digest('base64url');
  const verify = (data: string, signature: string): boolean =>
    keys().some((secret) => isSame(signed(data, secret), signature));
  return {
    sign(data) {
      const [first] = keys();
      if (first === undefined) throw new TypeError('a cookie key is needed');
      return signed(data, first);
    },
    index: (data, signature) => (verify(data, signature) ? 0 : -1),
    verify,
  };
}

function isSame(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
