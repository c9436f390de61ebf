import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { visitSimulator, type SimulatorVisit } from './support/simulator_visit.ts';

let visit: SimulatorVisit;
beforeAll(async () => {
  visit = await visitSimulator();
});
afterAll(() => visit.close());

describe('the simulated Facebook', () => {
  const me = (token: string, proof: string) =>
    fetch(`${visit.base}/facebook/v24.0/me?fields=id,name,email,picture&appsecret_proof=${proof}`, {
      headers: { authorization: `Bearer ${token}` },
    });

  it('comes back with the fragment that Facebook leaves, and cancels in its own words', async () => {
    expect((await visit.choose('facebook', 'ada')).hash).toBe('#_=_');
    const cancelled = await visit.choose('facebook', 'cancel');
    expect(Object.fromEntries(cancelled.searchParams)).toEqual({
      state: 's',
      error: 'access_denied',
      error_code: '200',
      error_description: 'Permissions error',
      error_reason: 'user_denied',
    });
  });

  it.each([
    ['an unknown app', { client_id: 'x' }, 'Invalid App ID'],
    ['an unknown redirect URI', { redirect_uri: 'http://localhost:3999/elsewhere' }, 'URL Blocked'],
  ])('shows its own error page for %s', async (_name, change, words) => {
    const page = await visit.show('facebook', change);
    expect(page.status).toBe(400);
    expect(await page.text()).toContain(words);
  });

  it.each([
    ['another app', { client_id: 'x' }, 101],
    ['a wrong secret', { client_secret: 'x' }, 1],
    ['another redirect URI', { redirect_uri: 'http://localhost:3999/other' }, 100],
    ['a made-up code', { code: 'made-up' }, 100],
  ])('answers an error object for %s', async (_name, change, code) => {
    const answer = await visit.redeem(
      'facebook',
      (await visit.choose('facebook', 'ada')).searchParams.get('code'),
      change,
    );
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { type: 'OAuthException', code, message: expect.any(String), fbtrace_id: expect.any(String) },
    });
  });

  it('says that a code was used', async () => {
    const code = (await visit.choose('facebook', 'ada')).searchParams.get('code');
    await visit.redeem('facebook', code);
    expect(await (await visit.redeem('facebook', code)).json()).toMatchObject({ error: { error_subcode: 36_009 } });
  });

  it('gives a profile only to whoever proves to hold the secret', async () => {
    const { access_token: token } = await visit.tokens('facebook');
    const proof = createHmac('sha256', visit.clients.facebook.secret).update(token).digest('hex');
    expect(await (await me(token, proof)).json()).toMatchObject({
      id: '10220000000000042',
      email: 'ada.f@social.example',
      picture: { data: {} },
    });
    expect(await (await me(token, 'x')).json()).toMatchObject({ error: { type: 'GraphMethodException' } });
    expect(await (await me('EAAmade-up', proof)).json()).toMatchObject({ error: { code: 2500 } });
  });

  it('leaves the address out when it was not granted', async () => {
    const code = (await visit.choose('facebook', 'ada', { scope: 'public_profile' })).searchParams.get('code');
    const { access_token: token }: { access_token: string } = JSON.parse(
      await (await visit.redeem('facebook', code)).text(),
    );
    const proof = createHmac('sha256', visit.clients.facebook.secret).update(token).digest('hex');
    expect(await (await me(token, proof)).json()).not.toHaveProperty('email');
  });
});
