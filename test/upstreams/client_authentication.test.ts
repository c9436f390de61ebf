import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import { upstreamSettings } from '../../src/upstreams/index.ts';
import { defineUpstream } from '../../src/upstreams/definition.ts';
import { requestTokens } from '../../src/upstreams/engines/request_tokens.ts';

const ENDPOINT = 'https://login.partner.example/token';
const partner = { id: 'me', preset: 'oidc', issuer: 'https://login.partner.example', client_id: 'an-id' };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** What the token endpoint of an upstream gets to see. */
async function sent(entry: object): Promise<{ form: URLSearchParams; headers: Headers }> {
  const definition = defineUpstream(upstreamSettings.parse({ ...partner, ...entry }), { issuer: 'https://id.example' });
  if (!definition) throw new Error('no credentials');
  const seen = { form: new URLSearchParams(), headers: new Headers() };
  const fetch = async (_url: unknown, init?: RequestInit) => {
    seen.form = new URLSearchParams(await new Response(init?.body).text());
    seen.headers = new Headers(init?.headers);
    return Response.json({ access_token: 'at', token_type: 'bearer' });
  };
  await requestTokens(definition, ENDPOINT, { code: 'c', state: 's', verifier: 'v' }, fetch);
  return seen;
}

const client_secret = 'a secret/%+& of some length, at least';

describe('the token request', () => {
  it.each<[string, object, Record<string, string | null>, unknown]>([
    ['client_secret_post', { client_secret }, { client_id: 'an-id', client_secret, code_verifier: 'v', state: null }, null],
    ['client_secret_basic', { client_secret }, { client_secret: null }, expect.stringMatching(/^Basic /)],
    ['none', {}, { client_id: 'an-id', client_secret: null, client_assertion: null }, null],
  ])('says who we are by %s', async (token_auth, entry, fields, authorization) => {
    const { form, headers } = await sent({ ...entry, token_auth });
    for (const [name, value] of Object.entries(fields)) expect([name, form.get(name)]).toEqual([name, value]);
    expect(headers.get('authorization')).toEqual(authorization);
    expect(headers.get('accept')).toBe('application/json');
  }); // prettier-ignore

  it.each([
    ['RS256', rsa],
    ['ES256', ec],
    ['Ed25519', ed],
  ])('carries an assertion signed with %s', async (alg, { privateKey, publicKey }) => {
    const { form } = await sent({ token_auth: 'private_key_jwt', private_key: pem(privateKey), key_id: 'key-1' });
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const expected = { algorithms: [alg], issuer: 'an-id', subject: 'an-id', audience: partner.issuer };
    const { protectedHeader } = await jwtVerify(form.get('client_assertion') ?? '', publicKey, expected);
    expect(protectedHeader.kid).toBe('key-1');
  });

  it('carries an assertion signed with the secret', async () => {
    const { form } = await sent({ token_auth: 'client_secret_jwt', client_secret });
    const key = new TextEncoder().encode(client_secret);
    const { payload } = await jwtVerify(form.get('client_assertion') ?? '', key, { algorithms: ['HS256'] });
    expect(payload).toMatchObject({ iss: 'an-id', sub: 'an-id' });
    expect(form.get('client_secret')).toBeNull();
  });

  it('names the certificate as Microsoft wants it', async () => {
    const own = { preset: 'microsoft', issuer: undefined, token_auth: 'private_key_jwt', key_id: 'thumbprint' };
    const { form } = await sent({ ...own, private_key: pem(rsa.privateKey) });
    const { protectedHeader } = await jwtVerify(form.get('client_assertion') ?? '', rsa.publicKey, {
      audience: ENDPOINT,
    });
    expect(protectedHeader).toMatchObject({ alg: 'PS256', 'x5t#S256': 'thumbprint' });
    expect(protectedHeader).not.toHaveProperty('kid');
  });

  it('repeats the state where Naver wants it', async () => {
    const { form } = await sent({ preset: 'naver', issuer: undefined, client_secret });
    expect(form.get('state')).toBe('s');
    expect(form.get('code_verifier')).toBeNull();
  });
});
