import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { IdpError } from '../../src/kit/errors.ts';
import type { Web } from '../../src/web/index.ts';
import { cookiesOf, openDoor, referenceOf, type Door } from './door.ts';

const SECRET = 'postgres://gatehouse:hunter2@db.internal/gatehouse';

const THROWN: Record<string, () => unknown> = {
  disabled: () => new IdpError('account_disabled', { cause: new Error(SECRET), reference: '7F3K2-92QDM' }),
  throttled: () => new IdpError('too_many_requests', { retryAfter: 300 }),
  developer: () => new IdpError('redirect_uri_mismatch', { facts: { redirect_uri: 'https://x/?<script>' } }),
  unknown: () => new Error(SECRET, { cause: new TypeError(SECRET) }),
  text: () => SECRET,
  nothing: () => undefined,
  worded: () =>
    Object.assign(new Error(SECRET, { cause: new IdpError('database_unavailable', { retryAfter: 5 }) }), {
      status: 400,
    }),
  refused: () => Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' }),
  file: () => Object.assign(new Error(SECRET), { code: 'ENOENT', syscall: 'open' }),
  teapot: () => Object.assign(new Error(SECRET), { status: 418, expose: true }),
  hidden: () => Object.assign(new Error(SECRET), { status: 400, expose: false }),
  gateway: () => Object.assign(new Error(SECRET), { status: 502, expose: true }),
};

function routes(web: Web): void {
  web.router.get('/throw/:what', (ctx) => {
    throw THROWN[ctx.params['what'] ?? '']?.();
  });
  web.router.get('/visit', (ctx) => {
    web.note(ctx, { reference: 'AAAAA-BBBBB', primary: { label: 'Back to Wiki', href: '/back' } });
    throw new IdpError('interaction_expired');
  });
  web.router.get('/late', (ctx) => {
    ctx.respond = false;
    ctx.res.writeHead(200, { 'Content-Type': 'text/plain' });
    ctx.res.write('half');
    throw new Error(SECRET);
  });
}

describe('errors', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({}, routes);
  });
  afterAll(() => door.close());

  it.each([
    ['disabled', 403, 'account_disabled'],
    ['throttled', 429, 'too_many_requests'],
    ['developer', 400, 'redirect_uri_mismatch'],
    ['unknown', 500, 'internal'],
    ['text', 500, 'internal'],
    ['nothing', 500, 'internal'],
    ['worded', 503, 'database_unavailable'],
    ['refused', 503, 'database_unavailable'],
    ['file', 500, 'internal'],
    ['teapot', 418, 'request_invalid'],
    ['hidden', 500, 'internal'],
    ['gateway', 500, 'internal'],
  ])('answer %s with %d and the code %s, and nothing of the cause', async (what, status, code) => {
    const page = await door.ask('GET', `/throw/${what}`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(status);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain(`data-error="${code}"`);
    expect(referenceOf(page)).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);

    const json = await door.ask('GET', `/throw/${what}`, { headers: { accept: 'application/json' } });
    expect(json.status).toBe(status);
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(json.text)).toEqual({ error: code, reference: expect.stringMatching(/^.{5}-.{5}$/) });

    for (const { text, headers } of [page, json]) {
      expect(text + JSON.stringify(headers)).not.toMatch(/hunter2|\bat .*\.ts|TypeError/);
    }
  });

  it.each([
    [undefined, 'text/html'],
    ['*/*', 'text/html'],
    ['text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['application/json;q=0.9, text/html;q=0.1', 'application/json'],
    ['image/png', 'application/json'],
  ])('for Accept %s are %s', async (accept, type) => {
    const answer = await door.ask('GET', '/nowhere', { headers: accept === undefined ? {} : { accept } });
    expect(answer.headers['content-type']).toMatch(new RegExp(`^${type}`));
  });

  it('say after how long to come back', async () => {
    expect((await door.ask('GET', '/throw/throttled')).headers['retry-after']).toBe('300');
    expect((await door.ask('GET', '/throw/refused')).headers['retry-after']).toBe('5');
    expect((await door.ask('GET', '/throw/unknown')).headers['retry-after']).toBeUndefined();
  });

  it('show a developer the facts, escaped (H1)', async () => {
    const { text } = await door.ask('GET', '/throw/developer');
    expect(text).toContain('redirect_uri: https://x/?&lt;script&gt;');
  });

  it('carry the reference of the error, or of the visit, and the button that the room noted', async () => {
    expect(referenceOf(await door.ask('GET', '/throw/disabled'))).toBe('7F3K2-92QDM');
    const visit = await door.ask('GET', '/visit');
    expect(referenceOf(visit)).toBe('AAAAA-BBBBB');
    expect(visit.text).toContain('<a class="primary" href="/back">Back to Wiki</a>');
  });

  it('offer the same page again where that helps, query and all', async () => {
    const { text } = await door.ask('GET', '/throw/refused?state=x');
    expect(text).toContain('href="http://localhost:3000/throw/refused?state=x"');
  });

  it('are recorded once, with the reference that the person sees', async () => {
    const reference = referenceOf(await door.ask('GET', '/throw/unknown'));
    expect(door.events.filter((event) => event.reference === reference)).toEqual([
      {
        type: 'web.error_shown',
        outcome: 'failed',
        reference,
        reason: 'internal',
        detail: { status: 500, method: 'GET', route: '/throw/:what' },
      },
    ]);
  });

  it('are no event when somebody only knocks at doors that are not there', async () => {
    const missing = referenceOf(await door.ask('GET', '/nowhere'));
    const method = referenceOf(await door.ask('POST', '/visit'));
    expect(door.events.filter(({ reference }) => reference === missing || reference === method)).toEqual([]);
  });

  it('are logged once, with the request’s id, the reference and the chain of causes', async () => {
    const answer = await door.ask('GET', '/throw/unknown');
    const lines = door.lines.filter((line) => line['reference'] === referenceOf(answer));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 50,
      id: answer.headers['x-request-id'],
      code: 'internal',
      error: { name: 'Error', message: SECRET, at: expect.anything(), cause: { name: 'TypeError' } },
    });
  });

  it('after half an answer break the connection and are logged', async () => {
    await expect(door.ask('GET', '/late')).rejects.toThrow('aborted');
    const line = await door.logged((entry) => entry['route'] === '/late' && entry['code'] === 'internal');
    expect(line['level']).toBe(50);
  });
});

