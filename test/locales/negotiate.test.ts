import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { negotiateLocale } from '../../src/locales/index.ts';
import type { LocaleWishes } from '../../src/locales/index.ts';
import { anyText } from '../support/any_text.ts';

const wishes = (some: Partial<LocaleWishes>): LocaleWishes => ({ fallback: 'en', ...some });

describe('negotiateLocale', () => {
  it.each<[string, Partial<LocaleWishes>, string]>([
    ['takes the first of ui_locales that is spoken', { ui_locales: 'de fr-CA ko en' }, 'ko'],
    ['lets ui_locales win over the cookie', { ui_locales: 'en', cookie: 'ko' }, 'en'],
    ['goes on to the cookie when ui_locales has nothing', { ui_locales: 'de fr', cookie: 'ko' }, 'ko'],
    ['lets the cookie win over the account', { cookie: 'en', account: 'ko' }, 'en'],
    ['lets the account win over the browser', { account: 'ko-KR', acceptLanguage: 'en' }, 'ko'],
    ['takes the browser when nobody else says anything', { acceptLanguage: 'ko-KR,ko;q=0.9,en-US;q=0.8' }, 'ko'],
    ['orders the browser by quality', { acceptLanguage: 'en;q=0.3, de, ko;q=0.8' }, 'ko'],
    ['keeps the order of equal quality', { acceptLanguage: 'en;q=0.5,ko;q=0.5', fallback: 'ko' }, 'en'],
    ['hears "not this one"', { acceptLanguage: 'ko;q=0, en;q=0.1', fallback: 'ko' }, 'en'],
    ['passes over a quality that is none', { acceptLanguage: 'ko;q=high, ko;q=9, ko;q=' }, 'en'],
    ['ignores case, script and region', { ui_locales: 'KO-kore-KR' }, 'ko'],
    ['reads an underscore as people write it', { cookie: 'ko_KR' }, 'ko'],
    ['does not take Konkani for Korean', { ui_locales: 'kok', acceptLanguage: 'eng' }, 'en'],
    ['falls back', { ui_locales: '', cookie: 'xx', account: '*', acceptLanguage: '*', fallback: 'ko' }, 'ko'],
  ])('%s', (_, some, expected) => {
    expect(negotiateLocale(wishes(some))).toBe(expected);
  });

  it('answers a language for any input, and quickly for a huge one (H11)', () => {
    const text = fc.option(anyText({ maxLength: 800 }), { nil: undefined });
    fc.assert(
      fc.property(text, text, text, text, (ui_locales, cookie, account, acceptLanguage) => {
        expect(['en', 'ko']).toContain(
          negotiateLocale({ ui_locales, cookie, account, acceptLanguage, fallback: 'ko' }),
        );
      }),
    );
    expect(negotiateLocale(wishes({ ui_locales: 'x '.repeat(1e6), acceptLanguage: ';'.repeat(1e6) }))).toBe('en');
  });
});
