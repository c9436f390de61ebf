import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { simulatorClients, upstreamMistakes, upstreamSettings } from '../../src/upstreams/index.ts';
import { defineUpstream } from '../../src/upstreams/definition.ts';

const google = { id: 'google', preset: 'google', client_id: 'a', client_secret: 'b' };
const partner = {
  id: 'partner',
  preset: 'oidc',
  issuer: 'https://login.partner.example',
  client_id: 'a',
  client_secret: 'b',
};
const place = { issuer: 'https://id.acme.example' };
const parse = (entry: object) => upstreamSettings.parse(entry);

function problemsOf(entry: object): string[] {
  return (
    upstreamSettings.safeParse(entry).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []
  );
}

describe('the settings of an upstream', () => {
  it('need little more than credentials', () => {
    expect(parse(google)).toMatchObject({ linking: 'authoritative', enabled: true });
    expect(parse(partner)).toMatchObject({ linking: 'authoritative' });
  });

  it('take a domain in any case and script', () => {
    const written = ['Acme.Example.', 'bücher.example'];
    const canonical = ['acme.example', 'xn--bcher-kva.example'];
    const read = parse({ ...google, domains: written, allowed_domains: written });
    expect(read).toMatchObject({ domains: canonical, allowed_domains: canonical });
  });

  it.each([
    ['a key that is not there', { ...google, clientid: 'x' }, 'clientid'],
    ['a preset that is not there', { ...google, preset: 'gogle' }, 'preset'],
    ['an id that cannot stand in a URL', { ...google, id: 'My Google' }, 'id'],
    ['no issuer for oidc', { ...partner, issuer: undefined }, 'issuer'],
    ['an issuer for Google', { ...google, issuer: 'https://x.example' }, 'issuer'],
    ['an issuer with a query', { ...partner, issuer: 'https://x.example/?a=1' }, 'issuer'],
    ['an issuer that is no web address', { ...partner, issuer: 'ftp://x.example' }, 'issuer'],
    ['a subject of its own', { ...google, claims: { subject: { from: ['id.email'] } } }, 'claims'],
    ['a source that is not there', { ...google, claims: { name: { from: ['user.name'] } } }, 'claims'],
    ['a path into a prototype', { ...google, claims: { name: { from: ['id.__proto__'] } } }, 'claims.name.from.0'],
    ['a parameter of the protocol', { ...google, params: { redirect_uri: 'x' } }, 'params.redirect_uri'],
    ['a variable that the preset has not', { ...google, vars: { version: 'v1' } }, 'vars.version'],
    [
      'trust in a flag that Facebook does not send',
      { ...google, id: 'facebook', preset: 'facebook', email_trust: 'verified' },
      'email_trust',
    ],
    [
      'trust by a flag that is about another address',
      { ...google, claims: { email: { from: ['id.preferred_username'] } }, email_trust: 'verified' },
      'email_trust: preset `google` has no sign that the address under `claims` was checked',
    ],
    ['a tenant for Google', { ...google, tenant: 'common' }, 'tenant'],
    [
      'a tenant that is none',
      { ...google, preset: 'microsoft', tenant: 'acme.example' },
      'tenant: must be common, organizations, consumers',
    ],
    ['a tenant that is no GUID in the list', { ...google, preset: 'microsoft', tenants: ['common'] }, 'tenants.0'],
    ['a base for Google', { ...google, base_url: 'https://x.example' }, 'base_url'],
    ['a base that ends with a slash', { ...google, preset: 'gitlab', base_url: 'https://x.example/' }, 'base_url'],
    ['a base that is no web address', { ...google, preset: 'gitlab', base_url: 'x.example' }, 'base_url'],
    ['a base with a password', { ...google, preset: 'gitlab', base_url: 'https://a:b@x.example' }, 'base_url'],
    ['a base as a variable', { ...google, preset: 'gitlab', vars: { base_url: 'evil.example' } }, 'vars.base_url'],
    ['a team for Google', { ...google, team_id: 'x' }, 'team_id'],
    ['a way to authenticate for Apple', { ...google, preset: 'apple', token_auth: 'client_secret_post' }, 'token_auth'],
    ['a subject for Google', { ...google, subject: 'id.email' }, 'subject'],
    ['algorithms for Google', { ...google, id_token_algs: ['HS256'] }, 'id_token_algs'],
    ['an algorithm of nobody', { ...partner, id_token_algs: ['none'] }, 'id_token_algs.0'],
    ['a restriction by a source that is not there', { ...google, restrict: [{ exists: 'user.groups' }] }, 'restrict'],
    [
      'a restriction of two questions at once',
      { ...google, restrict: [{ exists: 'id.hd', true: 'id.hd' }] },
      'restrict.0',
    ],
    ['a domain with an @', { ...google, allowed_domains: ['@acme.example'] }, 'allowed_domains.0'],
    [
      'domains where no address counts as checked',
      { ...google, preset: 'naver', allowed_domains: ['acme.example'] },
      'allowed_domains: nobody could come in',
    ],
    ['domains of a partner nobody vouches for', { ...partner, allowed_domains: ['acme.example'] }, 'allowed_domains'],
    ['scopes without openid', { ...google, scopes: ['email'] }, 'scopes'],
  ])('refuse %s', (_name, entry, key) => {
    expect(problemsOf(entry).some((problem) => problem.startsWith(key) || problem.includes(key))).toBe(true);
  });

  it('have a JSON Schema for editors', () => {
    expect(z.toJSONSchema(upstreamSettings, { io: 'input' })).toMatchObject({
      type: 'object',
      additionalProperties: false,
    });
  });
});

