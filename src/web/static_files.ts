import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type Koa from 'koa';
import { mark, readPicture, type Picture } from './brand_files.ts';
import type { BrandSettings } from './settings.ts';
import { themeCss } from './theme.ts';

/** The URLs that pages name. */
export interface AssetUrls {
  css: string;
  js: string;
  /** For the pages that ask for a passkey. */
  passkeys: string;
  mark: string;
  logo?: string;
  logoDark?: string;
}

interface StaticFile {
  url: string;
  type: string;
  body: Buffer;
  /** Absent for what is as small as it gets. */
  compressed?: (coding: Coding) => Promise<Buffer>;
}

/** How it can be compressed, the best first. */
const codings = {
  br: (body: Buffer) =>
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
  gzip: (body: Buffer) => promisify(gzip)(body, { level: 9 }),
};

type Coding = keyof typeof codings;

const PATH = /^\/assets\/([a-z-]+)-[0-9a-f]{16}\.([a-z]+)$/;
const YEAR = 365 * 86_400;

/** Everything under /assets, as it is served from memory. */
export interface StaticFiles {
  urls(): AssetUrls;
  middleware: Koa.Middleware;
  /** Reads the files for another brand, which are served from the call of what it returns. Throws like the opening. */
  prepare(brand: BrandSettings): () => void;
}

type Files = ReadonlyMap<string, StaticFile>;

/**
 * Everything under /assets, read once, compressed when it is first asked for, and served from memory: the stylesheet (theme
 * first, one file), the script, the brand's pictures. Throws at once when a file is missing.
 */
export function createStaticFiles({ assetsDir, brand }: { assetsDir: string; brand: BrandSettings }): StaticFiles {
  let live = readAll(assetsDir, brand, new Map());
  return {
    urls: () => live.urls,
    middleware: serve(() => live.files),
    prepare(next) {
      const read = readAll(assetsDir, next, live.files);
      return () => void (live = read);
    },
  };
}

/** What is the same as before is not compressed again: that takes a moment. */
function readAll(assetsDir: string, brand: BrandSettings, before: Files): { urls: AssetUrls; files: Files } {
  const files = new Map<string, StaticFile>();
  const add = (name: string, picture: Picture): string => {
    const key = `${name}.${picture.extension}`;
    const url = urlOf(name, picture);
    const known = before.get(key);
    files.set(key, known?.url === url ? known : staticFile(url, picture));
    return url;
  };
  const css = themeCss(brand.accent) + readFileSync(join(assetsDir, 'look.css'), 'utf8');
  const script = (file: string): Picture => {
    return { extension: 'js', type: 'text/javascript; charset=utf-8', body: readFileSync(join(assetsDir, file)) };
  };
  const urls: AssetUrls = {
    css: add('look', { extension: 'css', type: 'text/css; charset=utf-8', body: Buffer.from(css) }),
    js: add('page', script('page.js')),
    passkeys: add('passkeys', script('passkeys.js')),
    mark: add('mark', mark(brand.accent)),
    ...(brand.logo === undefined ? {} : { logo: add('logo', readPicture(brand.logo)) }),
    ...(brand.logo_dark === undefined ? {} : { logoDark: add('logo-dark', readPicture(brand.logo_dark)) }),
  };
  return { urls, files };
}

function urlOf(name: string, { extension, body }: Picture): string {
  return `/assets/${name}-${createHash('sha256').update(body).digest('hex').slice(0, 16)}.${extension}`;
}

function staticFile(url: string, { type, body }: Picture): StaticFile {
  const compressible = /^text\/|svg/.test(type);
  return { url, type, body, ...(compressible && { compressed: compressOnce(body) }) };
}

/** Not at the start: it would be a tenth of its time, and a process that only gives tokens never needs it. */
function compressOnce(body: Buffer): (coding: Coding) => Promise<Buffer> {
  const made = new Map<Coding, Promise<Buffer>>();
  const make = (coding: Coding) => {
    const compressed = codings[coding](body);
    made.set(coding, compressed);
    // Whoever asks next tries again.
    compressed.catch(() => made.delete(coding));
    return compressed;
  };
  return (coding) => made.get(coding) ?? make(coding);
}

function serve(files: () => Files): Koa.Middleware {
  return (ctx, next) => {
    const [, name, extension] = PATH.exec(ctx.path) ?? [];
    const file = files().get(`${name}.${extension}`);
    return file && (ctx.method === 'GET' || ctx.method === 'HEAD') ? send(ctx, file) : next();
  };
}

async function send(ctx: Koa.Context, { url, type, body, compressed }: StaticFile): Promise<void> {
  const coding = compressed && (['br', 'gzip'] as const).find((name) => ctx.acceptsEncodings(name));
  // While a new release rolls out, a page of one process asks another for a hash it does not have: it gets the file it
  // has, and nobody keeps it.
  if (ctx.path === url) ctx.set('Cache-Control', `public, max-age=${YEAR}, immutable`);
  if (compressed) ctx.vary('Accept-Encoding');
  if (coding) ctx.set('Content-Encoding', coding);
  // Opened by itself, a picture of the brand runs nothing (an SVG could hold a script).
  if (type === 'image/svg+xml') {
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  }
  ctx.type = type;
  ctx.body = coding ? await compressed(coding) : body;
}
