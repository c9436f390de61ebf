import fc from 'fast-check';

/**
 * One character of all that there are, half surrogates left out: as the library's own `binary`, which first lists all of them, for
 * seconds, in each file that uses it.
 */
const character = fc
  .nat(0x10ffff - 0x800)
  .map((index) => String.fromCodePoint(index < 0xd800 ? index : index + 0x800), indexOf);

/** Any text. */
export function anyText(constraints: { maxLength?: number; minLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: character });
}

/** Throws for what is no single character: so the library asks whether a text of its own choice could have come from here. */
function indexOf(value: unknown): number {
  const code = typeof value === 'string' ? value.codePointAt(0) : undefined;
  if (code === undefined || String.fromCodePoint(code) !== value || (code >= 0xd800 && code < 0xe000)) {
    throw new RangeError('not one character');
  }
  return code < 0xd800 ? code : code - 0x800;
}
