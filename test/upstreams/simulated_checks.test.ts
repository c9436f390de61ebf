import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { simulatedPresets, type SimulatedPreset } from '../../src/upstreams/presets/all.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { startFakeUpstream, type FakeUpstream } from './support/fake_upstream.ts';
import { appleSecret, plainApp, type Changes } from './support/plain_app.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream({ issuer: 'http://localhost:3999' });
});
afterEach(() => {
  useRealClock();
  fake.honest();
});
afterAll(() => fake.close());

const app = (preset: SimulatedPreset) => plainApp(fake, preset);
const jsonOf = async (answer: Response): Promise<Record<string, unknown>> => JSON.parse(await answer.text());
async function tokensOf(preset: SimulatedPreset, persona = 'ada', changes: Changes = {}) {
  const code = (await app(preset).back(persona, changes)).get('code');
  return (await jsonOf(await app(preset).redeem(code))) as Record<string, string>; // each provider answers texts here
}

const ELSEWHERE = { redirect_uri: 'http://localhost:3999/elsewhere' };
const PLAIN = { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' };

/** A wrong request, and what the provider says: on its own page, or to the app. */
const wrongRequests: [SimulatedPreset, string, Changes, string][] = [
  ['github', 'another redirect URI', ELSEWHERE, 'back: redirect_uri_mismatch'],
  ['github', 'a plain challenge', PLAIN, 'S256'],
  ['github', 'scopes with commas', { scope: 'read:user,user:email' }, 'read:user,user:email is not known'],
  ['x', 'no challenge', { code_challenge: null, code_challenge_method: null }, 'Something went wrong'],
  ['x', 'a plain challenge', PLAIN, 'Something went wrong'],
  ['x', 'another redirect URI', ELSEWHERE, 'Something went wrong'],
  ['x', 'no state', { state: null }, 'Something went wrong'],
  ['apple', 'an answer by redirect', { response_mode: 'query' }, 'form_post'],
  ['apple', 'another redirect URI', ELSEWHERE, 'Invalid web redirect url'],
  ['apple', 'an unknown scope', { scope: 'name email phone' }, 'phone is not known'],
  ['microsoft', 'another redirect URI', ELSEWHERE, 'AADSTS50011'],
  ['microsoft', 'an unknown app', { client_id: 'x' }, 'AADSTS700016'],
  ['microsoft', 'no openid', { scope: 'profile' }, 'openid is missing'],
  ['linkedin', 'a scope of old', { scope: 'openid r_liteprofile' }, 'back: unauthorized_scope_error'],
  ['linkedin', 'another redirect URI', ELSEWHERE, 'Bummer'],
  ['discord', 'an unknown scope', { scope: 'identify phone' }, 'back: invalid_scope'],
  ['discord', 'another redirect URI', ELSEWHERE, 'Invalid OAuth2 redirect_uri'],
  ['gitlab', 'an unknown scope', { scope: 'openid sudo' }, 'back: invalid_scope'],
  ['gitlab', 'a plain challenge', PLAIN, 'back: invalid_request'],
  ['kakao', 'an unknown app', { client_id: 'x' }, 'KOE101'],
  ['kakao', 'another redirect URI', ELSEWHERE, 'KOE006'],
  ['kakao', 'a consent item that is not set up', { scope: 'account_email,birthday' }, 'KOE205'],
  ['kakao', 'scopes with blanks', { scope: 'account_email profile_nickname' }, 'KOE205'],
  ['naver', 'no state', { state: null }, 'state is missing'],
  ['line', 'another redirect URI', ELSEWHERE, 'Invalid redirect_uri value'],
  ['line', 'an unknown scope', { scope: 'openid phone' }, 'back: INVALID_SCOPE'],
]; // prettier-ignore

/** A wrong token request, and what comes of it. */
const wrongTokens: [SimulatedPreset, string, Changes, Record<string, string>, number, Record<string, unknown>][] = [
  ['github', 'a wrong secret', { client_secret: 'x' }, {}, 200, { error: 'incorrect_client_credentials' }],
  ['github', 'a made-up code', { code: 'x' }, {}, 200, { error: 'bad_verification_code', error_uri: expect.any(String) }],
  ['github', 'a wrong verifier', { code_verifier: 'w'.repeat(43) }, {}, 200, { error: 'bad_verification_code' }],
  ['x', 'the secret in the body', { client_id: 'app', client_secret: 'x' }, {}, 401, { error: 'unauthorized_client' }],
  ['x', 'no Basic', {}, { authorization: '' }, 401, { error: 'unauthorized_client' }],
  ['x', 'a wrong verifier', { code_verifier: 'w'.repeat(43) }, {}, 400, { error: 'invalid_request' }],
  ['apple', 'a plain secret', { client_secret: 'x' }, {}, 400, { error: 'invalid_client' }],
  ['apple', 'a made-up code', { code: 'x' }, {}, 400, { error: 'invalid_grant' }],
  ['microsoft', 'a wrong secret', { client_secret: 'x' }, {}, 401, { error: 'invalid_client', error_codes: [7_000_215], trace_id: expect.any(String) }],
  ['microsoft', 'a made-up code', { code: 'x' }, {}, 400, { error: 'invalid_grant', error_description: expect.stringMatching(/^AADSTS/) }],
  ['linkedin', 'a verifier beside a secret', { code_verifier: 'v'.repeat(43) }, {}, 401, { error: 'invalid_client' }],
  ['linkedin', 'another redirect URI', ELSEWHERE, {}, 400, { error: 'invalid_redirect_uri' }],
  ['discord', 'a wrong secret', { client_secret: 'x' }, { authorization: '' }, 401, { error: 'invalid_client' }],
  ['gitlab', 'a wrong verifier', { code_verifier: 'w'.repeat(43) }, {}, 400, { error: 'invalid_grant' }],
  ['kakao', 'a secret in a header', {}, { authorization: `Basic ${btoa('a:b')}` }, 401, { error_code: 'KOE101' }],
  ['kakao', 'a wrong secret', { client_secret: 'x' }, {}, 401, { error: 'invalid_client', error_code: 'KOE010' }],
  ['kakao', 'another redirect URI', ELSEWHERE, {}, 400, { error_code: 'KOE303' }],
  ['kakao', 'a made-up code', { code: 'x' }, {}, 400, { error: 'invalid_grant', error_code: 'KOE320' }],
  ['naver', 'a wrong secret', { client_secret: 'x' }, {}, 200, { error: 'invalid_client' }],
  ['naver', 'a made-up code', { code: 'x' }, {}, 200, { error: 'invalid_request' }],
  ['line', 'a wrong secret', { client_secret: 'x' }, {}, 400, { error: 'invalid_client' }],
  ['line', 'a wrong verifier', { code_verifier: 'w'.repeat(43) }, {}, 400, { error: 'invalid_grant' }],
]; // prettier-ignore

describe('every simulated provider', () => {
  it.each(wrongRequests)('%s: refuses %s', async (preset, _name, changes, words) => {
    const answer = await app(preset).page(changes);
    if (!words.startsWith('back: ')) {
      expect(answer.status).toBe(400);
      expect((await answer.text()).replaceAll('&amp;', '&')).toContain(words);
      return;
    }
    const location = new URL(answer.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(fake.clients[preset].redirectUris[0]);
    expect(location.searchParams.get('error')).toBe(words.slice('back: '.length));
    expect(location.searchParams.has('code')).toBe(false);
  });

  it.each(wrongTokens)('%s: gives no token for %s', async (preset, _name, changes, headers, status, body) => {
    const code = (await app(preset).back()).get('code');
    const answer = await app(preset).redeem(code, changes, headers);
    expect(answer.status).toBe(status);
    expect(await jsonOf(answer)).toMatchObject(body);
  });

  it.each(simulatedPresets)('%s: redeems a code once, and not for ever', async (preset) => {
    const code = (await app(preset).back()).get('code');
    expect(await jsonOf(await app(preset).redeem(code))).toHaveProperty('access_token');
    expect(await jsonOf(await app(preset).redeem(code))).toHaveProperty('error');
    const late = (await app(preset).back()).get('code');
    pass(preset === 'x' ? 31 : 601);
    expect(await jsonOf(await app(preset).redeem(late))).toHaveProperty('error');
  });

  it.each(simulatedPresets)('%s: says on its page that it is a simulation', async (preset) => {
    expect(await (await app(preset).page()).text()).toMatch(/Simulation of (\w+) - not the real \1/);
  });
});

describe('what is particular', () => {
  it('GitHub answers tokens as a form unless JSON is asked for', async () => {
    const code = (await app('github').back()).get('code');
    const answer = await app('github').redeem(code, {}, { accept: '*/*' });
    expect(answer.headers.get('content-type')).toContain('application/x-www-form-urlencoded');
    expect(new URLSearchParams(await answer.text()).get('access_token')).toMatch(/^gho_/);
    const again = await app('github').redeem(code, {}, { accept: '*/*' });
    expect(new URLSearchParams(await again.text()).get('error')).toBe('bad_verification_code');
  });

  it('GitHub says who sends people back, and talks to nobody without a name, at both addresses', async () => {
    expect((await app('github').back()).get('iss')).toBe('https://github.com/login/oauth');
    const { access_token: token = '' } = await tokensOf('github');
    for (const path of ['/user', '/api/v3/user']) {
      expect((await app('github').ask(token, path, { 'user-agent': '' })).status).toBe(403);
      const answer = await app('github').ask(token, path, { 'user-agent': 'Gatehouse' });
      expect(await jsonOf(answer)).toMatchObject({ id: 583_231_042, email: null });
    }
  });

  it('GitHub lists noreply and old addresses beside the primary one, and none without the scope', async () => {
    const headers = { 'user-agent': 'Gatehouse' };
    const { access_token: token = '' } = await tokensOf('github');
    const list: unknown = await (await app('github').ask(token, '/user/emails', headers)).json();
    expect(list).toEqual([
      expect.objectContaining({ email: '583231042+ada-example@users.noreply.github.com', primary: false }),
      expect.objectContaining({ email: 'old.ada@elsewhere.example', primary: false, verified: true }),
      expect.objectContaining({ email: 'ada@github.example', primary: true, verified: true, visibility: 'private' }),
    ]);
    const { access_token: less = '' } = await tokensOf('github', 'ada', { scope: 'read:user' });
    expect((await app('github').ask(less, '/user/emails', headers)).status).toBe(404);
  });

  it('X refuses the whole call when the app may not have the address', async () => {
    const { access_token: token = '' } = await tokensOf('x', 'ada', { scope: 'users.read tweet.read' });
    expect((await app('x').ask(token, '/2/users/me?user.fields=confirmed_email')).status).toBe(403);
    expect(await jsonOf(await app('x').ask(token, '/2/users/me'))).toEqual({
      data: { id: '2244990042', name: 'Ada Example', username: 'ada_example' },
    });
  });

  it('Apple posts its answer from a page that needs no script, and allows its one line by hash', async () => {
    const url = (await app('apple').page()).url;
    const body = new URL(url).searchParams;
    body.set('persona', 'ria');
    const page = await fetch(url.split('?')[0] ?? '', { method: 'POST', body });
    const html = await page.text();
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(html) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(page.headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}'`);
    expect(html).toMatch(/<noscript><button type="submit">/);
    expect(html).toContain('action="http://localhost:3999/upstream/apple/callback"');
  });

  it('Apple tells the name once, and posts a "no" as well', async () => {
    const first = JSON.parse((await app('apple').back('noor')).get('user') ?? '');
    expect(first).toEqual({ name: { firstName: 'Noor', lastName: 'Nowhere' } });
    expect((await app('apple').back('noor')).has('user')).toBe(false);
    expect(Object.fromEntries(await app('apple').back('cancel'))).toEqual({
      state: 's',
      error: 'user_cancelled_authorize',
    });
  });

  it('Apple writes booleans as text, and says when an address is a relay', async () => {
    const { id_token: token = '', refresh_token: refresh } = await tokensOf('apple', 'ria');
    expect(decodeJwt(token)).toMatchObject({ email_verified: 'true', is_private_email: 'true', nonce_supported: true });
    const body = {
      client_id: fake.clients.apple.id,
      client_secret: await app('apple').clientSecret(),
      token: refresh ?? '',
    };
    const revoke = () => fetch(`${fake.base}/apple/auth/revoke`, { method: 'POST', body: new URLSearchParams(body) });
    expect([(await revoke()).status, (await revoke()).status]).toEqual([200, 400]);
  });

  const { now } = Date;
  it.each([
    ['another team', { claims: { iss: 'OTHER' } }],
    ['another app', { claims: { sub: 'other' } }],
    ['another audience', { claims: { aud: 'https://account.apple.com' } }],
    ['a life of a year', { claims: { exp: Math.floor(now() / 1000) + 31_536_000 } }],
    ['no end', { claims: { exp: undefined } }],
    ['another key', { kid: 'OTHER' }],
  ])('Apple refuses a client secret of %s', async (_name, changes) => {
    const { id, signing } = fake.clients.apple;
    if (!signing) throw new Error('Apple has no key');
    const answer = await app('apple').redeem((await app('apple').back()).get('code'), {
      client_secret: await appleSecret(id, signing, changes),
    });
    expect([answer.status, await jsonOf(answer)]).toEqual([400, { error: 'invalid_client' }]);
  });

  it('Microsoft is another issuer for each tenant, and lets in whom the path allows', async () => {
    const issuerOf = async (persona: string) => decodeJwt((await tokensOf('microsoft', persona))['id_token'] ?? '').iss;
    expect(await issuerOf('ada')).toBe('https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0');
    expect(await issuerOf('paul')).toContain('9188040d-6c67-4c5b-b112-36a304b66dad');
    const at = async (tenant: string, persona: string) => {
      const { url } = await app('microsoft').page();
      return fake.choose(url.replace('/common/', `/${tenant}/`), persona).then(
        ({ params }) => params.has('code'),
        (error: unknown) => /AADSTS50020/.test(String(error)) && 'refused',
      );
    };
    expect(await at('organizations', 'ada')).toBe(true);
    expect(await at('organizations', 'paul')).toBe('refused');
    expect(await at('consumers', 'paul')).toBe(true);
    expect(await at('consumers', 'ada')).toBe('refused');
  });

  it('Microsoft says in its keys and its document that the issuer depends on the tenant', async () => {
    const published = await jsonOf(
      await fetch(app('microsoft').at('https://x/common/v2.0/.well-known/openid-configuration')),
    );
    expect(published['issuer']).toBe('https://login.microsoftonline.com/{tenantid}/v2.0');
    const { keys } = await jsonOf(await fetch(String(published['jwks_uri'])));
    expect(keys).toContainEqual(expect.objectContaining({ issuer: published['issuer'] }));
  });

  it('LinkedIn forgets the nonce, and does not say what its keys are for', async () => {
    expect(decodeJwt((await tokensOf('linkedin', 'ada', { nonce: 'n' }))['id_token'] ?? '')).not.toHaveProperty(
      'nonce',
    );
    const { keys } = await jsonOf(await fetch(`${fake.base}/linkedin/oauth/openid/jwks`));
    expect(keys).toEqual([expect.not.objectContaining({ use: expect.anything() })]);
  });

  it('Discord says who sends people back, and has null for no address', async () => {
    expect((await app('discord').back()).get('iss')).toBe('https://discord.com');
    const { access_token: token = '' } = await tokensOf('discord', 'noor');
    for (const path of ['/api/users/@me', '/api/v10/users/@me']) {
      expect(await jsonOf(await app('discord').ask(token, path))).toMatchObject({ email: null, verified: false });
    }
  });

  it('GitLab says almost nothing in its ID token, and the rest in userinfo', async () => {
    const { id_token: idToken = '', access_token: token = '' } = await tokensOf('gitlab');
    expect(decodeJwt(idToken)).not.toHaveProperty('email');
    expect(await jsonOf(await app('gitlab').ask(token, '/oauth/userinfo'))).toMatchObject({
      sub: '4200042',
      email_verified: true,
    });
    expect(await jsonOf(await app('gitlab').ask(token, '/api/v4/user'))).toMatchObject({
      id: 4_200_042,
      state: 'active',
    });
  });

  it('Kakao has a number for an id, and leaves out what nobody agreed to', async () => {
    const { access_token: token = '' } = await tokensOf('kakao', 'noor');
    expect(await jsonOf(await app('kakao').ask(token, '/v2/user/me'))).toEqual({
      id: 3_712_300_046,
      connected_at: expect.any(String),
    });
  });

  it('Naver wraps its answers, writes a number as text, and ends a token on request', async () => {
    const { access_token: token = '', expires_in: lifetime } = await tokensOf('naver');
    expect(lifetime).toBe('3600');
    const me = () => app('naver').ask(token, '/v1/nid/me');
    expect(await jsonOf(await me())).toMatchObject({ resultcode: '00', response: { id: 'Xy0pAq_42' } });
    const ended = await app('naver').redeem(null, { grant_type: 'delete', access_token: token });
    expect(await jsonOf(ended)).toMatchObject({ result: 'success' });
    expect(await jsonOf(await me())).toMatchObject({ resultcode: '024' });
  });

  it('LINE signs with the channel secret, and for its app with a key', async () => {
    expect(decodeProtectedHeader((await tokensOf('line'))['id_token'] ?? '').alg).toBe('HS256');
    expect(decodeProtectedHeader((await tokensOf('line', 'alan'))['id_token'] ?? '').alg).toBe('ES256');
    expect((await app('line').back('cancel')).get('error')).toBe('ACCESS_DENIED');
  });

  it('Facebook says which scopes were granted', async () => {
    expect(Object.fromEntries(await app('facebook').back())).toMatchObject({ granted_scopes: 'public_profile,email' });
    fake.next({ prefix: 'facebook', user: { keepsEmail: true } });
    expect((await app('facebook').back()).get('denied_scopes')).toBe('email');
  });
});
