import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { claimRules, claimsByScope } from '../../src/accounts/claim_table.ts';
import { claimsOf, groupsFault, heldGroups, type Account } from '../../src/accounts/index.ts';
import { cleanProfile } from '../../src/accounts/profile.ts';
import { fullProfile } from './full_profile.ts';
import { anyText } from '../support/any_text.ts';

const bare: Account = {
  id: 'id',
  profile: {},
  origin: 'admin',
  createdAt: new Date(1000),
  updatedAt: new Date(1_700_000_000_999),
  groups: { own: [], through: {} },
  proofEpoch: 0,
  secondStep: false,
};

describe('the groups of an account', () => {
  const grouped = { ...bare, groups: { own: ['staff', 'admins'], through: { a: ['x'], b: ['y', 'x'] } } };

  it('are those of an admin and what the config makes of the words of upstreams, each once', () => {
    const read = (id: string, names: readonly string[]) => (id === 'a' ? ['staff', 'a:x'] : [...names]);
    expect(heldGroups(grouped, read)).toEqual([
      { name: 'a:x', through: 'a' },
      { name: 'admins' },
      { name: 'staff' },
      { name: 'x', through: 'b' },
      { name: 'y', through: 'b' },
    ]);
    expect(
      claimsOf(
        grouped,
        heldGroups(grouped, () => []),
      ),
    ).toMatchObject({ groups: ['admins', 'staff'] });
    expect(claimsOf(grouped, [])).not.toHaveProperty('groups');
  });

  it.each([
    [['a b'], 'letters'],
    [['a,b'], 'letters'],
    [['a:b'], 'letters'],
    [['-a'], 'letters'],
    [['x'.repeat(65)], 'letters'],
    [[1], 'letters'],
    [Array.from({ length: 51 }, (_, index) => `g${index}`), 'at most 50'],
  ])('have names that nobody can cut in two, and are few: %j', (names, fault) => {
    expect(groupsFault(names)).toContain(fault);
  });
});

