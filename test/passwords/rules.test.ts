import { describe, expect, it } from '@jest/globals';
import { translator, type TextKey } from '../../src/locales/index.ts';
import { problemsOf } from '../../src/passwords/password_rules.ts';

const person = { minLength: 15, brand: 'Acme Stores', address: 'grace.hopper@navy.example' };
const keys = (password: string) =>
  problemsOf(password, person).map(({ key }) => key.replace('passwords.problems.', ''));

describe('the rules of a new password (E15, E17)', () => {
  it.each([
    ['words that belong together for one person only', 'my first boat sank in lisbon'],
    ['random letters', 'xkqzvbnwpeutogr'],
    ['random signs', '!)?;(%&/=+*{]>~'],
    ['random digits', '483920175839206'],
    ['emoji', '🦊🌲🚲🧀🎹🪁🧭🪵🎺🧊🥝🪴🛶🧄🪨'],
    ['Hangul', '우리집고양이는아침마다운다네요'],
    ['128 characters', `${'correct horse '.repeat(9)}zq`],
    ['one letter seventy-two times and another', `${'a'.repeat(72)}b`],
    ['a NUL inside', 'before\0and-after-it'],
    ['one class of characters only', 'unkempt walnut harbour'],
  ])('take %s', (_what, password) => {
    expect(keys(password)).toEqual([]);
  });

  it.each([
    ['', 'missing'],
    ['14 characters!!', undefined],
    ['fourteen chars', 'too_short'],
    ['🦊'.repeat(14), 'too_short'],
    ['x9'.repeat(64) + 'q', 'too_long'],
    ['우리집고양이는아침마다운다네'.normalize('NFD'), 'too_short'],
    ['우리집고양이는아침마다운다네요'.normalize('NFD'), undefined],
    ['가나다라마바사아자차카타파하고', 'too_common'],
    ['ab'.repeat(1_000_000), 'too_long'],
    ['e\u0301'.repeat(128), 'too_common'],
    ['aaaaaaaaaaaaaaa', 'too_common'],
    ['abcabcabcabcabcabc', 'too_common'],
    ['1234512345123451', 'too_common'],
    ['password12345678', 'too_common'],
    ['PASSWORDPASSWORD!', 'too_common'],
    ['qwertyuiopasdfghjkl', 'too_common'],
    ['1234567890123456', 'too_common'],
    ['abcdefghijklmnopqrst', 'too_common'],
    ['letmein letmein1!', 'too_common'],
    ['Correcthorsebatterystaple', 'too_common'],
    ['ｐａｓｓｗｏｒｄ12345678', 'too_common'],
    ['grace.hopper@navy.example', 'contains_address'],
    ['gracehopper1234', 'contains_address'],
    ['HOPPER hopper GRACE', 'contains_address'],
    ['acmestores12345', 'contains_brand'],
    ['Acme Stores 2026', 'contains_brand'],
    ['acmeacmeacmeacme', 'too_common'],
    ['p4$$w0rd12345678', 'too_common'],
    ['P@ssword19870523', 'too_common'],
    ['correct horse battery staple', 'too_common'],
    ['Correct-Horse-Battery-Staple-1', 'too_common'],
    ['walnutharbourwalnutharbour', 'too_common'],
    ['kettle9kettle9kettle9', 'too_common'],
    ['summer winter 2026!', 'too_common'],
    ['liverpoolfc1892', 'too_common'],
    ['you cannot guess this!', 'too_common'],
    ['1qaz2wsx3edc4rfv5tgb', 'too_common'],
    ['vfr4cde3xsw2zaq1', 'too_common'],
    ['1q2w3e4r5t6y7u8i', 'too_common'],
    ['q1w2e3r4t5y6u7i8o9', 'too_common'],
    ['0p9o8i7u6y5t4r3e', 'too_common'],
    ['147258369147258369', 'too_common'],
    ['1a2b3c4d5e6f7g8h', 'too_common'],
    ['aabbccddeeffgghh', 'too_common'],
    ['314159265358979', 'too_common'],
    ['123456789101112', 'too_common'],
    ['azertyuiopqsdfghjklm', 'too_common'],
    ['йцукенгшщзфывапролдж', 'too_common'],
    ['ㅁㄴㅇㄹ호ㅓㅏㅣㅂㅈㄷㄱ쇼ㅕㅑㅐㅔ', 'too_common'],
    ['dkssudgktpdy1234', 'too_common'],
    ['gr4ceh0pper2026', 'contains_address'],
    ['4cme$tores2026!', 'contains_brand'],
    ['Acme Stores Password!', 'contains_brand'],
  ])('judge %p as %p', (password, problem) => {
    expect(keys(password)).toEqual(problem === undefined ? [] : [problem]);
  });

  it('count what a person sees as one character, however it was typed', () => {
    const typed = 'é'.repeat(1) + ' blue kettle x';
    expect(keys(typed.normalize('NFD'))).toEqual(keys(typed.normalize('NFC')));
  });

  it('have a sentence in every language for every problem', () => {
    const problems = ['', 'short', 'x9'.repeat(65), 'a'.repeat(20), person.address, 'acmestores12345'].flatMap(
      (password) => problemsOf(password, person),
    );
    expect(new Set(problems.map(({ key }) => key)).size).toBe(6);
    for (const tag of ['en', 'ko'] as const) {
      for (const { key, values } of problems) expect(translator(tag)(key satisfies TextKey, values)).not.toBe('');
    }
  });
});
