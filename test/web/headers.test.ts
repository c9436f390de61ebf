import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contentSecurityPolicy } from '../../src/web/index.ts';
import { openDoor, type Door } from './door.ts';

describe('the headers of every answer (H2)', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({ issuer: 'https://id.acme.example' }, (web) => {
      web.router.get('/page', (ctx) =>
        web.page(ctx, {
          view: 'page',
          screen: 'login',
          title: 'Sign in',
          formTargets: ['https://wiki.example'],
          locals: { text: 'here' },
        }),
      );
      web.router.get('/text', (ctx) => {
        ctx.body = 'text';
      });
      web.router.get('/broken', (ctx) => {
        ctx.set({ ETag: '"x"', 'Cache-Control': 'public', Location: '/elsewhere' });
        throw new Error('broken');
      });
    });
  });
  afterAll(() => door.close());

  it.each([
    ['a page', 'GET', '/page', {}, 200],
    ['a text', 'GET', '/text', {}, 200],
    ['a HEAD', 'HEAD', '/page', {}, 200],
    ['OPTIONS', 'OPTIONS', '/page', {}, 204],
    ['a missing page', 'GET', '/nowhere', {}, 404],
    ['a missing page as JSON', 'GET', '/nowhere', { accept: 'application/json' }, 404],
    ['another method', 'POST', '/page', {}, 405],
    ['a method we do not speak', 'PATCH', '/page', {}, 405],
    ['another host', 'GET', '/page', { host: 'evil.example' }, 421],
    ['a broken page', 'GET', '/broken', {}, 500],
    ['health', 'GET', '/health/live', { host: '10.0.0.1' }, 200],
    ['a change of language', 'GET', '/page?lang=ko', {}, 303],
  ])('stand on %s', async (_, method, path, headers: Record<string, string>, status) => {
    const answer = await door.ask(method, path, { headers: { accept: 'text/html', ...headers } });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'permissions-policy': expect.stringContaining('camera=()'),
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });

  it('let the forms of a page end where the page says, and nowhere else', async () => {
    const page = await door.ask('GET', '/page');
    expect(page.headers['content-security-policy']).toBe(
      contentSecurityPolicy({ formTargets: ['https://wiki.example'] }),
    );
    const text = await door.ask('GET', '/text');
    expect(text.headers['content-security-policy']).toBe(contentSecurityPolicy());
  });

  it('drop what a broken handler had set', async () => {
    const { headers } = await door.ask('GET', '/broken');
    expect(headers.etag).toBeUndefined();
    expect(headers.location).toBeUndefined();
  });

  it('ask for no https on a loopback http issuer', async () => {
    const plain = await openDoor();
    expect((await plain.ask('GET', '/health/live')).headers['strict-transport-security']).toBeUndefined();
    await plain.close();
  });

  it('name the methods of a path', async () => {
    expect((await door.ask('POST', '/page')).headers.allow).toBe('HEAD, GET, OPTIONS');
    expect((await door.ask('OPTIONS', '/page')).headers.allow).toBe('HEAD, GET, OPTIONS');
  });
});
