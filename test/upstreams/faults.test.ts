import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { epochSeconds } from '../../src/kit/clock.ts';
import { transportFaults as broken } from './support/fake_upstream.ts';
import { callback, claims, line, profile, tokenBody, type MakeFaults } from './support/fault_makers.ts';
import { BROWSER, buildWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await buildWorld();
  // Everything is known before the lies begin, discovery included.
  await world.arrive('partner');
});
beforeEach(() => {
  world.fake.honest();
  world.events.length = 0;
});
afterAll(() => world.close());

const FAILED = 'upstream_failed';
const AWAY = 'upstream_unavailable';
const CONFIG = 'upstream_misconfigured';

/** One lie, what it leads to, and whether the event is marked for a second look. */
const table: [name: string, upstream: string, lie: MakeFaults, code: string, reason: string, security: boolean][] = [
  ['a nonce of another login', 'google', claims((c) => ({ ...c, nonce: 'another' })), FAILED, 'nonce_mismatch', true],
  ['no nonce', 'google', claims(({ nonce: _nonce, ...c }) => c), FAILED, 'nonce_missing', true],
  ['an empty nonce', 'google', claims((c) => ({ ...c, nonce: '' })), FAILED, 'nonce_mismatch', true],
  ['a nonce that is a list', 'google', claims((c) => ({ ...c, nonce: [c['nonce']] })), FAILED, 'nonce_mismatch', true],
  ['another issuer', 'google', claims((c) => ({ ...c, iss: 'https://evil.example' })), FAILED, 'issuer_wrong', true],
  ['an issuer with a slash more', 'google', claims((c) => ({ ...c, iss: `${c.iss}/` })), FAILED, 'issuer_wrong', true],
  ['an issuer without scheme that is not Google', 'partner', claims((c) => ({ ...c, iss: c.iss?.slice(7) })), FAILED, 'issuer_wrong', true],
  ['no issuer', 'google', claims(({ iss: _iss, ...c }) => c), FAILED, 'issuer_wrong', true],
  ['the audience of another app', 'google', claims((c) => ({ ...c, aud: 'other' })), FAILED, 'audience_wrong', true],
  ['two audiences without azp', 'google', claims(({ azp: _azp, ...c }) => ({ ...c, aud: [String(c.aud), 'other'] })), FAILED, 'azp_wrong', true],
  ['two audiences, meant for the other', 'google', claims((c) => ({ ...c, aud: [String(c.aud), 'other'], azp: 'other' })), FAILED, 'azp_wrong', true],
  ['an azp that is not us', 'google', claims((c) => ({ ...c, azp: 'other' })), FAILED, 'azp_wrong', true],
  ['a token that ended 61 seconds ago', 'google', claims((c) => ({ ...c, exp: epochSeconds() - 61 })), FAILED, 'id_token_expired', false],
  ['a token without end', 'google', claims(({ exp: _exp, ...c }) => c), FAILED, 'id_token_malformed', false],
  ['a token of tomorrow', 'google', claims((c) => ({ ...c, iat: epochSeconds() + 600 })), FAILED, 'id_token_in_future', false],
  ['a token not yet valid', 'google', claims((c) => ({ ...c, nbf: epochSeconds() + 600 })), FAILED, 'id_token_in_future', false],
  ['a token of two days ago', 'google', claims((c) => ({ ...c, iat: epochSeconds() - 172_800 })), FAILED, 'id_token_too_old', false],
  ['a token without iat', 'google', claims(({ iat: _iat, ...c }) => c), FAILED, 'id_token_malformed', false],
  ['the hash of another access token', 'google', claims((c) => ({ ...c, at_hash: 'x' })), FAILED, 'at_hash_wrong', true],
  ['no subject', 'google', claims(({ sub: _sub, ...c }) => c), FAILED, 'subject_invalid', false],
  ['an empty subject', 'google', claims((c) => ({ ...c, sub: '' })), FAILED, 'subject_invalid', false],
  // jose's type says that a subject is text: this one lies.
  ['a subject that is a number', 'google', claims((c) => ({ ...c, sub: 42 as unknown as string })), FAILED, 'subject_invalid', false],
  ['a subject of 300 characters', 'google', claims((c) => ({ ...c, sub: 'x'.repeat(300) })), FAILED, 'subject_invalid', false],
  ['no signature at all', 'google', () => ({ sign: (c) => new UnsecuredJWT(c).encode() }), FAILED, 'alg_refused', true],
  ['an algorithm that nobody listed', 'google', (fake) => ({ sign: (c) => fake.keys.sign(c, { alg: 'ES256' }) }), CONFIG, 'alg_unlisted', false],
  ['a foreign signature', 'google', (fake) => ({ sign: (c) => fake.forge(c) }), FAILED, 'signature_wrong', true],
  ['the public key as HMAC secret', 'google', (fake) => ({ sign: (c) => fake.confuse(c) }), FAILED, 'alg_refused', true],
  ['an ID token of three words', 'google', tokenBody({ id_token: 'not.a.token' }), FAILED, 'id_token_malformed', false],
  ['an encrypted ID token', 'google', tokenBody({ id_token: 'e30.a.b.c.d' }), FAILED, 'alg_refused', true],
  ['a huge ID token', 'google', tokenBody({ id_token: 'x'.repeat(70_000) }), FAILED, 'id_token_malformed', false],
  ['no ID token', 'google', tokenBody({ id_token: undefined }), CONFIG, 'id_token_missing', false],
  ['no access token', 'google', tokenBody({ access_token: undefined }), FAILED, 'token_malformed', false],
  ['an access token that is a number', 'facebook', tokenBody({ access_token: 7 }), FAILED, 'token_malformed', false],
  ['an access token that breaks a header', 'facebook', tokenBody({ access_token: 'a\r\nb' }), FAILED, 'token_malformed', false],
  ['an access token in Korean', 'partner', tokenBody({ access_token: '토큰' }), FAILED, 'token_malformed', false],
  ['a token type of its own', 'google', tokenBody({ token_type: 'mac' }), FAILED, 'token_malformed', false],
  ['an error with status 200', 'google', tokenBody({ error: 'bad_verification_code' }), FAILED, 'token_refused', false],
  ['an error that is a number', 'google', tokenBody({ error: 123 }), FAILED, 'token_refused', false],
  ['an error object with status 200', 'facebook', tokenBody({ error: { message: '<b>no</b>', code: 190 } }), FAILED, 'token_refused', false],
  ['a secret it does not know', 'google', tokenBody({ error: 'invalid_client' }), CONFIG, 'token_client_refused', false],
  ['status 500 for tokens', 'google', line(broken.status(500)('/token')), AWAY, 'token_unavailable', false],
  ['status 429 for tokens', 'google', line(broken.status(429)('/token')), AWAY, 'token_unavailable', false],
  ['a page for tokens', 'google', line(broken.status(200, 'text/html', '<h1>Hello')('/token')), FAILED, 'token_malformed', false],
  ['half a JSON for tokens', 'google', line(broken.status(200, 'application/json', '{"acc')('/token')), FAILED, 'token_malformed', false],
  ['a list for tokens', 'google', line(broken.status(200, 'application/json', '[]')('/token')), FAILED, 'token_malformed', false],
  ['a form for tokens', 'google', line(broken.status(200, 'application/x-www-form-urlencoded', 'access_token=a')('/token')), FAILED, 'token_malformed', false],
  ['silence for tokens', 'google', line(broken.hang('/token')), AWAY, 'timeout', false],
  ['a broken line for tokens', 'google', line(broken.reset('/token')), AWAY, 'network', false],
  ['a cut answer for tokens', 'google', line(broken.truncated('/token')), AWAY, 'network', false],
  ['a megabyte for tokens', 'google', line(broken.huge('/token')), FAILED, 'too_large', false],
  ['a gzip bomb for tokens', 'google', line(broken.bomb('/token')), FAILED, 'too_large', false],
  ['a redirect for tokens', 'google', line(broken.redirect('/token')), CONFIG, 'address_refused', true],
  ['another person in userinfo', 'partner', profile({ sub: 'someone else' }), FAILED, 'userinfo_subject_differs', true],
  ['nobody in userinfo', 'partner', profile({ sub: undefined }), FAILED, 'userinfo_subject_differs', true],
  ['status 500 for userinfo', 'partner', line(broken.status(503)('/userinfo')), AWAY, 'profile_unavailable', false],
  ['status 403 for userinfo', 'partner', line(broken.status(403)('/userinfo')), FAILED, 'profile_refused', false],
  ['a page for userinfo', 'partner', line(broken.status(200, 'text/html', 'x')('/userinfo')), FAILED, 'profile_malformed', false],
  ['null for userinfo', 'partner', line(broken.status(200, 'application/json', 'null')('/userinfo')), FAILED, 'profile_malformed', false],
  ['no id from Facebook', 'facebook', profile({ id: undefined }), FAILED, 'subject_invalid', false],
  ['a fractional id from Facebook', 'facebook', profile({ id: 1.5 }), FAILED, 'subject_invalid', false],
  ['an id beyond exact numbers from Facebook', 'facebook', profile({ id: 2 ** 60 }), FAILED, 'subject_invalid', false],
  ['an error inside the profile', 'facebook', profile({ error: { code: 190 } }), FAILED, 'profile_refused', false],
  ['another issuer on the callback', 'google', callback((p) => p.set('iss', 'https://evil.example')), FAILED, 'callback_iss_wrong', true],
  ['no issuer on the callback though promised', 'partner', callback((p) => p.delete('iss')), FAILED, 'callback_iss_missing', true],
  ['two codes', 'google', callback((p) => p.append('code', 'second')), FAILED, 'callback_duplicate', false],
  ['no code', 'google', callback((p) => p.delete('code')), FAILED, 'callback_malformed', false],
  ['a code of 10 kB', 'google', callback((p) => p.set('code', 'x'.repeat(10_000))), FAILED, 'callback_malformed', false],
  ['a made-up code', 'google', callback((p) => p.set('code', 'made-up')), FAILED, 'token_refused', false],
  ['code and error at once', 'google', callback((p) => p.set('error', 'server_error')), AWAY, 'callback_unavailable', false],
  ['an error with markup', 'google', callback((p) => p.set('error', '<img src=x>')), FAILED, 'callback_error', false],
  ['a scope that is not allowed', 'google', callback((p) => p.set('error', 'invalid_scope')), CONFIG, 'callback_refused', false],
]; // prettier-ignore

