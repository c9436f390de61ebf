import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorCodes, IdpError, type ErrorCode } from '../../src/kit/errors.ts';
import { translator } from '../../src/locales/index.ts';
import { openDoor, type Door } from './door.ts';

const isCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);
const codes = Object.keys(errorCodes).filter(isCode);

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
