import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { pass, useRealClock } from '../support/clock.ts';
import { ISSUER, visitSimulator, type SimulatorVisit } from './support/simulator_visit.ts';

let visit: SimulatorVisit;
beforeAll(async () => {
  visit = await visitSimulator();
});
afterEach(() => {
  useRealClock();
});
afterAll(() => visit.close());

describe('the simulated Google', () => {
  it.each([
    ['an app that it does not know', { client_id: 'x' }, 401, 'invalid_client'],
    [
      'a redirect URI that differs by a slash',
      { redirect_uri: `${ISSUER}/upstream/google/callback/` },
      400,
      'redirect_uri_mismatch',
    ],
    ['an implicit flow', { response_type: 'token' }, 400, 'response_type'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 400, 'S256'],
    ['no openid', { scope: 'email' }, 400, 'openid'],
  ])('shows its own error page for %s', async (_name, change, status, words) => {
    const page = await visit.show('google', change);
    expect(page.status).toBe(status);
    expect(await page.text()).toContain(words);
  });

  it('comes back with iss, scope, authuser and prompt, and with hd for a Workspace', async () => {
    const params = (await visit.choose('google', 'grace')).searchParams;
    expect(Object.fromEntries(params)).toMatchObject({
      state: 's',
      iss: 'https://accounts.google.com',
      scope: 'openid email profile',
      authuser: '0',
      prompt: 'consent',
      hd: 'workspace.example',
    });
    expect((await visit.choose('google', 'cancel')).search).toBe('?state=s&error=access_denied');
  });

  it('signs what it says with the key it publishes', async () => {
    const { id_token: token, access_token: access } = await visit.tokens('google');
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${visit.base}/google/oauth2/v3/certs`)), {
      issuer: 'https://accounts.google.com',
      audience: visit.clients.google.id,
    });
    expect(payload).toMatchObject({
      nonce: 'n',
      email: 'ada.example@gmail.com',
      email_verified: true,
      azp: visit.clients.google.id,
    });
    expect(payload['at_hash']).toBe(createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url'));
  });

  it.each([
    ['a wrong secret', { client_secret: 'x' }, 401, 'invalid_client'],
    ['a wrong verifier', { code_verifier: 'w'.repeat(43) }, 400, 'invalid_grant'],
    ['another redirect URI', { redirect_uri: `${ISSUER}/other` }, 400, 'redirect_uri_mismatch'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a made-up code', { code: 'made-up' }, 400, 'invalid_grant'],
  ])('refuses tokens for %s', async (_name, change, status, error) => {
    const answer = await visit.redeem('google', (await visit.choose('google', 'ada')).searchParams.get('code'), change);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error });
  });

  it('redeems a code once, within ten minutes', async () => {
    const code = (await visit.choose('google', 'ada')).searchParams.get('code');
    expect((await visit.redeem('google', code)).status).toBe(200);
    expect(await (await visit.redeem('google', code)).json()).toMatchObject({ error: 'invalid_grant' });
    const late = (await visit.choose('google', 'ada')).searchParams.get('code');
    pass(601);
    expect(await (await visit.redeem('google', late)).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('answers userinfo until the access token is revoked', async () => {
    const { access_token: token } = await visit.tokens('google', 'una');
    const ask = () => fetch(`${visit.base}/google/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await ask()).json()).toMatchObject({ email: 'una@unverified.example', email_verified: false });
    const revoked = await fetch(`${visit.base}/google/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
    expect(revoked.status).toBe(200);
    expect((await ask()).status).toBe(401);
  });
});
