import { commonPasswords, commonPieces, keyboardRows } from './common_passwords.ts';

/** Why a password is not taken: a key of the texts, with the values of its sentence. */
export interface PasswordProblem {
  key: `passwords.problems.${'missing' | 'too_short' | 'too_long' | 'too_common' | 'contains_address' | 'contains_brand'}`;
  values?: Record<string, number>;
}

/** Characters (code points after NFC) that a password may have at most. ASVS 5.0 6.2.9 asks for at least 64. */
export const LONGEST = 128;
const MOST_BYTES = 4096;
/** What may be left of a password beside guessable pieces: `!`, `123`, a year. */
const LEFT_OVER = 4;
const SHORTEST_PIECE = 4;

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
  const folded = fold(normal);
  if (isPeriodic(folded) || commonPasswords.has(folded) || isMadeOf(folded, commonPieces)) {
    return [{ key: 'passwords.problems.too_common' }];
  }
  if (isMadeOf(folded, [...commonPieces, ...piecesOfAddress(address)]))
    return [{ key: 'passwords.problems.contains_address' }];
  if (isMadeOf(folded, [...commonPieces, ...piecesOfBrand(brand)]))
    return [{ key: 'passwords.problems.contains_brand' }];
  return [];
}

/** Case and width make no password harder to guess. */
function fold(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

/** One piece of up to eight characters over and over: `aaaa…`, `abcabc…`, `12341234…`. */
function isPeriodic(text: string): boolean {
  const limit = Math.min(8, Math.floor(text.length / 2));
  for (let size = 1; size <= limit; size += 1) {
    if (text.slice(size) === text.slice(0, -size)) return true;
  }
  return false;
}

/** Whether next to nothing is left of the text without these pieces and runs along the keyboard, the alphabet or the digits. */
function isMadeOf(text: string, pieces: readonly string[]): boolean {
  let rest = text;
  for (const piece of pieces.toSorted((left, right) => right.length - left.length)) rest = rest.replaceAll(piece, '\n');
  return Array.from(withoutRuns(rest)).filter((character) => /\S/.test(character)).length <= LEFT_OVER;
}

function withoutRuns(text: string): string {
  let kept = '';
  for (let at = 0; at < text.length;) {
    const run = longestRun(text, at);
    if (run < SHORTEST_PIECE) kept += text[at];
    at += run < SHORTEST_PIECE ? 1 : run;
  }
  return kept;
}

function longestRun(text: string, at: number): number {
  let longest = 1;
  for (const row of keyboardRows) {
    const start = row.indexOf(text.charAt(at));
    if (start < 0) continue;
    let length = 1;
    while (at + length < text.length && row.charAt(start + length) === text.charAt(at + length)) length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
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
