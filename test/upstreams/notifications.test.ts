import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { hmac } from '../../src/kit/random.ts';
import { startFakeUpstream, type FakeUpstream } from './support/fake_upstream.ts';
import { appleNotification, facebookSignedRequest, googleRisc, kakaoUnlink } from './support/notifications.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream({ issuer: 'http://localhost:3999' });
});
afterAll(() => fake.close());

const verify = async (token: string, path: string) =>
  (await jwtVerify(token, createRemoteJWKSet(new URL(`${fake.base}${path}`)))).payload;

describe('what upstreams tell on their own account', () => {
  it('is signed by Facebook with the secret of the app', () => {
    const signed = new URLSearchParams(facebookSignedRequest(fake, '42').body).get('signed_request') ?? '';
    const [signature, payload = ''] = signed.split('.');
    expect(signature).toBe(hmac(fake.clients.facebook.secret, payload));
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ user_id: '42' });
  });

  it('is a security event token at Google, for this app, of this person', async () => {
    const { body, headers } = await googleRisc(fake, 'account-disabled', '42');
    expect(headers['content-type']).toBe('application/secevent+jwt');
    const claims = await verify(body, '/google/oauth2/v3/certs');
    expect(claims).toMatchObject({ iss: 'https://accounts.google.com/', aud: fake.clients.google.id });
    expect(Object.values(claims['events'] ?? {})).toEqual([
      { reason: 'hijacking', subject: { subject_type: 'iss-sub', iss: 'https://accounts.google.com/', sub: '42' } },
    ]);
  });

  it('holds JSON inside a text at Apple', async () => {
    const { body } = await appleNotification(fake, 'email-disabled', '000123.42');
    const { payload }: { payload: string } = JSON.parse(body);
    const { events } = await verify(payload, '/apple/auth/keys');
    expect(typeof events).toBe('string');
    expect(JSON.parse(String(events))).toMatchObject({
      type: 'email-disabled',
      sub: '000123.42',
      is_private_email: 'true',
    });
  });

  it('carries the admin key at Kakao', () => {
    const { headers, body } = kakaoUnlink('admin-key', '3712300042');
    expect(headers['authorization']).toBe('KakaoAK admin-key');
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      user_id: '3712300042',
      referrer_type: 'UNLINK_FROM_APPS',
    });
  });
});
