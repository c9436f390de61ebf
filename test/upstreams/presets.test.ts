import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { epochSeconds } from '../../src/kit/clock.ts';
import { upstreamMistakes, upstreamSettings } from '../../src/upstreams/index.ts';
import { defineUpstream, type UpstreamDefinition } from '../../src/upstreams/definition.ts';
import { authorizationUrl } from '../../src/upstreams/engines/authorization_url.ts';
import { signSecret } from '../../src/upstreams/engines/client_authentication.ts';
import { pathsOfMapping } from '../../src/upstreams/mapping/mapping.ts';
import { presetNames, presets, simulatedPresets, type SimulatedPreset } from '../../src/upstreams/presets/all.ts';
import type { Wishes } from '../../src/upstreams/upstream.ts';

const issuer = 'https://id.acme.example';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const appleKeys = { client_id: 'com.acme.id', team_id: 'ABCDE12345', key_id: 'FGHIJ67890', private_key: p8 };
// The verifier and its challenge are those of RFC 7636, appendix B.
const secrets = { state: 'the-state', nonce: 'the-nonce', verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' };

function entryFor(preset: SimulatedPreset, changes: object = {}): object {
  const credentials = preset === 'apple' ? appleKeys : { client_id: 'an-id', client_secret: 'a-secret' };
  return { id: 'me', preset, ...credentials, ...changes };
}

function define(entry: object): UpstreamDefinition {
  const definition = defineUpstream(upstreamSettings.parse(entry), { issuer });
  if (!definition) throw new Error('no credentials');
  return definition;
}

function mistakesIn(entry: object, mode: 'development' | 'production' = 'production') {
  return upstreamMistakes([upstreamSettings.parse(entry)], { issuer, mode });
}

function begin(entry: object, wishes: Wishes = {}): { page: string; params: Record<string, string> } {
  const definition = define(entry);
  const url = new URL(authorizationUrl(definition, definition.endpoints?.authorization ?? '', secrets, wishes));
  const common = { redirect_uri: `${issuer}/upstream/me/callback`, response_type: 'code', state: 'the-state' };
  const params = Object.fromEntries(url.searchParams);
  expect(params).toMatchObject(common);
  for (const name of Object.keys(common)) delete params[name];
  return { page: `${url.origin}${url.pathname}`, params };
}

const pkce = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const nonce = { nonce: 'the-nonce' };
const client_id = 'an-id';
const openid = 'openid profile email';

/** What each vendor's page is asked, besides state and redirect_uri; and what is read of its answers. */
const table: Record<SimulatedPreset, { page: string; params: Record<string, string>; reads: string[] }> = {
  google: {
    page: 'https://accounts.google.com/o/oauth2/v2/auth',
    params: { client_id, scope: 'openid email profile', ...nonce, ...pkce },
    reads: ['claims.email', 'id.email', 'id.email_verified', 'id.family_name', 'id.given_name', 'id.hd', 'id.name', 'id.picture', 'id.sub'],
  },
  facebook: {
    page: 'https://www.facebook.com/v24.0/dialog/oauth',
    params: { client_id, scope: 'public_profile,email' },
    reads: ['me.email', 'me.first_name', 'me.id', 'me.last_name', 'me.name'],
  },
  apple: {
    page: 'https://appleid.apple.com/auth/authorize',
    params: { client_id: 'com.acme.id', scope: 'openid name email', response_mode: 'form_post', ...nonce },
    reads: ['claims.email', 'id.email', 'id.email_verified', 'id.sub', 'user.name.firstName', 'user.name.lastName'],
  },
  microsoft: {
    page: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    params: { client_id, scope: openid, ...nonce, ...pkce },
    reads: ['id.email', 'id.family_name', 'id.given_name', 'id.name', 'id.oid', 'id.sub', 'id.tid', 'id.xms_edov'],
  },
  github: {
    page: 'https://github.com/login/oauth/authorize',
    params: { client_id, scope: 'read:user user:email', ...pkce },
    reads: ['claims.email', 'emails.email', 'emails.primary', 'emails.verified', 'user.avatar_url', 'user.id', 'user.login', 'user.name'],
  },
  gitlab: {
    page: 'https://gitlab.com/oauth/authorize',
    params: { client_id, scope: openid, ...nonce, ...pkce },
    reads: ['id.sub', 'user.email', 'user.email_verified', 'user.name', 'user.picture'],
  },
  linkedin: {
    page: 'https://www.linkedin.com/oauth/v2/authorization',
    params: { client_id, scope: openid, ...nonce },
    reads: ['id.sub', 'user.email', 'user.email_verified', 'user.family_name', 'user.given_name', 'user.name'],
  },
  x: {
    page: 'https://x.com/i/oauth2/authorize',
    params: { client_id, scope: 'users.read tweet.read users.email', ...pkce },
    reads: ['claims.email', 'contact.data.confirmed_email', 'user.data.id', 'user.data.name'],
  },
  discord: {
    page: 'https://discord.com/api/oauth2/authorize',
    params: { client_id, scope: 'identify email', ...pkce },
    reads: ['user.avatar', 'user.email', 'user.global_name', 'user.id', 'user.username', 'user.verified'],
  },
  kakao: {
    page: 'https://kauth.kakao.com/oauth/authorize',
    params: { client_id },
    reads: ['user.id', 'user.kakao_account.email', 'user.kakao_account.is_email_valid', 'user.kakao_account.is_email_verified', 'user.kakao_account.profile.nickname'],
  },
  naver: {
    page: 'https://nid.naver.com/oauth2.0/authorize',
    params: { client_id },
    reads: ['user.response.email', 'user.response.id', 'user.response.name', 'user.response.nickname'],
  },
  line: {
    page: 'https://access.line.me/oauth2/v2.1/authorize',
    params: { client_id, scope: openid, ...nonce, ...pkce },
    reads: ['id.email', 'id.name', 'id.sub'],
  },
}; // prettier-ignore

describe.each(simulatedPresets)('the preset %s', (preset) => {
  it('needs an id, its name and the credentials, and warns of nothing', () => {
    expect(mistakesIn(entryFor(preset))).toEqual([]);
    expect(define(entryFor(preset))).toMatchObject({ simulated: false, name: presets[preset].name });
  });

  it('sends people to the page of the vendor with what the vendor wants', () => {
    const { page, params } = table[preset];
    expect(begin(entryFor(preset))).toEqual({ page, params });
  });

  it('reads no more than what is written here', () => {
    expect(pathsOfMapping(presets[preset].mapping)).toEqual(table[preset].reads);
  });

  it('has all its addresses pinned, by https, and knows its issuer', () => {
    const { endpoints, issuer: pinned } = define(entryFor(preset));
    for (const url of Object.values(endpoints ?? {})) expect(url).toMatch(/^https:\/\/[^{}]+$/);
    expect(pinned).toMatch(/^https:/);
  });
});

describe('every preset', () => {
  it.each(presetNames)('%s says where its facts come from', (preset) => {
    const { checked, date, urls } = presets[preset].source;
    expect(checked).toBe('documentation');
    expect(date).toMatch(/^2026-\d\d-\d\d$/);
    expect(urls.every((url) => url.startsWith('https://'))).toBe(true);
    expect(urls.length).toBeGreaterThan(0);
  });
});

describe('wishes', () => {
  it.each<[SimulatedPreset, Wishes, Record<string, string>]>([
    ['google', { prompt: 'login', loginHint: 'a@x.example', uiLocales: 'ko', maxAge: '60' }, { prompt: 'select_account', login_hint: 'a@x.example', hl: 'ko' }],
    ['google', { prompt: 'none' }, {}],
    ['google', { maxAge: '0' }, { prompt: 'select_account' }],
    ['facebook', { prompt: 'login' }, { auth_type: 'reauthenticate' }],
    ['facebook', { prompt: 'consent' }, { auth_type: 'rerequest' }],
    ['microsoft', { prompt: 'login', maxAge: '0' }, { prompt: 'login', max_age: '0' }],
    ['microsoft', { prompt: 'none consent' }, { prompt: 'consent' }],
    ['github', { loginHint: 'ada', prompt: 'select_account' }, { login: 'ada', prompt: 'select_account' }],
    ['gitlab', { maxAge: '0' }, { prompt: 'login' }],
    ['kakao', { prompt: 'login', loginHint: 'ada' }, { prompt: 'login', login_hint: 'ada' }],
    ['naver', { maxAge: '0' }, { auth_type: 'reauthenticate' }],
    ['line', { prompt: 'login', maxAge: '30', uiLocales: 'ko' }, { prompt: 'login', max_age: '30', ui_locales: 'ko' }],
    ['discord', { prompt: 'login', acrValues: 'urn:x' }, {}],
    ['apple', { prompt: 'login', loginHint: 'ada', uiLocales: 'ko', maxAge: '0' }, {}],
    ['x', { prompt: 'login' }, {}],
    ['linkedin', { prompt: 'login' }, {}],
  ])('reach %s as %j in its own words', (preset, wishes, expected) => {
    expect(begin(entryFor(preset), wishes).params).toEqual({ ...table[preset].params, ...expected });
  }); // prettier-ignore
});

describe('a server of one’s own', () => {
  it('has its addresses and its issuer below base_url, and its word about an address counts for nothing', () => {
    const github = define(entryFor('github', { base_url: 'https://git.acme.example' }));
    expect(github).toMatchObject({
      issuer: 'https://git.acme.example/login/oauth',
      endpoints: {
        authorization: 'https://git.acme.example/login/oauth/authorize',
        token: 'https://git.acme.example/login/oauth/access_token',
        user: 'https://git.acme.example/api/v3/user',
        emails: 'https://git.acme.example/api/v3/user/emails',
      },
      mapping: { email_trust: { default: 'unverified', rules: [] } },
    });
    const gitlab = define(entryFor('gitlab', { base_url: 'https://acme.example/gitlab' }));
    expect(gitlab).toMatchObject({
      issuer: 'https://acme.example/gitlab',
      endpoints: { jwks: 'https://acme.example/gitlab/oauth/discovery/keys' },
      mapping: { email_trust: { default: 'unverified', rules: [] } },
    });
    const trusted = define(entryFor('gitlab', { base_url: 'https://git.acme.example', email_trust: 'verified' }));
    expect(trusted.mapping.email_trust.rules).toMatchObject([{ then: 'verified' }]);
  });
});

describe('a tenant of Microsoft', () => {
  const GUID = '11111111-2222-3333-4444-555555555555';

  it('stands in the addresses, and decides who may come by the claim', () => {
    const own = define(entryFor('microsoft', { tenant: GUID }));
    expect(own.endpoints?.jwks).toBe(`https://login.microsoftonline.com/${GUID}/discovery/v2.0/keys`);
    expect(own.issuer).toBe('https://login.microsoftonline.com/{tid}/v2.0');
    expect(own.restrict).toEqual([{ equals: ['id.tid', GUID] }]);
    const listed = define(entryFor('microsoft', { tenant: 'organizations', tenants: [GUID] }));
    expect(listed.restrict).toHaveLength(2);
    expect(listed.restrict).toContainEqual({ in: ['id.tid', [GUID]] });
    expect(define(entryFor('microsoft')).restrict).toEqual([]);
  });
});

describe('the secret that an app of Apple signs', () => {
  it('is a JWT of five minutes that the public half of the key verifies', async () => {
    const secret = await signSecret(define(entryFor('apple')));
    const { payload } = await jwtVerify(secret, publicKey, {
      algorithms: ['ES256'],
      issuer: 'ABCDE12345',
      subject: 'com.acme.id',
      audience: 'https://appleid.apple.com',
    });
    expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'FGHIJ67890' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    expect(Math.abs((payload.iat ?? 0) - epochSeconds())).toBeLessThanOrEqual(2);
  });

  it.each<[string, object, string]>([
    ['a client secret as well', { client_secret: 'x' }, 'client_secret'],
    ['a client secret instead', { client_secret: 'x', team_id: undefined, private_key: undefined }, 'client_secret'],
    ['no team', { team_id: '' }, 'team_id'],
    ['no key', { private_key: undefined }, 'private_key'],
  ])('is explained in one error when there is %s', (_name, changes, key) => {
    const mistakes = mistakesIn(entryFor('apple', changes));
    expect(mistakes).toEqual([{ path: [0, key], message: expect.stringMatching(/team_id, key_id and private_key/) }]);
  });

  it('needs a key of the right kind', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(mistakesIn(entryFor('apple', { private_key: pem }))).toMatchObject([{ path: [0, 'private_key'] }]);
    expect(mistakesIn(entryFor('apple', { private_key: 'no key' }))).toMatchObject([{ path: [0, 'private_key'] }]);
    const assertion = { token_auth: 'private_key_jwt', private_key: pem, client_secret: undefined };
    expect(mistakesIn(entryFor('microsoft', assertion))).toEqual([]);
  });
});

