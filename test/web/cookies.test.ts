import { afterEach, describe, expect, it } from '@jest/globals';
import { cookiesOf, openDoor, type Door } from './door.ts';
import type { CookieName, Web } from '../../src/web/index.ts';

const NAMES: CookieName[] = ['session', 'browser', 'interaction', 'resume', 'locale', 'last_upstream', 'demo'];

function routes(web: Web): void {
  web.router.get('/set', (ctx) => {
    for (const name of NAMES) web.cookies.set(ctx, name, 'value', { maxAge: 60 });
    ctx.body = 'set';
  });
  web.router.get('/get', (ctx) => {
    ctx.body = Object.fromEntries(NAMES.map((name) => [name, web.cookies.get(ctx, name) ?? null]));
  });
  web.router.get('/remove', (ctx) => {
    web.cookies.set(ctx, 'demo', null);
    ctx.body = 'removed';
  });
  web.router.get('/bind', (ctx) => {
    ctx.body = { before: web.browser.read(ctx) ?? null, made: web.browser.ensure(ctx), after: web.browser.read(ctx) };
  });
}

describe('cookies', () => {
  let door: Door;
  afterEach(() => door.close());

  it('are prefixed, Secure, HttpOnly, Lax, signed and without Domain on an https issuer', async () => {
    door = await openDoor({ issuer: 'https://id.acme.example' }, routes);
    const { headers } = await door.ask('GET', '/set');
    const cookies = headers['set-cookie'] ?? [];
    expect(cookies.map((cookie) => cookie.split('=', 1)[0]).filter((name) => !name?.endsWith('.sig'))).toEqual([
      '__Host-gatehouse_session',
      '__Host-gatehouse_browser',
      '__Secure-gatehouse_interaction',
      '__Secure-gatehouse_resume',
      '__Host-gatehouse_locale',
      '__Host-gatehouse_last_upstream',
      '__Host-gatehouse_demo',
    ]);
    expect(cookies).toHaveLength(2 * NAMES.length);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; path=\/; expires=[^;]+; samesite=lax; secure; httponly$/);
      expect(cookie).not.toMatch(/domain/i);
    }
  });

  it('have no prefix and no Secure on a loopback http issuer', async () => {
    door = await openDoor({}, routes);
    const { headers } = await door.ask('GET', '/set');
    for (const cookie of headers['set-cookie'] ?? []) {
      expect(cookie).toMatch(/^gatehouse_[a-z_]+(\.sig)?=.*; samesite=lax; httponly$/);
    }
  });

  it('end with the browser session when no age is given', async () => {
    door = await openDoor({}, (web) => {
      web.router.get('/', (ctx) => {
        web.cookies.set(ctx, 'demo', 'value');
        ctx.body = 'set';
      });
    });
    const { headers } = await door.ask('GET', '/');
    expect(headers['set-cookie']?.[0]).toBe('gatehouse_demo=value; path=/; samesite=lax; httponly');
  });

  it('come back, and count for nothing unsigned or forged', async () => {
    door = await openDoor({}, routes);
    const set = cookiesOf(await door.ask('GET', '/set'));
    const back = await door.ask('GET', '/get', { headers: { cookie: set } });
    expect(JSON.parse(back.text)).toMatchObject({ demo: 'value', session: 'value' });
    const forged = await door.ask('GET', '/get', { headers: { cookie: set.replaceAll('=value', '=forged') } });
    const unsigned = await door.ask('GET', '/get', { headers: { cookie: 'gatehouse_demo=value' } });
    expect(JSON.parse(forged.text).demo).toBeNull();
    expect(JSON.parse(unsigned.text).demo).toBeNull();
  });

  it('are removed together with their signature', async () => {
    door = await openDoor({ issuer: 'https://id.acme.example' }, routes);
    const { headers } = await door.ask('GET', '/remove');
    expect(headers['set-cookie']).toHaveLength(2);
    for (const cookie of headers['set-cookie'] ?? []) {
      expect(cookie).toMatch(
        /^__Host-gatehouse_demo.*; path=\/; expires=Thu, 01 Jan 1970 00:00:00 GMT;.*; secure; httponly$/,
      );
    }
  });

  it('survive the rotation of the keys, and not the end of the key that signed them', async () => {
    let keys = ['old'];
    door = await openDoor({ cookieKeys: () => keys }, routes);
    const cookie = cookiesOf(await door.ask('GET', '/set'));
    keys = ['new', 'old'];
    const rotated = await door.ask('GET', '/get', { headers: { cookie } });
    expect(JSON.parse(rotated.text).demo).toBe('value');
    // Signed anew, it would end with the browser, however long it was to be kept.
    expect(cookiesOf(rotated)).toBe('');
    keys = ['new'];
    const retired = await door.ask('GET', '/get', { headers: { cookie } });
    expect(JSON.parse(retired.text).demo).toBeNull();
  });

  it('refuse another path where the prefix forbids it', async () => {
    door = await openDoor({}, (web) => {
      web.router.get('/', (ctx) => web.cookies.set(ctx, 'demo', 'value', { path: '/demo' }));
      web.router.get('/visit', (ctx) => {
        web.cookies.set(ctx, 'interaction', 'value', { path: '/interaction/x' });
        ctx.body = 'set';
      });
    });
    expect((await door.ask('GET', '/')).status).toBe(500);
    expect((await door.ask('GET', '/visit')).headers['set-cookie']?.[0]).toContain('path=/interaction/x');
  });

  it('bind a browser by 256 random bits of which rooms see a hash, once', async () => {
    door = await openDoor({ issuer: 'https://id.acme.example' }, routes);
    const first = await door.ask('GET', '/bind');
    const { before, made, after } = JSON.parse(first.text);
    expect(before).toBeNull();
    expect(after).toBe(made);
    const cookie = cookiesOf(first);
    expect(cookie).toMatch(/^__Host-gatehouse_browser=[A-Za-z0-9_-]{43}; __Host-gatehouse_browser\.sig=/);
    expect(cookie).not.toContain(made);
    const second = await door.ask('GET', '/bind', { headers: { cookie } });
    expect(JSON.parse(second.text)).toEqual({ before: made, made, after: made });
    expect(second.headers['set-cookie']).toBeUndefined();
  });
});
