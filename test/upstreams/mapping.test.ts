import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { conditionSchema, holds, type Condition } from '../../src/upstreams/mapping/conditions.ts';
import { mapClaims, pathsOfMapping, type Mapping } from '../../src/upstreams/mapping/mapping.ts';
import { isPath, readPath } from '../../src/upstreams/mapping/paths.ts';
import { applyRule, claimRuleSchema, type ClaimRule } from '../../src/upstreams/mapping/rules.ts';
import { convert, type Conversion } from '../../src/upstreams/mapping/values.ts';
import { presets } from '../../src/upstreams/presets/all.ts';

const sources = {
  user: {
    id: 583_231_042, name: '  Ada  ', login: 'ada', empty: ' ', flag: 'true', one: 1, no: 'false', avatar: 'a/b c',
    locale: { language: 'ko', country: 'KR' }, list: ['x', 'y'],
  },
  emails: [
    { email: 'old@example.org', primary: false, verified: true },
    { email: 'Ada@Example.ORG', primary: true, verified: 1 },
  ],
  id: { email: 'ada@example.org', hd: 'Example.org' },
}; // prettier-ignore

describe('a claim rule', () => {
  const table: [string, ClaimRule, Conversion, unknown][] = [
    ['takes the first path that holds something', { from: ['user.empty', 'user.none', 'user.login'] }, 'string', 'ada'],
    ['trims', { from: ['user.name'] }, 'string', 'Ada'],
    ['reads a place in a list', { from: ['user.list.1'] }, 'string', 'y'],
    ['turns a number into an id', { from: ['user.id'] }, 'id-string', '583231042'],
    ['picks from a list', { pick: 'emails', where: { primary: true, verified: true }, take: 'email' }, 'email', 'Ada@example.org'],
    ['picks nothing when no entry fits', { pick: 'emails', where: { primary: 'yes' }, take: 'email' }, 'email', undefined],
    ['picks nothing from what is no list', { pick: 'user', take: 'id' }, 'string', undefined],
    ['fills a template and encodes', { template: 'https://cdn.example/{user.id}/{user.avatar}.png' }, 'https-url', 'https://cdn.example/583231042/a%2Fb%20c.png'],
    ['fills a template with words as they are', { template: '{user.name} {user.login}' }, 'string', 'Ada ada'],
    ['rejects an ending', { from: ['user.login'], reject: { suffix: ['DA'] } }, 'string', undefined],
    ['keeps what has another ending', { from: ['user.login'], reject: { suffix: ['x', 'y'] } }, 'string', 'ada'],
    ['rejects what it picked', { pick: 'emails', where: { primary: true }, take: 'email', reject: { suffix: ['@example.org'] } }, 'email', undefined],
    ['fills no template with a gap', { template: 'https://cdn.example/{user.none}.png' }, 'https-url', undefined],
    ['fills no template whose need is missing', { template: 'https://cdn.example/{user.id}', needs: ['user.none'] }, 'https-url', undefined],
    ['gives a constant', { const: 'fixed' }, 'string', 'fixed'],
    ['falls back', { from: ['user.none'], default: 'x' }, 'string', 'x'],
    ['gives nothing', { from: ['user.none'] }, 'string', undefined],
    ['reads a locale object', { from: ['user.locale'] }, 'locale', 'ko-KR'],
    ['does not print an object', { from: ['user.locale'] }, 'string', undefined],
    ['reads a tolerant boolean', { from: ['user.flag'] }, 'bool', true],
    ['is not fooled by "false"', { from: ['user.no'] }, 'bool', false],
    ['lets `as` decide', { from: ['user.one'], as: 'bool' }, 'string', true],
  ]; // prettier-ignore

  it.each(table)('%s', (_name, rule, conversion, value) => {
    expect(claimRuleSchema.safeParse(rule).success).toBe(true);
    expect(applyRule(rule, sources, conversion)).toEqual(value);
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['two kinds', { from: ['a.b'], const: 1 }],
    ['an unknown operator', { jmespath: 'a.b' }],
    ['a path into a prototype', { from: ['user.__proto__.x'] }],
    ['a constructor in a template', { template: '{user.constructor.name}' }],
    ['a pick that takes nothing', { pick: 'emails' }],
    ['where without pick', { from: ['a.b'], where: { a: 1 } }],
    ['needs without template', { from: ['a.b'], needs: ['a.b'] }],
    ['an empty from', { from: [] }],
    ['a rejection of everything', { from: ['a.b'], reject: { suffix: [''] } }],
    ['a rejection by pattern', { from: ['a.b'], reject: { matches: '.*' } }],
  ])('is refused with %s', (_name, rule) => {
    expect(claimRuleSchema.safeParse(rule).success).toBe(false);
  });
});

