import { describe, expect, it } from '@jest/globals';
import {
  accountId,
  equalInConstantTime,
  hmac,
  mailedCode,
  reference,
  secretToken,
  sha256,
} from '../../src/kit/random.ts';

const many = <Value>(make: () => Value): Value[] => Array.from({ length: 2000 }, make);

describe('random values', () => {
  it('never repeat', () => {
    for (const make of [secretToken, accountId, reference]) expect(new Set(many(make)).size).toBe(2000);
  });

  it('have the shape that the design says', () => {
    expect(many(secretToken).every((token) => /^[\w-]{43}$/.test(token))).toBe(true);
    expect(many(accountId).every((id) => /^[\w-]{22}$/.test(id))).toBe(true);
    expect(many(reference).every((text) => /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/.test(text))).toBe(true);
    expect(many(mailedCode).every((code) => /^\d{8}$/.test(code))).toBe(true);
  });

  it('use every digit of a mailed code at its first place, zero too', () => {
    expect(new Set(many(mailedCode).map((code) => code[0])).size).toBe(10);
  });
});

describe('hashes', () => {
  it('are SHA-256 and HMAC-SHA-256 as base64url', () => {
    expect(sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
    // RFC 4231, test case 2.
    expect(Buffer.from(hmac('Jefe', 'what do ya want for nothing?'), 'base64url').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('are compared whole, also when the lengths differ', () => {
    expect(equalInConstantTime('same', 'same')).toBe(true);
    expect(equalInConstantTime('same', 'sane')).toBe(false);
    expect(equalInConstantTime('same', 'same ')).toBe(false);
    expect(equalInConstantTime('', '')).toBe(true);
  });
});