describe('an upstream that lies (B3, B4, B5, B7, B16)', () => {
  it.each(table)('%s', async (_name, upstream, lie, code, reason, security) => {
    world.fake.lie(lie(world.fake));
    const params = await world.travel(upstream);
    expect(await world.upstreams.arrive(upstream, BROWSER, 'GET', params)).toMatchObject({
      outcome: 'failed',
      code,
      reason,
    });
    expect(world.events).toMatchObject([
      {
        type: 'upstreams.answer_refused',
        outcome: 'failed',
        upstreamId: upstream,
        reason,
        reference: 'AAAAA-BBBBB',
        detail: { security },
      },
    ]);
    const redeemed = world.fake.calls('token').length;
    expect(await world.upstreams.arrive(upstream, BROWSER, 'GET', params)).toMatchObject({
      code: 'interaction_expired',
    });
    expect(world.fake.calls('token')).toHaveLength(redeemed);
  });

  it.each([
    ['google', '/token'],
    ['partner', '/userinfo'],
  ])('tells the log of %s that a page came where JSON was due at %s', async (upstream, path) => {
    world.fake.lie({ transport: broken.status(200, 'text/html; charset=utf-8', '<h1>Hello')(path) });
    await world.arrive(upstream);
    expect(world.events.at(-1)?.detail).toEqual({ security: false, upstream_error: 'text.html' });
  });

  it('never puts what an upstream said into an event, except a plain error code (B17)', async () => {
    world.fake.lie({ callback: (params) => params.set('error', '"><script>') });
    await world.arrive('google');
    expect(JSON.stringify(world.events)).not.toContain('script');
    world.fake.lie({ callback: (params) => params.set('error', 'quota_exceeded') });
    await world.arrive('google');
    expect(world.events.at(-1)?.detail).toEqual({ security: false, upstream_error: 'quota_exceeded' });
  });
});

