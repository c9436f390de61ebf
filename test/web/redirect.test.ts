import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDoor, type Door } from './door.ts';

describe('a redirect (D3, D18)', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({}, (web) => {
      web.router.get('/go', (ctx) => web.redirect(ctx, String(ctx.query['to'])));
    });
  });
  afterAll(() => door.close());

  const go = (to: string) => door.ask('GET', `/go?${new URLSearchParams({ to }).toString()}`);

  it.each([
    '/account',
    '/interaction/x?a=b',
    'https://wiki.example/cb?code=a&state=b%20c',
    'http://127.0.0.1:4000/cb',
    'com.example.app:/cb?code=x',
  ])('goes to %s with 303 and says no more', async (to) => {
    const answer = await go(to);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe(to);
    expect(answer.text).toBe('');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'account',
    '',
    'javascript:alert(1)',
    'JavaScript:x',
    'data:text/html,x',
    '/a\nb',
    '/a b',
  ])('refuses %j', async (to) => {
    const answer = await go(to);
    expect(answer.status).toBe(500);
    expect(answer.headers.location).toBeUndefined();
  });
});
