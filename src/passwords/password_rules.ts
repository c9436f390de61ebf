import { commonPieces, commonRuns } from './common_passwords.ts';
import { pieceFinder, runFinder, type Finder } from './guessable_pieces.ts';

/** Why a password is not taken: a key of the texts, with the values of its sentence. */
export interface PasswordProblem {
  key: `passwords.problems.${'missing' | 'too_short' | 'too_long' | 'too_common' | 'contains_address' | 'contains_brand' | 'breached'}`;
  values?: Record<string, number>;
}

/** Characters (code points after NFC) that a password may have at most. ASVS 5.0 6.2.9 asks for at least 64. */
export const LONGEST = 128;
const MOST_BYTES = 4096;
/** What may be left of a password beside guessable pieces: `!`, `42`, `zq`. */
const LEFT_OVER = 4;

const COMMON: readonly Finder[] = [runFinder(commonRuns.map(fold)), pieceFinder(commonPieces.map(fold))];

/** The one form in which a password is counted, hashed and compared: typed composed or decomposed, it is the same. */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

/** Whether a password is too long to be looked at any further; decided before anything expensive. */
export function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > MOST_BYTES || Array.from(normalisePassword(password)).length > LONGEST;
}

/**
 * Judges a new password. No rule about kinds of characters: only its length, and that it is not among the first things
 * somebody would try (NIST SP 800-63B-4, 3.1.1.2; ASVS 5.0 6.2). Empty when it is fine.
 */
export function problemsOf(
  password: string,
  { minLength, brand, address }: { minLength: number; brand: string; address?: string },
): PasswordProblem[] {
  if (password === '') return [{ key: 'passwords.problems.missing' }];
  if (isTooLong(password)) return [{ key: 'passwords.problems.too_long', values: { max: LONGEST } }];
  const normal = normalisePassword(password);
  if (Array.from(normal).length < minLength)
    return [{ key: 'passwords.problems.too_short', values: { min: minLength } }];
  const folded = joinWords(fold(normal));
  if (isPeriodic(folded, minLength) || isMadeOf(folded, COMMON)) return [{ key: 'passwords.problems.too_common' }];
  if (isMadeOf(folded, [...COMMON, pieceFinder(piecesOfAddress(address))]))
    return [{ key: 'passwords.problems.contains_address' }];
  if (isMadeOf(folded, [...COMMON, pieceFinder(piecesOfBrand(brand))]))
    return [{ key: 'passwords.problems.contains_brand' }];
  return [];
}

/** Case and width make no password harder to guess. */
function fold(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

/** Nor does what stands between two words. */
function joinWords(text: string): string {
  return text.replace(/(?<=\p{L})[\s._-]+(?=\p{L})/gu, '');
}

/** A short password over and over is the short password: `aaaa…`, `abcabc…`, `kettle9kettle9…`. */
function isPeriodic(text: string, minLength: number): boolean {
  const limit = Math.min(minLength - 1, Math.floor(text.length / 2));
  for (let size = 1; size <= limit; size += 1) {
    if (text.slice(size) === text.slice(0, -size)) return true;
  }
  return false;
}

/** Whether next to nothing is left of the text without what the finders know. */
function isMadeOf(text: string, finders: readonly Finder[]): boolean {
  let left = '';
  for (let at = 0; at < text.length;) {
    const found = Math.max(...finders.map((find) => find(text, at)));
    if (found === 0) left += text[at];
    at += found || 1;
  }
  return Array.from(left.replaceAll(/\s/g, '')).length <= LEFT_OVER;
}

function piecesOfAddress(address = ''): string[] {
  const folded = fold(address);
  return longEnough([folded, ...folded.split(/[@.+_-]/)]);
}

function piecesOfBrand(brand: string): string[] {
  const folded = fold(brand);
  return longEnough([folded, folded.replaceAll(/\s+/g, ''), ...folded.split(/\s+/)]);
}

function longEnough(pieces: string[]): string[] {
  return pieces.filter((piece) => piece.length >= 3);
}