describe('a clock that goes wrong', () => {
  it.each([
    ['exp', -61],
    ['iat', 600],
    ['nbf', 900],
  ])('shows in the event by how much: %s %d', async (claim, seconds) => {
    world.fake.lie(claims((c) => ({ ...c, [claim]: epochSeconds() + seconds }))(world.fake));
    await world.arrive('google');
    const skew = Number(world.events.at(-1)?.detail?.['skew_seconds']);
    expect(Math.abs(skew - seconds)).toBeLessThanOrEqual(3);
  });
});

describe('an upstream with odd manners', () => {
  const odd: [name: string, upstream: string, lie: MakeFaults][] = [
    ['Google\'s issuer without scheme', 'google', claims((c) => ({ ...c, iss: 'accounts.google.com' }))],
    ['a clock that is nearly a minute behind', 'google', claims((c) => ({ ...c, exp: epochSeconds() - 55, iat: epochSeconds() - 3000 }))],
    ['no hash of the access token', 'google', claims(({ at_hash: _hash, ...c }) => c)],
    ['our id as the only entry of a list', 'google', claims((c) => ({ ...c, aud: [String(c.aud)] }))],
    ['no token type', 'google', tokenBody({ token_type: undefined })],
    ['a loud token type', 'google', tokenBody({ token_type: 'BEARER' })],
    ['a lifetime in words', 'google', tokenBody({ expires_in: 'soon', scope: ['list'], refresh_token: 7 })],
    ['an empty error', 'google', tokenBody({ error: '' })],
    ['unknown parameters on the callback', 'google', callback((p) => p.append('brand_new', '1'))],
    ['no iss from Google', 'google', callback((p) => p.delete('iss'))],
    ['an iss from Facebook', 'facebook', callback((p) => p.set('iss', 'https://limited.facebook.com'))],
  ]; // prettier-ignore

  it.each(odd)('gets along with %s', async (_name, upstream, lie) => {
    world.fake.lie(lie(world.fake));
    expect(await world.arrive(upstream)).toMatchObject({
      outcome: 'identified',
      identity: { issuer: upstream === 'google' ? 'https://accounts.google.com' : 'https://www.facebook.com' },
    });
  });

  it('asks for the profile once more when the line breaks, but never for the tokens', async () => {
    let broke = 0;
    const count = () => [world.fake.calls('/token').length, world.fake.calls('/userinfo').length] as const;
    const [tokens, profiles] = count();
    world.fake.lie({
      transport: (request, response) =>
        request.path === '/userinfo' && broke++ === 0 && broken.reset('/userinfo')(request, response),
    });
    expect(await world.arrive('partner')).toMatchObject({ outcome: 'identified' });
    expect(count()).toEqual([tokens + 1, profiles + 2]);
  });
});

