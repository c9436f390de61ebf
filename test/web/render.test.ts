import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Web, WebDeps } from '../../src/web/index.ts';
import { openDoor, writeFile, type Door } from './door.ts';

describe('rendering', () => {
  let door: Door;
  afterEach(() => door.close());

  function routes(web: Web): void {
    web.router.get('/show/:text', async (ctx) => {
      Object.assign(ctx.state, ctx.query);
      await web.page(ctx, {
        view: 'page',
        screen: 'login',
        title: 'T',
        status: 422,
        locals: { ...ctx.query, text: ctx.params.text },
      });
    });
    web.router.get('/view/:view', (ctx) =>
      web.page(ctx, { view: `${ctx.params.view}`, screen: 'x', title: 'T', locals: {} }),
    );
  }

  it('answers with the page: status, type, length, title, screen and locals, escaped', async () => {
    door = await openDoor({}, routes);
    const answer = await door.ask('GET', '/show/%3Cb%3E');
    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(Number(answer.headers['content-length'])).toBe(answer.bytes.length);
    expect(answer.text).toContain('<title>T</title>');
    expect(answer.text).toContain('<main data-page="login">&lt;b&gt;</main>');
  });

  it.each([
    'self',
    'cache',
    'pretty',
    'compileDebug',
    'filename',
    'basedir',
    'globals',
    'doctype',
    'title',
    't',
    'csrf',
    'layout',
  ])('lets no input called %s become an option of the engine or a local of the page (H3)', async (name) => {
    door = await openDoor({}, routes);
    const plain = await door.ask('GET', '/show/x');
    const answer = await door.ask('GET', `/show/x?${name}=evil`);
    const shape = (text: string) => text.replace(/value="[^"]+"/, '').replaceAll(`${name}=evil&amp;`, '');
    expect(answer.status).toBe(422);
    expect(shape(answer.text)).toBe(shape(plain.text).replaceAll('/show/x?', '/show/x?'));
  });

  it('gives each of many requests at once its own page', async () => {
    door = await openDoor({ mode: 'production' }, routes);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => door.ask('GET', `/show/number-${index}`)),
    );
    answers.forEach((answer, index) => expect(answer.text).toContain(`>number-${index}</main>`));
    expect(new Set(answers.map(({ headers }) => headers['set-cookie']?.[0])).size).toBe(30);
  });

  it('lets a page report an error with its code and reference', async () => {
    door = await openDoor({}, (web) => {
      const page = { view: 'page', screen: 'login', title: 'T', locals: { text: 'try again' } };
      web.router.get('/', (ctx) => web.page(ctx, { ...page, error: 'upstream_failed', reference: 'AAAAA-BBBBB' }));
    });
    const { text } = await door.ask('GET', '/');
    expect(text).toContain('<main data-page="login" data-error="upstream_failed">try again</main>');
    expect(text).toContain('<code data-reference>AAAAA-BBBBB</code>');
  });

  async function afterChange(mode: WebDeps['mode']): Promise<string[]> {
    door = await openDoor({ mode }, routes);
    const part = join(door.folder, 'views/part.pug');
    writeFile(part, 'p before');
    writeFile(join(door.folder, 'views/whole.pug'), 'include part.pug');
    const before = (await door.ask('GET', '/view/whole')).text;
    writeFile(part, 'p after');
    utimesSync(part, 2_000_000_000, 2_000_000_000);
    return [before, (await door.ask('GET', '/view/whole')).text];
  }

  it('compiles a template once in production', async () => {
    expect(await afterChange('production')).toEqual(['<p>before</p>', '<p>before</p>']);
  });

  it('sees a change of an included file in development', async () => {
    expect(await afterChange('development')).toEqual(['<p>before</p>', '<p>after</p>']);
  });

  it('answers a template that throws with the error page, and none of its source', async () => {
    door = await openDoor({}, routes);
    writeFile(join(door.folder, 'views/broken.pug'), 'p= page.missing.field');
    const answer = await door.ask('GET', '/view/broken', { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('data-error="internal"');
    expect(answer.text).not.toMatch(/missing|broken\.pug|gatehouse-web-/);
  });
});
