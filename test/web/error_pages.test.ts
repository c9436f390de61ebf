import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorCodes, IdpError, type ErrorCode } from '../../src/kit/errors.ts';
import { translator } from '../../src/locales/index.ts';
import { openDoor, type Door } from './door.ts';

const isCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);
const codes = Object.keys(errorCodes).filter(isCode);

describe('what an app got wrong', () => {
  const mismatch = {
    mistake: 'redirect_uri_slash',
    facts: { redirect_uri: 'https://wiki.example/cb/' },
    registered: { redirect_uris: 'https://wiki.example/registered' },
  } as const;
  const slash = translator('en')('client_mistakes.redirect_uri_slash');

  async function shown(mode: 'development' | 'production') {
    const door = await openDoor({ mode, viewsDir: undefined, assetsDir: undefined }, (web) => {
      web.router.get('/throw', () => {
        throw new IdpError('redirect_uri_mismatch', mismatch);
      });
    });
    const { text } = await door.ask('GET', '/throw');
    const { events } = door;
    await door.close();
    return { text, events };
  }

  it('is shown in full to developers on their own machine', async () => {
    const { text } = await shown('development');
    for (const said of ['https://wiki.example/cb/', 'https://wiki.example/registered', slash])
      expect(text).toContain(said);
  });

  it('is shown to the world without what is registered, and kept for explain', async () => {
    const { text, events } = await shown('production');
    expect(text).toContain('https://wiki.example/cb/');
    expect(text).toContain(translator('en')('error_page.explain'));
    expect(text).not.toContain('https://wiki.example/registered');
    expect(text).not.toContain(slash);
    expect(events).toMatchObject([
      { detail: { mistake: 'redirect_uri_slash', redirect_uri: 'https://wiki.example/cb/' } },
    ]);
  });
});

describe('the error pages of the product itself', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({ viewsDir: undefined, assetsDir: undefined }, (web) => {
      web.router.get('/throw/:code', (ctx) => {
        const { code = '' } = ctx.params;
        throw isCode(code)
          ? new IdpError(code, { reference: '7F3K2-92QDM', retryAfter: 90, facts: { client_id: '<wiki>' } })
          : new Error(code);
      });
    });
  });
  afterAll(() => door.close());

  it.each(codes.flatMap((code) => [[code, 'en'] as const, [code, 'ko'] as const]))(
    'show %s in %s',
    async (code, locale) => {
      const { status, text } = await door.ask('GET', `/throw/${code}`, { headers: { 'accept-language': locale } });
      expect(status).toBe(errorCodes[code].status);
      expect(text).toContain(`<html lang="${locale}">`);
      expect(text).toContain(`data-page="error" data-error="${code}"`);
      expect(text.match(/data-reference[^>]*>7F3K2-92QDM</g)).toHaveLength(1);
      const title = translator(locale)(`errors.${code}.title`);
      expect(text).toContain(`<h1>${title.replaceAll("'", '&#39;')}</h1>`);
      expect(text).toContain('&lt;wiki&gt;');
      expect(door.lines.filter((line) => line['msg'] === 'the error page failed')).toEqual([]);
    },
  );
});