describe('an upstream with hostile claims (B15)', () => {
  it('keeps what is harmless of them and drops the rest', async () => {
    world.fake.lie({
      claims: (c) => ({
        ...c,
        name: `\u202e<script>alert(1)</script>\0${'x'.repeat(10_000)}`,
        given_name: ['a', 'list'],
        family_name: { __proto__: null, nested: true },
        picture: 'javascript:alert(1)',
        email: 'a@evil.example,victim@example.org',
        locale: '../../etc',
        hd: 'evil.example',
      }),
    });
    const arrival = await world.arrive('google');
    if (arrival.outcome !== 'identified') throw new Error(arrival.outcome);
    const { name, ...others } = arrival.identity;
    expect(name).toHaveLength(200);
    expect(name).toMatch(/^<script>alert\(1\)<\/script>x+$/);
    expect(others).toEqual({
      issuer: 'https://accounts.google.com',
      subject: '110000000000000000042',
      extra: { hd: 'evil.example' },
    });
  });

  it.each([
    'victim@gmail.com\r\nbcc: x@y.example',
    '"victim"@gmail.com',
    'v@a@gmail.com',
    'Ada <ada@gmail.com>',
    `${'x'.repeat(400)}@gmail.com`,
    'ｖictim@gmail.com',
  ])('treats the address %j as absent', async (email) => {
    world.fake.lie({ claims: (c) => ({ ...c, email, email_verified: true }) });
    const arrival = await world.arrive('google');
    expect(arrival).toMatchObject({ outcome: 'identified' });
    expect(arrival).not.toHaveProperty('identity.email');
  });

  it.each([
    ['false', 'unverified'],
    ['true', 'authoritative'],
    [1, 'authoritative'],
    ['yes', 'unverified'],
    [null, 'unverified'],
    [{}, 'unverified'],
  ])('reads email_verified %j as %s', async (flag, trust) => {
    world.fake.lie({ claims: (c) => ({ ...c, email_verified: flag }) });
    expect(await world.arrive('google')).toMatchObject({ identity: { email: { trust } } });
  });

  it('does not let a JSON reach a prototype', async () => {
    const poison = '{"__proto__":{"polluted":true,"sub":"x"},"constructor":{"prototype":{"polluted":true}}}';
    world.fake.lie({ transport: broken.status(200, 'application/json', poison)('/userinfo') });
    expect(await world.arrive('partner')).toMatchObject({ outcome: 'failed', reason: 'userinfo_subject_differs' });
    expect({}).not.toHaveProperty('polluted');
  });
});