describe('a conversion', () => {
  it.each<[Conversion, unknown, unknown]>([
    ['id-string', 0, '0'], ['id-string', -1, undefined], ['id-string', 1.5, undefined], ['id-string', 2 ** 53, undefined], ['id-string', '', undefined],
    ['id-string', ' a', undefined], ['id-string', 'a\u0000b', undefined], ['id-string', 'Ab', 'Ab'], ['id-string', true, undefined], ['id-string', 'x'.repeat(256), undefined],
    ['https-url', 'http://example.org/a.png', undefined], ['https-url', 'javascript:alert(1)', undefined], ['https-url', 'https://u:p@example.org/', undefined],
    ['https-url', `https://example.org/${'x'.repeat(3000)}`, undefined], ['https-url', 'https://example.org/a.png', 'https://example.org/a.png'], ['https-url', 'data:text/html,x', undefined],
    ['locale', 'en_US', 'en-US'], ['locale', '<b>', undefined], ['locale', ['en'], undefined], ['email', 'no address', undefined], ['email', 7, undefined],
    ['string', 'a\u0000\u202eb', 'ab'], ['string', '\u200f', undefined], ['string', 'x'.repeat(5000), 'x'.repeat(200)], ['string', '\ud800', '\ufffd'], ['string', Number.NaN, undefined],
  ])('as %s makes of %j: %j', (conversion, value, expected) => {
    expect(convert(value, conversion)).toEqual(expected);
  }); // prettier-ignore
});

describe('a condition', () => {
  it.each<[boolean, Condition]>([
    [true, { exists: 'user.login' }], [false, { exists: 'user.empty' }], [false, { exists: 'user.none' }], [true, { true: 'user.flag' }], [true, { true: 'user.one' }], [false, { true: 'user.no' }],
    [true, { equals: ['user.login', 'ada'] }], [false, { equals: ['user.one', '1'] }], [true, { in: ['user.login', ['eve', 'ada']] }], [false, { in: ['user.none', ['ada']] }],
    [true, { suffix: ['id.email', '@EXAMPLE.org'] }], [false, { suffix: ['user.one', '1'] }], [true, { domain_equals: ['id.email', 'id.hd'] }], [false, { domain_equals: ['id.email', 'id.none'] }],
    [false, { domain_equals: ['id.hd', 'id.hd'] }], [true, { all: [{ exists: 'id.hd' }, { not: { exists: 'id.none' } }] }], [false, { all: [{ exists: 'id.hd' }, { exists: 'id.none' }] }],
    [true, { equals: ['user.list', 'y'] }], [false, { equals: ['user.list', 'z'] }], [true, { in: ['user.list', ['z', 'x']] }], [false, { in: ['user.locale', ['ko']] }],
    [true, { any: [{ exists: 'id.none' }, { exists: 'id.hd' }] }], [false, { any: [{ exists: 'id.none' }] }],
  ])('is %s: %j', (expected, condition) => {
    expect(conditionSchema.safeParse(condition).success).toBe(true);
    expect(holds(condition, sources)).toBe(expected);
  }); // prettier-ignore

  it.each([
    {},
    { exists: 'a.b', true: 'a.b' },
    { matches: ['a.b', '.*'] },
    { all: [] },
    { not: {} },
    { equals: ['a.b', { deep: 1 }] },
  ])('is refused as %j', (condition) => {
    expect(conditionSchema.safeParse(condition).success).toBe(false);
  });

  it('does not take gmail.com.evil.example or a display trick for Gmail', () => {
    const gmail: Condition = { suffix: ['claims.email', '@gmail.com'] };
    for (const email of ['a@gmail.com.evil.example', 'a@notgmail.com', 'agmail.com'])
      expect(holds(gmail, { claims: { email } })).toBe(false);
  });
});