describe('a generic OAuth 2 server', () => {
  const forge = {
    id: 'me', preset: 'oauth2', issuer: 'https://forge.example', client_id: 'an-id', client_secret: 'a-secret',
    authorization_endpoint: 'https://forge.example/authorize', token_endpoint: 'https://forge.example/token',
    sources: [{ name: 'user', url: 'https://api.forge.example/me', ok_when: { equals: ['user.status', 'ok'] } }],
    subject: 'user.id', scopes: ['a', 'b'], scope_delimiter: ',', pkce: 'S256', claims: { name: { from: ['user.name'] } },
  }; // prettier-ignore

  it('is what the config file says', () => {
    expect(mistakesIn(forge)).toEqual([]);
    expect(define(forge)).toMatchObject({
      issuer: 'https://forge.example',
      endpoints: { user: 'https://api.forge.example/me' },
      sources: [{ name: 'user', from: 'http', endpoint: 'user', ok_when: { equals: ['user.status', 'ok'] } }],
      mapping: { subject: { from: ['user.id'] }, claims: { name: { from: ['user.name'] } } },
    });
    expect(begin(forge)).toEqual({ page: forge.authorization_endpoint, params: { client_id, scope: 'a,b', ...pkce } });
  });

  it.each(['authorization_endpoint', 'token_endpoint', 'sources', 'subject', 'issuer'])('does not guess %s', (key) => {
    const parsed = upstreamSettings.safeParse({ ...forge, [key]: undefined });
    expect(parsed.error?.issues.map(({ path }) => path[0])).toContain(key);
  });
});
