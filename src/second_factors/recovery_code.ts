import { crockford } from '../kit/random.ts';

/** 80 bits: with a count of tries nobody guesses one, and with a keyed hash not from a dump either (ASVS 5.0 6.5.3). */
const LENGTH = 16;
const CODE = /^[0-9A-HJKMNP-TV-Z]{16}$/;

/** A recovery code in groups of four, like `7F3K-92QD-MX4T-B0RW`. */
export function newRecoveryCode(): string {
  return crockford(LENGTH).replace(/(?<=.)(?=(.{4})+$)/g, '-');
}

/**
 * The code as it is hashed, from how somebody typed it: in any case, with or without hyphens and spaces, in full width, with
 * letters that look like digits. Undefined when it is none.
 */
export function readRecoveryCode(typed: string): string | undefined {
  if (typed.length > 100) return undefined;
  const characters = typed
    .normalize('NFKC')
    .replace(/[\s\p{Pd}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return CODE.test(characters) ? characters : undefined;
}
