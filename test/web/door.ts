import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { createWeb, listen, type ErrorEvent, type Web, type WebDeps } from '../../src/web/index.ts';

/** What came back. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  bytes: Buffer;
}

/** One question; the Host header is the issuer's unless it says otherwise. */
interface Question {
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** One line of the log. */
export type Line = Record<string, unknown>;

/** A web room that listens on a port of its own, with small templates in a temporary folder. */
export interface Door {
  web: Web;
  url: URL;
  folder: string;
  events: ErrorEvent[];
  lines: Line[];
  /** Asks over HTTP. */
  ask(method: string, path: string, question?: Question): Promise<Answer>;
  /** Writes to a socket as it is, and reads until the other side closes; or leaves as soon as it is written. */
  raw(text: string | Buffer, how?: { leave: boolean }): Promise<string>;
  /** The first log line that fits, also when it is still to come. */
  logged(fits: (line: Line) => boolean): Promise<Line>;
  close(): Promise<void>;
}

const FILES: Record<string, string> = {
  'views/page.pug': [
    'doctype html',
    'html(lang=locale)',
    '  title= title',
    '  link(rel="stylesheet" href=assets.css)',
    '  main(data-page=screen data-error=error)= page.text',
    '  if reference',
    '    code(data-reference)= reference',
    '  form(method="post")',
    '    input(type="hidden" name="_csrf" value=csrf)',
    '  each choice in locales',
    '    a(href=choice.href aria-current=choice.current)= choice.name',
  ].join('\n'),
  'views/error.pug': [
    'doctype html',
    'html(lang=locale)',
    '  title= title',
    '  main(data-page=screen data-error=error)',
    '    code(data-reference)= page.reference',
    '    each fact in page.facts',
    '      p.fact #{fact[0]}: #{fact[1]}',
    '    a.primary(href=page.primary.href)= page.primary.label',
  ].join('\n'),
  'assets/look.css': 'main{color:var(--ink)}\n'.repeat(40),
  'assets/page.js': '/* nothing to do */\n',
  'assets/passkeys.js': '/* nothing to do */\n',
};

/** Opens a door. `routes` adds routes before the application is built. */
export async function openDoor(
  options: Partial<WebDeps> = {},
  routes: (web: Web, events: ErrorEvent[]) => void = () => {},
): Promise<Door> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-web-'));
  for (const [path, text] of Object.entries(FILES)) writeFile(join(folder, path), text);
  const events: ErrorEvent[] = [];
  const lines: Line[] = [];
  const waiting: { fits: (line: Line) => boolean; resolve: (line: Line) => void }[] = [];
  const logger = pino(
    { level: 'debug', base: undefined },
    {
      write(text: string) {
        const line: Line = JSON.parse(text);
        lines.push(line);
        for (const { fits, resolve } of waiting) if (fits(line)) resolve(line);
      },
    },
  );
  const issuer = options.issuer ?? 'http://localhost:3000';
  const web = createWeb({
    issuer,
    mode: 'development',
    brand: { name: 'Acme', accent: '#0b5fff', support: 'help@acme.example' },
    http: { trusted_hops: 0 },
    cookieKeys: () => ['first cookie key'],
    formKey: Buffer.alloc(32, 1),
    record: async (event) => void events.push(event),
    logger,
    probes: [],
    viewsDir: join(folder, 'views'),
    assetsDir: join(folder, 'assets'),
    ...options,
  });
  routes(web, events);
  const listening = await listen({ app: web.app, port: 0, host: '127.0.0.1' });
  const url = new URL(listening.url);
  const { host } = new URL(issuer);
  return {
    web,
    url,
    folder,
    events,
    lines,
    ask: (method, path, question = {}) => ask(url, method, path, { host, ...question.headers }, question.body),
    raw: (text, how) => raw(url, text, how),
    logged(fits) {
      const known = lines.find(fits);
      return known ? Promise.resolve(known) : new Promise((resolve) => waiting.push({ fits, resolve }));
    },
    async close() {
      await listening.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Writes a file and the folders above it. */
export function writeFile(path: string, text: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A form's body and its content type. */
export function form(fields: Record<string, string>): Question & { body: string; headers: Record<string, string> } {
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  };
}

/** The cookies that an answer sets, as a browser would send them back. */
export function cookiesOf(answer: Answer): string {
  return (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0]).join('; ');
}

/** The form token of a page. */
export function tokenOf(answer: Answer): string {
  return /name="_csrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? '';
}

/** The reference that an error page shows. */
export function referenceOf(answer: Answer): string {
  return /data-reference>([^<]+)</.exec(answer.text)?.[1] ?? '';
}

function ask(
  url: URL,
  method: string,
  path: string,
  headers: Record<string, string | string[]>,
  body: string | Buffer | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = httpRequest(
      { host: url.hostname, port: url.port, method, path, headers: { ...length, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function raw(url: URL, text: string | Buffer, { leave } = { leave: false }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('close', () => resolve(answer));
    socket.write(text, () => leave && socket.resetAndDestroy());
  });
}
