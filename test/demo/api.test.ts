import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { demoWorld, type DemoWorld } from './demo_world.ts';

let world: DemoWorld;
beforeAll(async () => {
  world = await demoWorld();
});
afterAll(() => world.stop());

interface Forged {
  header?: Record<string, string>;
  claims?: Record<string, unknown>;
  expires?: string;
}

/** A token as the issuer would make it, with what a case changes. */
function token({ header = {}, claims = {}, expires = '10m' }: Forged = {}): Promise<string> {
  return new SignJWT({ scope: 'read', client_id: 'gatehouse-demo', sub: 'alice', jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'test', typ: 'at+jwt', ...header })
    .setIssuer(typeof claims['iss'] === 'string' ? claims['iss'] : world.url)
    .setAudience(typeof claims['aud'] === 'string' ? claims['aud'] : `${world.url}/demo/api`)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(world.signingKey);
}

const call = (authorization?: string) =>
  fetch(`${world.url}/demo/api`, { headers: authorization === undefined ? {} : { authorization } });

describe('the demo API', () => {
  it('answers who calls', async () => {
    const answer = await call(`Bearer ${await token()}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ sub: 'alice', client_id: 'gatehouse-demo', scope: 'read' });
  });

  it('asks for a token when there is none', async () => {
    const answer = await call();
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="demo"');
  });

  it.each<[string, Forged]>([
    ['is for another API', { claims: { aud: 'https://other.example' } }],
    ['is of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['has expired', { expires: '-1s' }],
    ['is an ID token', { header: { typ: 'JWT' } }],
    ['names no client', { claims: { client_id: undefined } }],
    ['names an unknown key', { header: { kid: 'other' } }],
  ])('refuses a token that %s', async (_name, forged) => {
    const answer = await call(`Bearer ${await token(forged)}`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('refuses a changed, an unsigned, an HMAC-signed and an opaque token', async () => {
    const [header = '', claims = '', signature = ''] = (await token()).split('.');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const hmac = await new SignJWT({ sub: 'alice', client_id: 'x', jti: 'x', scope: 'read' })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuer(world.url)
      .setAudience(`${world.url}/demo/api`)
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(Buffer.alloc(32, 1));
    const changed = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('alice', 'admin')).toString(
      'base64url',
    );
    const bad = [`${header}.${changed}.${signature}`, `${unsigned}.${claims}.`, hmac, 'an-opaque-token'];
    const answers = await Promise.all(bad.map((value) => call(`Bearer ${value}`)));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  it('refuses a token without its scope', async () => {
    const answer = await call(`Bearer ${await token({ claims: { scope: 'write openid' } })}`);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="read"');
  });
});
