import { describe, expect, it } from '@jest/globals';
import { errorCodes } from '../../src/kit/errors.ts';
import { en } from '../../src/locales/en.ts';
import { translator } from '../../src/locales/index.ts';
import { ko } from '../../src/locales/ko.ts';

const english = translator('en');
const korean = translator('ko');

interface Nested {
  [key: string]: string | Nested;
}

function leaves(nested: Nested, prefix = ''): [string, string][] {
  return Object.entries(nested).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : leaves(value, `${prefix}${key}.`),
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{[\w:]+\}/g)].map(String).toSorted();
const marks = (text: string) => [...text.matchAll(/<\/?\w+>/g)].map(String).toSorted();

describe('translator', () => {
  it('fills in what stands in braces and leaves the rest as it is', () => {
    expect(english('sign_in.login.title', { app: 'Wiki {app} $& <b>' })).toBe('Sign in to Wiki {app} $& <b>');
  });

  it('throws on a key that is not there, also on one that every object has', () => {
    for (const key of ['sign_in.nothing', 'constructor', 'sign_in', '__proto__', '']) {
      // @ts-expect-error the compiler refuses such a key; this is what happens when it comes from elsewhere
      expect(() => english(key)).toThrow(/no text/);
    }
  });

  it('throws when a value is missing, also when its name is one that every object has', () => {
    expect(() => english('sign_in.login.title')).toThrow(/needs a value for 'app'/);
    expect(() => english('sign_in.login.title', { title: 'x' })).toThrow(/'app'/);
  });

  it.each([
    [1, '1 second', '1초'],
    [0, '1 second', '1초'],
    [59.2, '60 seconds', '60초'],
    [60, '1 minute', '1분'],
    [61, '2 minutes', '2분'],
    [5400, '2 hours', '2시간'],
    [172_801, '3 days', '3일'],
  ])('writes out %s seconds, never too few', (wait, inEnglish, inKorean) => {
    expect(english('error_page.retry', { wait })).toContain(` ${inEnglish}.`);
    expect(korean('error_page.retry', { wait })).toContain(inKorean);
  });

  it('writes out minutes that come as text', () => {
    expect(english('mail.expires', { expires_minutes: '10' })).toContain('10 minutes');
  });
});

describe('an instant', () => {
  it('is written as a day', () => {
    const values = { date: '2026-11-21T23:32:08Z' };
    expect(english('passwords.card.changed', values)).toBe('Changed on November 21, 2026');
    expect(korean('passwords.card.changed', values)).toContain('2026년 11월 21일');
  });
});

describe('the texts', () => {
  it('know every error code, and their errors need no value', () => {
    const keys = leaves(en.errors, 'errors.').map(([key]) => key);
    for (const code of Object.keys(errorCodes)) {
      for (const part of ['title', 'what', 'action', 'how']) expect(keys).toContain(`errors.${code}.${part}`);
    }
    for (const [, text] of [...leaves(en.errors), ...leaves(ko.errors)]) expect(placeholders(text)).toEqual([]);
    expect(Object.keys(en.errors).toSorted()).toEqual(Object.keys(errorCodes).toSorted());
  });

  const inKorean = new Map(leaves(ko));
  it.each(leaves(en))('of %s have the same placeholders and marks in both languages', (key, text) => {
    const other = inKorean.get(key) ?? '';
    expect(placeholders(other)).toEqual(placeholders(text));
    expect(marks(other)).toEqual(marks(text));
  });

  it('are polite and never shout, apologise or say "oops"', () => {
    for (const [, text] of [...leaves(en), ...leaves(ko)]) expect(text).not.toMatch(/!|oops|sorry|죄송/i);
    for (const [key, text] of leaves(en)) expect([key, text]).not.toEqual([key, expect.stringMatching(/\bemail\b/i)]);
  });

  it('in Korean end sentences in 해요체 and put no particle right after a placeholder', () => {
    for (const [key, text] of leaves(ko)) {
      expect([key, text]).not.toEqual([
        key,
        expect.stringMatching(/니다[.?]|\}(은|는|이|가|을|를|와|과|으로|로)(?=\s|$|[.,])/),
      ]);
    }
  });
});
