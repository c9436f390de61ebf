import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cookiesOf, openDoor, type Answer, type Door } from './door.ts';

describe('the language of a page', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({}, (web) => {
      const show = (ctx: Parameters<typeof web.page>[0]) =>
        web.page(ctx, { view: 'page', screen: 'login', title: 'x', locals: { text: web.t(ctx)('common.sign_in') } });
      web.router.get('/page', show);
      web.router.post('/page/step', show);
      web.router.get('/korean-client', (ctx) => {
        web.note(ctx, { uiLocales: 'ko' });
        return show(ctx);
      });
      web.router.get('/korean-account', (ctx) => {
        web.note(ctx, { accountLocale: 'ko-KR' });
        return show(ctx);
      });
      web.router.get('/upstream/google/callback', show);
    });
  });
  afterAll(() => door.close());
  afterEach(() => {
    jest.useRealTimers();
  });

  function languageOf(answer: Answer): string {
    return /<html lang="(\w+)">/.exec(answer.text)?.[1] ?? '';
  }

  async function chose(tag: string): Promise<string> {
    return cookiesOf(await door.ask('GET', `/page?lang=${tag}`));
  }

  it('is English, or what the browser, the account or the client asks for', async () => {
    const asked = [
      await door.ask('GET', '/page'),
      await door.ask('GET', '/page', { headers: { 'accept-language': 'fr, ko;q=0.5' } }),
      await door.ask('GET', '/korean-account', { headers: { 'accept-language': 'en' } }),
      await door.ask('GET', '/korean-client', { headers: { 'accept-language': 'en' } }),
    ];
    expect(asked.map(languageOf)).toEqual(['en', 'ko', 'ko', 'ko']);
    expect(asked.map(({ headers }) => headers['content-language'])).toEqual(['en', 'ko', 'ko', 'ko']);
    expect(asked[1]?.text).toContain('로그인');
  });

  it('is chosen by ?lang=, which leads to the same URL without it', async () => {
    const answer = await door.ask('GET', '/page?a=1&lang=ko&b=2');
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('http://localhost:3000/page?a=1&b=2');
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^gatehouse_locale=ko\.\d+; path=\/; expires=/);
    expect(languageOf(await door.ask('GET', '/page', { headers: { cookie: cookiesOf(answer) } }))).toBe('ko');
  });

  it('is not left to a cookie that somebody made up', async () => {
    expect(languageOf(await door.ask('GET', '/page', { headers: { cookie: 'gatehouse_locale=ko.1' } }))).toBe('en');
  });

  it('stays as chosen for the time of a visit, also where the client asks for another', async () => {
    const cookie = await chose('en');
    expect(languageOf(await door.ask('GET', '/korean-client', { headers: { cookie } }))).toBe('en');
  });

  it('is the client’s wish again on a later visit, and the old choice where nobody wishes', async () => {
    const cookie = await chose('en');
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
    });
    jest.setSystemTime(Date.now() + 2 * 3600 * 1000);
    expect(languageOf(await door.ask('GET', '/korean-client', { headers: { cookie } }))).toBe('ko');
    expect(languageOf(await door.ask('GET', '/korean-account', { headers: { cookie } }))).toBe('en');
  });

  it.each(['fr', 'KO', 'ko,en', '', '__proto__'])('takes no notice of ?lang=%s', async (tag) => {
    expect((await door.ask('GET', `/page?lang=${tag}`)).status).toBe(200);
  });

  it('cannot be made to lead to another host (D3)', async () => {
    const answer = await door.ask('GET', '//evil.example/%5c?lang=ko');
    expect(answer.headers.location).toBe('http://localhost:3000//evil.example/%5c');
  });

  it('leaves protocol URLs alone, unless one of our own pages links to them', async () => {
    const path = '/upstream/google/callback?lang=ko';
    expect((await door.ask('GET', path)).status).toBe(200);
    expect((await door.ask('GET', path, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
    expect((await door.ask('GET', path, { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(303);
  });

  it('can be changed on every page: the links keep the query, and a posted form leads to the page above it', async () => {
    const shown = await door.ask('GET', '/page?a=1&lang=xx');
    expect(shown.text).toContain('<a href="http://localhost:3000/page?a=1&amp;lang=ko">한국어</a>');
    expect(shown.text).toContain('<a href="http://localhost:3000/page?a=1&amp;lang=en" aria-current>English</a>');
    const posted = await door.ask('POST', '/page/step');
    expect(posted.text).toContain('<a href="http://localhost:3000/page?lang=ko">한국어</a>');
  });
});
