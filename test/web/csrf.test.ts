import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cookiesOf, form, openDoor, tokenOf, type Answer, type Door } from './door.ts';

const ISSUER = 'http://localhost:3000';

describe('a form of ours (C4, C5)', () => {
  let door: Door;
  let cookie: string;
  let token: string;
  let otherToken: string;

  beforeAll(async () => {
    door = await openDoor({}, (web) => {
      const show = (ctx: Parameters<typeof web.page>[0]) =>
        web.page(ctx, { view: 'page', screen: 'login', title: 'Sign in', locals: { text: 'here' } });
      web.router.get('/interaction/:uid', show);
      web.router.post('/interaction/:uid/signup/code', async (ctx) => {
        ctx.body = await web.form(ctx);
      });
    });
    const page = await door.ask('GET', '/interaction/x');
    cookie = cookiesOf(page);
    token = tokenOf(page);
    otherToken = tokenOf(await door.ask('GET', '/interaction/x'));
  });
  afterAll(() => door.close());

  function post(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const question = form(fields);
    return door.ask('POST', '/interaction/x/signup/code', {
      ...question,
      headers: { ...question.headers, accept: 'application/json', cookie, ...headers },
    });
  }

  it('is read when its token is this browser’s, and comes without the token', async () => {
    const answer = await post({ email: 'a@b.example', _csrf: token });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ email: 'a@b.example' });
  });

  it.each([
    ['from the issuer', { origin: ISSUER, 'sec-fetch-site': 'same-origin' }],
    ['that a person typed', { 'sec-fetch-site': 'none' }],
  ])('is read %s', async (_, headers) => {
    expect((await post({ _csrf: token }, headers)).status).toBe(200);
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['the same host on another port', { origin: 'http://localhost:3001' }],
    ['the same host with another scheme', { origin: 'https://localhost:3000' }],
    ['an opaque origin', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['a cross-site page of a browser that says so', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling domain', { 'sec-fetch-site': 'same-site' }],
  ])('is refused from %s, even with the right token', async (_, headers) => {
    const answer = await post({ _csrf: token }, headers);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text).error).toBe('form_stale');
  });

  it.each([
    ['no token', () => ({})],
    ['an empty token', () => ({ _csrf: '' })],
    ['another browser’s token', () => ({ _csrf: otherToken })],
    ['a token cut short', () => ({ _csrf: token.slice(0, -1) })],
  ])('is refused with %s', async (_, fields) => {
    const answer = await post(fields());
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text).error).toBe('form_stale');
  });

  it('has tokens that differ from browser to browser', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(otherToken).not.toBe(token);
  });

  it.each([
    ['without cookies', ''],
    ['with a binding that is not signed', `gatehouse_browser=${'A'.repeat(43)}`],
  ])('says that cookies are missing %s', async (_, none) => {
    const answer = await post({ _csrf: token }, { cookie: none });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toBe('cookies_missing');
  });

  it('leads a person from the refusal to the nearest page above the form', async () => {
    const answer = await post({ _csrf: 'stale' }, { accept: 'text/html' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('data-error="form_stale"');
    expect(answer.text).toContain('<a class="primary" href="http://localhost:3000/interaction/x">Try again</a>');
  });
});
