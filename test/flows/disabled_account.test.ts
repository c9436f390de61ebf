import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { continueWith, signInLocally, signUpLocally } from '../support/people.ts';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';

let world: World;
let signedIn: Browser;

beforeAll(async () => {
  world = await startWorld();
  signedIn = createBrowser();
  await signUpLocally(world, signedIn, 'yara@example.com');
  await continueWith(world, createBrowser(), 'google', 'ada.example@gmail.com');
  await world.query('update accounts set disabled_at = created_at');
});
afterAll(() => world.stop());

describe('a disabled account', () => {
  it('is said to be disabled after the right password only', async () => {
    const page = await signInLocally(world, createBrowser(), 'yara@example.com');
    expect(page).toMatchObject({ screen: 'error', status: 403, error: 'account_disabled' });
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const wrong = await browser.submit({ fields: { email: 'yara@example.com', password: 'not the right password' } });
    expect(wrong).toMatchObject({ screen: 'login', status: 401, error: undefined });
  });

  it('is refused when it comes through an upstream (B12)', async () => {
    const page = await continueWith(world, createBrowser(), 'google', 'ada.example@gmail.com');
    expect(page).toMatchObject({ screen: 'error', status: 403, error: 'account_disabled' });
  });

  it('has no session any more, and its app gets no new tokens (D8)', async () => {
    expect((await signedIn.open(`${world.app.url}/refresh`)).body).toContain('invalid_grant');
    expect((await signedIn.open(`${world.app.url}/login`)).screen).toBe('login');
    expect((await signedIn.open(`${world.gatehouse.issuer}/account`)).screen).toBe('login');
  });

  it('has no active token', async () => {
    const authorization = `Basic ${Buffer.from(`app:${CLIENT_SECRET}`).toString('base64')}`;
    const answers = await Promise.all(
      // JWTs say for themselves when they end; the ID token is one.
      (await world.app.secrets())
        .filter((secret) => !secret.includes('.'))
        .map(async (token) => {
          const body = new URLSearchParams({ token });
          const url = `${world.gatehouse.issuer}/oidc/introspect`;
          const answer = await fetch(url, { method: 'POST', headers: { authorization }, body });
          return answer.json();
        }),
    );
    expect(answers.length).toBeGreaterThan(3);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"active":false}']));
  });
});