describe('mapClaims', () => {
  it('never throws, never pollutes, and never gives more than 2 kB, whatever the upstream answers', () => {
    const names = [
      'sub',
      'id',
      'email',
      'email_verified',
      'name',
      'picture',
      'hd',
      'locale',
      '__proto__',
      'constructor',
      'toString',
    ];
    const answers = fc.dictionary(
      fc.constantFrom(...names),
      fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 3 }),
      { noNullPrototype: true },
    );
    const mappings = fc.constantFrom<Mapping>(presets.google.mapping, presets.facebook.mapping, presets.oidc.mapping);
    fc.assert(
      fc.property(mappings, fc.anything(), answers, answers, (mapping, odd, id, user) => {
        const mapped = mapClaims(mapping, { id, user, me: id, odd });
        for (const value of Object.values(mapped.claims)) expect(Buffer.byteLength(value)).toBeLessThanOrEqual(2048);
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect(Object.getPrototypeOf(mapped.claims)).toBe(Object.prototype);
      }),
      { numRuns: 300 },
    );
  });

  it('reads own properties only, along any path', () => {
    const steps = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'a'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 6 }), (parts) => {
        expect(readPath({ user: {} }, ['user', ...parts].join('.'))).toBeUndefined();
      }),
    );
    expect(readPath({ user: JSON.parse('{"__proto__":{"admin":true}}') }, 'user.__proto__.admin')).toBeUndefined();
    for (const path of ['a.__proto__', 'constructor', 'a..b', '', 'a b', 'a.b.c.d.e.f.g.h.i'])
      expect(isPath(path)).toBe(false);
  });

  it('lists what a preset reads', () => {
    expect(pathsOfMapping(presets.facebook.mapping)).toEqual([
      'me.email',
      'me.first_name',
      'me.id',
      'me.last_name',
      'me.name',
    ]);
    expect(pathsOfMapping(presets.google.mapping)).toContain('id.email_verified');
  });

  it('takes the flag from the answer that the address came from', () => {
    const mapping: Mapping = {
      ...presets.oidc.mapping,
      email_trust: { default: 'unverified', rules: [{ when: presets.oidc.verified_signal ?? {}, then: 'verified' }] },
    };
    const trustOf = (id: object, user: object) => mapClaims(mapping, { id, user }).email?.trust;
    expect(trustOf({ email: 'a@x.example', email_verified: true }, { email: 'b@x.example' })).toBe('unverified');
    expect(trustOf({ email: 'a@x.example', email_verified: true }, {})).toBe('verified');
    expect(trustOf({ email: 'a@x.example' }, { email: 'b@x.example', email_verified: 'true' })).toBe('verified');
  });

  it('says when what came as an address is none, and not when there is none or an unwanted one', () => {
    const bad = (email: unknown) => mapClaims(presets.google.mapping, { id: { sub: '1', email } }).badAddress;
    for (const email of ['a@b@c.example', 'Ada <a@b.example>', 42, { a: 'a@b.example' }]) expect(bad(email)).toBe(true);
    for (const email of [undefined, null, '', 'a@b.example']) expect(bad(email)).toBeUndefined();
    const noreply = [{ email: '1+ada@users.noreply.github.com', primary: true, verified: true }];
    expect(mapClaims(presets.github.mapping, { user: { id: 1 }, emails: noreply })).not.toHaveProperty('badAddress');
  });

  it('marks a forwarding alias', () => {
    const mapping: Mapping = { ...presets.google.mapping, email_relay: { suffix: ['claims.email', '@relay.example'] } };
    expect(mapClaims(mapping, { id: { sub: '1', email: 'x@relay.example' } }).email?.relay).toBe(true);
    expect(mapClaims(mapping, { id: { sub: '1', email: 'x@other.example' } }).email?.relay).toBe(false);
  });
});
