import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { describeHash } from '../../src/passwords/index.ts';
import { readHash } from '../../src/passwords/stored_hash.ts';
import { FOREIGN_PASSWORD, foreignHashes } from './foreign_hashes.ts';

const KEY = 'ftZ5hN2Nflbs8Wj7hxpwsoaeKFG4FBmrE/+krMY+FT8';
const HEX = 'ab'.repeat(32);

function fits(stored: string, password: string): boolean {
  const hash = readHash(stored);
  return hash.ok && hash.fits(Buffer.from(password));
}

describe('hashes from elsewhere', () => {
  it.each(foreignHashes)('of %s are %s and know their password from any other', (_tool, kind, stored) => {
    expect(describeHash(stored)).toEqual({ ok: true, kind });
    expect(fits(stored, FOREIGN_PASSWORD)).toBe(true);
    for (const wrong of [
      FOREIGN_PASSWORD.slice(0, -1),
      `${FOREIGN_PASSWORD} `,
      FOREIGN_PASSWORD.normalize('NFD'),
      '',
    ]) {
      expect(fits(stored, wrong)).toBe(false);
    }
  });

  it.each([
    ['argon2: memory', `$argon2id$v=19$m=10485760,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$${KEY}`],
    ['argon2: passes', `$argon2id$v=19$m=1024,t=1000000,p=1$c29tZXNhbHRzb21lc2FsdA$${KEY}`],
    ['argon2: lanes', `$argon2id$v=19$m=1024,t=2,p=100$c29tZXNhbHRzb21lc2FsdA$${KEY}`],
    ['bcrypt: two to the 31', `$2b$31$${'a'.repeat(53)}`],
    ['bcrypt in Django', `bcrypt_sha256$$2b$16$${'a'.repeat(53)}`],
    ['scrypt: memory', `$scrypt$ln=30,r=8,p=1$c2FsdA$${KEY}`],
    ['scrypt: blocks', `$scrypt$ln=10,r=9999,p=1$c2FsdA$${KEY}`],
    ['scrypt: lanes', `scrypt:32768:8:9999$salt$${HEX}`],
    ['scrypt in Django', `scrypt$1048576$salt$8$1$${KEY}`],
    ['PBKDF2: iterations', `$pbkdf2-sha256$4294967296$c2FsdA$${KEY}`],
    ['PBKDF2: iterations of every block', `pbkdf2:sha1:2000000$salt$${HEX}`],
    ['PBKDF2 in Django', `pbkdf2_sha256$999999999$salt$${KEY}`],
  ])('that ask for too much are not usable (%s)', (_what, stored) => {
    expect(describeHash(stored)).toEqual({ ok: false, reason: 'too_costly' });
  });

  it.each([
    ['an argon2 without memory', `$argon2id$v=19$m=0,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$${KEY}`],
    ['an argon2 with a guessable output', '$argon2id$v=19$m=1024,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$c2hvcnQ'],
    ['half a bcrypt', '$2b$10$abcdefghijklmnopqrstuv'],
    ['a bcrypt of no cost', `$2b$03$${'a'.repeat(53)}`],
    ['a scrypt whose N is no power of two', `scrypt:1000:8:1$salt$${HEX}`],
    ['a scrypt that RFC 7914 does not define', `$scrypt$ln=16,r=1,p=1$c2FsdA$${KEY}`],
    ['a scrypt without lanes', `$scrypt$ln=10,r=8,p=0$c2FsdA$${KEY}`],
    ['a key of nothing, which everything would fit', '$pbkdf2-sha256$i=1000,l=0$c2FsdA$'],
    ['a key that could be guessed', '$pbkdf2-sha256$1000$c2FsdA$c2hvcnQ'],
    ['a key that was cut off', `pbkdf2:sha256:1000$salt$${HEX.slice(2)}`],
    ['a key of another length than it says', `$pbkdf2-sha256$i=1000,l=64$c2FsdA$${KEY}`],
    ['no iterations', `$pbkdf2-sha256$0$c2FsdA$${KEY}`],
    ['a digest that nobody should use', `pbkdf2:md5:1000$salt$${HEX}`],
    ['a digest that is a property of every object', `pbkdf2:toString:1000$salt$${HEX}`],
    ['a text without end', `$pbkdf2-sha256$1000$${'A'.repeat(100_000)}$${KEY}`],
  ])('that were never right are malformed (%s)', (_what, stored) => {
    expect(describeHash(stored)).toEqual({ ok: false, reason: 'malformed' });
  });

  it.each([
    '',
    'unkempt walnut harbour',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '$1$salt$hash',
    '{SSHA}abcd',
    `$2x$10$${'a'.repeat(53)}`,
    'md5$salt$hash',
    '*',
    '!',
  ])('of an unknown kind are said to be so (%p)', (stored) => {
    expect(describeHash(stored)).toEqual({ ok: false, reason: 'unknown_kind' });
  });

  const changed = fc
    .record({
      of: fc.constantFrom(...foreignHashes),
      at: fc.nat(),
      drop: fc.nat({ max: 3 }),
      put: fc.string({ maxLength: 3 }),
    })
    .map(({ of: [, , hash], at, drop, put }) => {
      const place = at % hash.length;
      return hash.slice(0, place) + put + hash.slice(place + drop);
    });

  it('that were damaged anywhere let no other password in, and throw nothing (E20)', () => {
    const damaged = fc.property(changed, (text) => expect(fits(text, 'kettle')).toBe(false));
    fc.assert(damaged, { numRuns: 300 });
  });

  it('are read without a crash and at once, whatever they are (E20)', () => {
    const parts = fc.constantFrom(
      '$',
      ':',
      'argon2id',
      'scrypt',
      'pbkdf2',
      '2b',
      '-sha256',
      'ln=',
      'i=',
      ',',
      '999999',
      KEY,
      HEX,
      '=',
    );
    const made = fc
      .array(fc.oneof(parts, fc.string({ maxLength: 8 })), { maxLength: 30 })
      .map((words) => words.join(''));
    fc.assert(
      fc.property(made, (text) => {
        const described = describeHash(text);
        expect(typeof (described.ok ? described.kind : described.reason)).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });
});