describe('upstreamMistakes', () => {
  const mistakes = (entries: object[], mode: 'development' | 'production' = 'production') =>
    upstreamMistakes(entries.map(parse), { ...place, mode }).map(({ path }) => path.join('.'));

  it('finds what single entries cannot show', () => {
    expect(mistakes([google, partner])).toEqual([]);
    expect(mistakes([google, google])).toEqual(['1.id']);
    expect(mistakes([{ ...google, client_secret: '' }])).toEqual(['0.client_secret']);
    expect(mistakes([{ id: 'google', preset: 'google' }])).toEqual(['0.client_id', '0.client_secret']);
    expect(mistakes([{ id: 'google', preset: 'google', enabled: false }])).toEqual([]);
    expect(mistakes([{ id: 'google', preset: 'google' }], 'development')).toEqual([]);
    expect(mistakes([{ ...partner, client_id: undefined }], 'development')).toEqual(['0.client_id']);
    expect(mistakes([{ ...partner, issuer: place.issuer }])).toEqual(['0.issuer']);
    expect(mistakes([{ ...partner, issuer: 'http://login.partner.example' }], 'development')).toEqual(['0.issuer']);
    expect(mistakes([{ ...partner, issuer: 'http://localhost:4000' }])).toEqual(['0.issuer']);
    expect(mistakes([{ ...partner, issuer: 'http://localhost:4000' }], 'development')).toEqual([]);
    const gitlab = { ...google, preset: 'gitlab', base_url: 'http://git.acme.example' };
    expect(mistakes([gitlab])).toEqual(['0.base_url']);
    expect(mistakes([{ ...gitlab, base_url: place.issuer }])).toEqual(['0.base_url']);
    expect(mistakes([{ ...partner, client_secret: undefined, token_auth: 'private_key_jwt' }])).toEqual([
      '0.private_key',
    ]);
    const guarded = { ...google, params: { hd: 'x.example' }, restrict: [{ equals: ['id.hd', 'x.example'] }] };
    expect(mistakes([guarded])).toEqual([]);
  });
});

describe('defineUpstream', () => {
  it('uses the real endpoints with credentials, also in development', () => {
    const simulator = { base: 'http://127.0.0.1:1', clients: simulatorClients(place.issuer, []) };
    const definition = defineUpstream(parse(google), { ...place, simulator });
    expect(definition).toMatchObject({
      simulated: false,
      client_id: 'a',
      redirect_uri: 'https://id.acme.example/upstream/google/callback',
    });
    expect(definition?.endpoints?.authorization).toBe('https://accounts.google.com/o/oauth2/v2/auth');
  });

  it('defines nothing without credentials and simulator', () => {
    expect(defineUpstream(parse({ id: 'google', preset: 'google' }), place)).toBeUndefined();
  });

  it('puts the version of the Graph API where it belongs', () => {
    const entry = parse({ ...google, id: 'facebook', preset: 'facebook', vars: { version: 'v26.0' } });
    expect(defineUpstream(entry, place)?.endpoints).toEqual({
      authorization: 'https://www.facebook.com/v26.0/dialog/oauth',
      token: 'https://graph.facebook.com/v26.0/oauth/access_token',
      profile: 'https://graph.facebook.com/v26.0/me',
      graph: 'https://graph.facebook.com/v26.0',
    });
  });

  it('takes the short form of email_trust as the level of a checked address only', () => {
    expect(
      defineUpstream(parse({ ...partner, email_trust: 'authoritative' }), place)?.mapping.email_trust,
    ).toMatchObject({
      default: 'unverified',
      rules: [{ then: 'authoritative' }],
    });
    expect(
      defineUpstream(parse({ ...google, email_trust: 'verified' }), place)?.mapping.email_trust.rules,
    ).toHaveLength(1);
  });

  it('believes nothing about an address that is read from elsewhere than the preset says, but by rules of its own', () => {
    const trustOf = (entry: object) => defineUpstream(parse(entry), place)?.mapping.email_trust;
    const claims = { email: { from: ['id.preferred_username'] } };
    expect(trustOf({ ...google, claims })).toEqual({ default: 'unverified', rules: [] });
    const own = { default: 'unverified', rules: [{ when: { true: 'id.username_verified' }, then: 'verified' }] };
    expect(trustOf({ ...google, claims, email_trust: own })).toEqual(own);
  });
});

describe('a daring setting', () => {
  const warningsFor = (entry: object) => upstreamMistakes([parse(entry)], { ...place, mode: 'production' });

  it.each([
    [{ ...google, linking: 'verified' }, 'linking', 'merely checked'],
    [{ ...partner, email_trust: 'authoritative' }, 'email_trust', 'every address'],
    [{ ...partner, email_trust: { default: 'verified', rules: [] } }, 'email_trust', 'nobody checked'],
    [{ ...partner, pkce: 'off' }, 'pkce', 'stolen code'],
    [{ ...partner, token_auth: 'none' }, 'token_auth', 'client_id'],
    [{ ...partner, id_token_algs: ['RS256', 'HS256'] }, 'id_token_algs', 'client secret'],
    [{ ...google, params: { hd: 'acme.example' } }, 'params', '`restrict` by `id.hd`'],
  ])('is no mistake but a warning: %j', (entry, key, words) => {
    expect(warningsFor(entry)).toEqual([{ path: [0, key], message: expect.stringContaining(words), warning: true }]);
    expect(warningsFor({ ...entry, enabled: false })).toEqual([]);
  });
});