describe('an error page that cannot be rendered', () => {
  let door: Door;
  afterEach(() => door.close());

  it('becomes a plain one with the same status, code and reference', async () => {
    door = await openDoor({}, routes);
    rmSync(join(door.folder, 'views/error.pug'));
    const answer = await door.ask('GET', '/throw/disabled', { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(403);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain('data-error="account_disabled"');
    expect(referenceOf(answer)).toBe('7F3K2-92QDM');
    expect(answer.text).not.toContain(door.folder);
    expect(door.lines.some((line) => line['msg'] === 'the error page failed')).toBe(true);
  });
});

describe('an error while the database is away', () => {
  it('is answered without waiting for the event to be written', async () => {
    const written = Promise.withResolvers<void>();
    const door = await openDoor({ record: () => written.promise }, routes);
    const answer = await door.ask('GET', '/throw/refused');
    expect(answer.status).toBe(503);
    written.resolve();
    await door.close();
  });
});

describe('an error of the protocol engine, which has a Koa application of its own', () => {
  it('is answered on the same response, with our cookies, language and reference', async () => {
    const { default: Koa } = await import('koa');
    const engine = new Koa();
    const door = await openDoor({}, (web) => {
      engine.use((ctx) => {
        web.note(ctx, { reference: 'CCCCC-DDDDD' });
        return web.fail(ctx, new IdpError('client_unknown'));
      });
      const callback = engine.callback();
      web.use(async (ctx, next) => {
        if (!ctx.path.startsWith('/oidc/')) return next();
        web.note(ctx, { route: '/oidc/authorize' });
        ctx.respond = false;
        await callback(ctx.req, ctx.res);
        return undefined;
      });
    });
    const answer = await door.ask('GET', '/oidc/authorize', { headers: { 'accept-language': 'ko' } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<html lang="ko">');
    expect(referenceOf(answer)).toBe('CCCCC-DDDDD');
    expect(cookiesOf(answer)).toMatch(/gatehouse_browser=.*gatehouse_browser\.sig=/);
    expect(door.events).toMatchObject([{ reason: 'client_unknown', detail: { route: '/oidc/authorize' } }]);
    expect((await door.ask('GET', '/elsewhere')).status).toBe(404);
    await door.close();
  });
});