describe('the claims of an account', () => {
  it('are let in and out as they are when each is right', () => {
    expect(cleanProfile(fullProfile)).toEqual(fullProfile);
    expect(claimsOf({ ...bare, profile: cleanProfile(fullProfile) }, [])).toEqual({
      ...fullProfile,
      updated_at: 1_700_000_000,
    });
  });

  it('are those of the standard, each in one scope (OIDC Core 5.4)', () => {
    const scopes = claimsByScope();
    expect(Object.keys(scopes)).toEqual(['profile', 'email', 'address', 'phone', 'groups']);
    expect(scopes.profile).toHaveLength(14);
    expect(scopes).toMatchObject({ address: ['address'], phone: ['phone_number', 'phone_number_verified'] });
    expect(Object.values(scopes).flat().toSorted()).toEqual(
      [...Object.keys(fullProfile), 'email', 'email_verified', 'updated_at', 'groups'].toSorted(),
    );
  });

  const spellings: [claim: string, given: unknown, kept: unknown][] = [
    ['name', '  Ada\u202E\n Lovelace ', 'Ada Lovelace'],
    ['name', 'Null', 'Null'],
    ['birthdate', '0000-02-29', '0000-02-29'],
    ['birthdate', '1985', '1985'],
    ['zoneinfo', 'asia/seoul', 'Asia/Seoul'],
    ['zoneinfo', 'Asia/Kolkata', 'Asia/Kolkata'],
    ['zoneinfo', 'UTC', 'UTC'],
    ['locale', 'ko_kr', 'ko-KR'],
    ['phone_number', '+82 (2) 1234-5678', '+82212345678'],
    ['phone_number', '+82 2 1234 5678;ext=12', '+82212345678;ext=12'],
    ['website', 'HTTP://Ada.Example', 'http://ada.example/'],
    ['address', { locality: 'Seoul', country: '', planet: 'Earth' }, { locality: 'Seoul' }],
    ['address', { formatted: ' 1 Road \r\n\r\n Seoul ' }, { formatted: '1 Road\nSeoul' }],
  ];
  it.each(spellings)('keep %s of %j as %j', (claim, given, kept) => {
    expect(cleanProfile({ [claim]: given })).toEqual({ [claim]: kept });
  });

  const refused: [claim: string, given: unknown[]][] = [
    ['name', ['', '  ', '\u200B', 'null', 7, null, { toString: 'x' }, 'x'.repeat(201)]],
    [
      'birthdate',
      ['1849', '0000', '3000', '1985-2-1', '1985-02-30', '1900-02-29', '2999-01-01', '0000-02-30', '10.12.1985', 1985],
    ],
    ['zoneinfo', ['Mars/Olympus', '+09:00', '', 'Asia/Seoul\n']],
    ['locale', ['english please', 'x', '', 'ko--KR', 5]],
    ['picture', ['http://a.example/p.png', 'javascript:alert(1)', 'data:image/png;base64,AA', '//a.example', 'p.png']],
    ['website', ['javascript:alert(1)', 'https://me:secret@a.example/', `https://a.example/${'x'.repeat(2000)}`]],
    ['phone_number', ['02 1234 5678', '+0123', '+1234567890123456', '=1+1', '+49;ext=', 4930]],
    ['phone_number_verified', ['true', 1, 'yes']],
    ['address', ['1 Road, Seoul', ['Seoul'], {}, { locality: ' ' }, { locality: 7 }]],
  ];
  it.each(refused)('are left out when %s is one of %j', (claim, given) => {
    for (const value of given) expect(cleanProfile({ [claim]: value })).toEqual({});
  });

  it('say that a number is not verified rather than nothing, and nothing of a number that is not there', () => {
    expect(claimsOf({ ...bare, profile: { phone_number: '+82212345678' } }, [])).toMatchObject({
      phone_number_verified: false,
    });
    expect(claimsOf({ ...bare, profile: { phone_number_verified: true } }, [])).toEqual({ updated_at: 1_700_000_000 });
  });

  it.each([
    ['en-GB', 'en', 'en-GB'],
    ['de-AT', undefined, 'de-AT'],
    ['de-AT', 'en', 'en'],
    ['en', 'ko', 'ko'],
    [undefined, 'ko', 'ko'],
    [undefined, undefined, undefined],
  ] as const)('with the locale %s and our language %s say %s', (imported, chosen, said) => {
    const { locale } = claimsOf({ ...bare, profile: { ...(imported && { locale: imported }) }, locale: chosen }, []);
    expect(locale).toBe(said);
  });

  it('have the types that the conformance suite demands, whatever came in', () => {
    const hostile = fc.oneof(
      anyText(),
      fc.constantFrom(...Object.values(fullProfile), 'null', '', ' ', '1850', '0000-12-31', 'https://a.example/\u0000'),
      fc.webUrl(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
      fc.anything(),
    );
    const profile = fc.record(Object.fromEntries(claimRules.map(([name]) => [name, hostile])), { requiredKeys: [] });
    fc.assert(
      fc.property(profile, (given) => {
        const cleaned = cleanProfile(given);
        expect(cleanProfile(cleaned)).toEqual(cleaned);
        expect(JSON.parse(JSON.stringify(cleaned))).toEqual(cleaned);
        for (const [claim, value] of Object.entries(claimsOf({ ...bare, profile: cleaned }, [])))
          conforms(claim, value);
      }),
      { numRuns: 1000 },
    );
  });
});

/** What the suite looks at (facts of OIDC Core 5.1): anything else than this is a failure there. */
function conforms(claim: string, value: unknown): void {
  if (claim === 'updated_at') return expect(value).toBe(1_700_000_000);
  if (claim.endsWith('_verified')) return expect(typeof value).toBe('boolean');
  const texts = claim === 'address' ? Object.values(value as object) : [value]; // what an address is, is asserted next
  if (claim === 'address') expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) {
    expect(typeof text).toBe('string');
    expect(String(text).trim()).not.toBe('');
    expect(text).not.toBe('null');
    expect(String(text).isWellFormed()).toBe(true);
    expect(text).not.toContain('\0');
  }
  if (claim === 'birthdate') {
    expect(value).toMatch(/^(\d{4}-\d\d-\d\d|\d{4})$/);
    const year = Number(String(value).slice(0, 4));
    expect(year === 0 || (year >= 1850 && year <= new Date().getUTCFullYear())).toBe(true);
  }
  if (['picture', 'profile', 'website'].includes(claim)) expect(URL.canParse(String(value))).toBe(true);
}
