import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDoor, writeFile, type Door } from './door.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

describe('static files', () => {
  let door: Door;
  let folder: string;
  let urls: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-brand-'));
    writeFile(join(folder, 'logo.SVG'), SVG);
    writeFile(join(folder, 'dark.png'), PNG);
    const brand = {
      name: 'Acme',
      accent: '#ffd400',
      logo: join(folder, 'logo.SVG'),
      logo_dark: join(folder, 'dark.png'),
    };
    door = await openDoor({ brand }, (web) => {
      web.router.get('/urls', (ctx) => web.page(ctx, { view: 'urls', screen: 'x', title: 'x', locals: {} }));
    });
    writeFile(
      join(door.folder, 'views/urls.pug'),
      '!= JSON.stringify({ ...assets, logo: brand.logo, dark: brand.logo_dark })',
    );
    urls = JSON.parse((await door.ask('GET', '/urls')).text);
  });
  afterAll(async () => {
    await door.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['css', /^\/assets\/look-[0-9a-f]{16}\.css$/, 'text/css; charset=utf-8'],
    ['js', /^\/assets\/page-[0-9a-f]{16}\.js$/, 'text/javascript; charset=utf-8'],
    ['mark', /^\/assets\/mark-[0-9a-f]{16}\.svg$/, 'image/svg+xml'],
    ['logo', /^\/assets\/logo-[0-9a-f]{16}\.svg$/, 'image/svg+xml'],
    ['dark', /^\/assets\/logo-dark-[0-9a-f]{16}\.png$/, 'image/png'],
  ])('serve %s under its hash, for ever, with a fixed type', async (name, pattern, type) => {
    expect(urls[name]).toMatch(pattern);
    const answer = await door.ask('GET', urls[name] ?? '');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('are one stylesheet, the theme of the accent first', async () => {
    const { text } = await door.ask('GET', urls['css'] ?? '');
    expect(text).toMatch(/^:root\{/);
    expect(text).toContain('#ffd400');
    expect(text).toContain('main{color:var(--ink)}');
  });

  it('are compressed for who can read it', async () => {
    const plain = await door.ask('GET', urls['css'] ?? '');
    const brotli = await door.ask('GET', urls['css'] ?? '', { headers: { 'accept-encoding': 'gzip, deflate, br' } });
    const gzip = await door.ask('GET', urls['css'] ?? '', { headers: { 'accept-encoding': 'gzip' } });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(brotliDecompressSync(brotli.bytes).toString()).toBe(plain.text);
    expect(gunzipSync(gzip.bytes).toString()).toBe(plain.text);
    expect(Number(brotli.headers['content-length'])).toBe(brotli.bytes.length);
    for (const { headers } of [plain, brotli, gzip]) expect(headers.vary).toBe('Accept-Encoding');
    const picture = await door.ask('GET', urls['dark'] ?? '', { headers: { 'accept-encoding': 'br' } });
    expect(picture.headers['content-encoding']).toBeUndefined();
    expect(picture.bytes).toEqual(PNG);
  });

  it('run nothing when an SVG is opened by itself', async () => {
    const { headers, text } = await door.ask('GET', urls['logo'] ?? '');
    expect(text).toBe(SVG);
    expect(headers['content-security-policy']).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
  });

  it('give a page of another release the file there is, to be kept by nobody', async () => {
    const answer = await door.ask('GET', '/assets/look-0123456789abcdef.css');
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it.each([
    '/assets/look.css',
    '/assets/other-0123456789abcdef.css',
    '/assets/look-0123456789abcdef.js',
    '/assets/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/constructor-0123456789abcdef.css',
  ])('have nothing at %s', async (path) => {
    expect((await door.ask('GET', path)).status).toBe(404);
  });

  it.each([
    ['a picture that is missing', { logo: '/nowhere/logo.svg' }, /ENOENT/],
    ['a picture that is none', { logo: '/etc/passwd' }, /is not one of/],
  ])('stop the start for %s', async (_, pictures, message) => {
    await expect(openDoor({ brand: { name: 'Acme', accent: '#0b5fff', ...pictures } })).rejects.toThrow(message);
  });

  it('stop the start for a picture of a megabyte', async () => {
    const logo = join(folder, 'large.png');
    writeFile(logo, Buffer.alloc(1024 * 1024));
    await expect(openDoor({ brand: { name: 'Acme', accent: '#0b5fff', logo } })).rejects.toThrow(/larger than 512 kB/);
  });
});
