import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { domainOf, maskAddress, parseAddress } from '../../src/kit/addresses.ts';
import { anyText } from '../support/any_text.ts';

describe('parseAddress', () => {
  it('trims, lower-cases for comparing and keeps the spelling of the mailbox for sending', () => {
    expect(parseAddress('  Ada.Lovelace@EXAMPLE.com ')).toEqual({
      canonical: 'ada.lovelace@example.com',
      stored: 'Ada.Lovelace@example.com',
    });
  });

  it('puts an international domain into its ASCII form, composed or not', () => {
    const domain = 'bücher.example';
    expect(parseAddress(`ada@${domain}`)?.canonical).toBe('ada@xn--bcher-kva.example');
    expect(parseAddress(`ada@${domain.normalize('NFD')}`)?.canonical).toBe('ada@xn--bcher-kva.example');
    expect(parseAddress('ada@xn--bcher-kva.example')?.canonical).toBe('ada@xn--bcher-kva.example');
  });

  it.each([
    ['full-width letters', '\uFF56@example.com'],
    ['a full-width at sign', 'ada\uFF20example.com'],
    ['the Kelvin sign', 'admin\u212A@example.com'],
    ['a dotted capital I', 'adm\u0130n@example.com'],
    ['a ligature', 'o\uFB03ce@example.com'],
    ['a sharp s that has two capital letters', 'stra\u00DFe@example.com'],
    ['a zero-width space', 'ada@example.com\u200B'],
    ['a zero-width joiner inside', 'a\u200Dda@example.com'],
    ['a right-to-left override', 'ada\u202E@example.com'],
    ['a full-width domain', 'ada@\uFF45xample.com'],
    ['a NUL', 'ada\0@example.com'],
    ['a line break', 'ada@example.com\nBcc: eve@evil.example'],
    ['two at signs', 'ada@evil.example@example.com'],
    ['a quoted local part', '"ada@evil.example"@example.com'],
    ['two addresses', 'ada@example.com,eve@evil.example'],
    ['a display name', 'Ada <ada@example.com>'],
    ['a comment', 'ada(eve)@example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'ada@'],
    ['an address literal', 'ada@[127.0.0.1]'],
    ['a domain with an empty label', 'ada@example..com'],
    ['a label that starts with a hyphen', 'ada@-example.com'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@example.com`],
    ['255 characters', `a@${'b'.repeat(249)}.com`],
  ])('refuses %s', (_what, text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('gives the same identity again for whatever it returned', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), anyText(), fc.string({ unit: 'grapheme' })), (text) => {
        const parsed = parseAddress(text);
        if (!parsed) return;
        expect(parseAddress(parsed.stored)).toEqual(parsed);
        expect(parseAddress(parsed.canonical)?.canonical).toBe(parsed.canonical);
      }),
    );
  });

  it('takes every spelling in other case and with space around for the same identity (A17)', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.constantFrom(' ', '\t', '\n', ''), (email, space) => {
        const canonical = parseAddress(email)?.canonical;
        expect(parseAddress(`${space}${email.toUpperCase()}${space}`)?.canonical).toBe(canonical);
        expect(parseAddress(email.toLowerCase())?.canonical).toBe(canonical);
      }),
    );
  });

  it('returns nothing that could end a line, a header or a recipient (B15, E2)', () => {
    const pieces = fc.constantFrom(
      'a',
      '@',
      'b.example',
      ',',
      ';',
      '<',
      '>',
      '\r',
      '\n',
      '"',
      ' ',
      '\0',
      '\u2028',
      '\u0085',
      '(',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 12 }), (parts) => {
        const parsed = parseAddress(parts.join(''));
        if (parsed) expect(`${parsed.canonical}${parsed.stored}`).not.toMatch(/[\s\p{C},;<>"()\\]/u);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('maskAddress', () => {
  it('shows the first letter and the domain', () => {
    expect(maskAddress('mia@example.com')).toBe('m•••@example.com');
  });

  it('shows a whole character where it takes two code units', () => {
    expect(maskAddress('\u{1F98A}fox@example.com')).toBe('\u{1F98A}•••@example.com');
  });
});

describe('domainOf', () => {
  it('is the part after the at sign', () => {
    expect(domainOf('mia@example.com')).toBe('example.com');
  });
});
