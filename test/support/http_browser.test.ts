import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from './http_browser.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server whose answers each test writes itself; every request is kept. */
const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
const routes = new Map<string, Handler>();
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      const handler = routes.get(new URL(request.url ?? '/', 'http://any').pathname);
      if (handler) handler(request, response, body);
      else response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  port = address.port;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

const at = (path: string, host = 'localhost') => `http://${host}:${port}${path}`;
const html = (path: string, body: string, headers: Record<string, string | string[]> = {}) =>
  routes.set(path, (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body),
  );
const redirect = (path: string, location: string, headers: Record<string, string | string[]> = {}, status = 303) =>
  routes.set(path, (_request, response) => response.writeHead(status, { location, ...headers }).end());
const last = () => {
  const request = seen.at(-1);
  if (!request) throw new Error('nothing was requested');
  return request;
};

describe('pages', () => {
  it('reads screen, error code, reference, title, alert and visible text', async () => {
    html(
      '/page',
      `<!doctype html><html><head><title>Sorry &amp; all</title></head><body><header>Acme</header>
       <main data-page="error" data-error="not_found"><!-- <form> --><h1>Not&#x20;here</h1><p role="alert">Try
       again<br>later</p><p hidden>secret</p><script>if (1 < 2) "<form>"</script><span data-reference>7F3K2-92QDM</span></main></body></html>`,
    );
    const page = await createBrowser().open(at('/page'));
    expect(page).toMatchObject({
      status: 200,
      title: 'Sorry & all',
      screen: 'error',
      error: 'not_found',
      reference: '7F3K2-92QDM',
      alert: 'Try again later',
      forms: [],
    });
    expect(page.text).toBe('Not here Try again later 7F3K2-92QDM');
  });

  it('reads JSON', async () => {
    routes.set('/json', (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}'),
    );
    expect((await createBrowser().open(at('/json'))).json()).toEqual({ a: 1 });
  });

  it('follows links and goes back', async () => {
    html('/one', '<main data-page="one"><a href="/two?x=1&amp;y=2">To the second</a></main>');
    html('/two', '<main data-page="two"></main>');
    const browser = createBrowser();
    await browser.open(at('/one'));
    expect((await browser.follow('second')).url).toBe(at('/two?x=1&y=2'));
    expect((await browser.back()).screen).toBe('one');
    await expect(browser.follow('third')).rejects.toThrow('To the second');
  });
});

describe('redirects', () => {
  it('follows each hop, keeps all of them and turns a POST into a GET after 303', async () => {
    html(
      '/start',
      '<main><form method="post" action="/post"><input name="a" value="1"><button>Go</button></form></main>',
    );
    redirect('/post', '/hop');
    redirect('/hop', at('/end', '127.0.0.1'), {}, 302);
    html('/end', '<main data-page="end"></main>');
    const browser = createBrowser();
    await browser.open(at('/start'));
    const page = await browser.submit();
    expect(page.hops.map(({ method, url, status }) => `${method} ${url} ${status}`)).toEqual([
      `POST ${at('/post')} 303`,
      `GET ${at('/hop')} 302`,
      `GET ${at('/end', '127.0.0.1')} 200`,
    ]);
    expect(page.screen).toBe('end');
  });

  it('sends the body again after 307', async () => {
    html('/start', '<main><form method="post" action="/again"><input name="a" value="1 2"></form></main>');
    redirect('/again', '/sink', {}, 307);
    html('/sink', '');
    const browser = createBrowser();
    await browser.open(at('/start'));
    await browser.submit();
    expect(last()).toMatchObject({ method: 'POST', url: '/sink', body: 'a=1+2' });
  });

  it('hands an address of another scheme over and stays on its page', async () => {
    html('/start', '<main data-page="start"><a href="/to-app">open</a></main>');
    redirect('/to-app', 'com.example.app:/callback?code=1');
    const browser = createBrowser();
    await browser.open(at('/start'));
    const page = await browser.follow('open');
    expect(page).toMatchObject({ external: 'com.example.app:/callback?code=1', status: 0 });
    expect(browser.page.screen).toBe('start');
  });

  it('gives up on a loop', async () => {
    redirect('/loop', '/loop');
    await expect(createBrowser().open(at('/loop'))).rejects.toThrow('too many redirects');
  });
});

describe('forms', () => {
  const login = `<main>
    <form method="post" action="/upstream"><input type="hidden" name="_csrf" value="t"><button data-upstream="google">Continue with Google</button></form>
    <form method="post" action="/login"><input type="hidden" name="_csrf" value="t"><input name="email" value="a@example.com">
      <input type="password" name="password"><input type="checkbox" name="remember" checked><input name="fixed" value="f" readonly>
      <button>Sign in</button><button formaction="/recover" name="how" value="mail">Forgot?</button></form>
    </main><footer><form action="/language"><select name="lang"><option value="en">English<option value="ko" selected>Korean</select><button>Change</button></form></footer>`;

  async function openLogin() {
    html('/login-page', login);
    for (const path of ['/upstream', '/login', '/recover', '/language']) html(path, '<main data-page="done"></main>');
    const browser = createBrowser();
    await browser.open(at('/login-page'));
    return browser;
  }

  it('sends the form that has the fields, with hidden and prefilled ones', async () => {
    const browser = await openLogin();
    await browser.submit({ fields: { email: 'b@example.com', password: 'päss' }, button: 'Sign in' });
    expect(last()).toMatchObject({ method: 'POST', url: '/login' });
    expect(Object.fromEntries(new URLSearchParams(last().body))).toEqual({
      _csrf: 't',
      email: 'b@example.com',
      password: 'päss',
      remember: 'on',
      fixed: 'f',
    });
  });

  it('takes the first button of the form when only fields are given', async () => {
    const browser = await openLogin();
    await browser.submit({ fields: { password: 'x', remember: false } });
    expect(last().url).toBe('/login');
    expect(new URLSearchParams(last().body).has('remember')).toBe(false);
  });

  it('presses an upstream, a button with its own target, a decision', async () => {
    const browser = await openLogin();
    expect(browser.page.upstreams).toEqual(['google']);
    await browser.submit({ upstream: 'google' });
    expect(last()).toMatchObject({ url: '/upstream', body: '_csrf=t' });
    await browser.back();
    await browser.submit({ button: /forgot/i });
    expect(last().url).toBe('/recover');
    expect(new URLSearchParams(last().body).get('how')).toBe('mail');
    html(
      '/consent',
      '<main><form method="post" action="/login"><button name="decision" value="deny">No</button><button name="decision" value="allow">Yes</button></form></main>',
    );
    await browser.open(at('/consent'));
    await browser.submit({ decision: 'allow' });
    expect(last().body).toBe('decision=allow');
  });

  it('puts the fields of a GET form into the address', async () => {
    const browser = await openLogin();
    await browser.submit({ button: 'Change' });
    expect(last().url).toBe('/language?lang=ko');
  });

  it('takes an upstream link for an upstream button', async () => {
    html('/links', '<main><a data-upstream="partner" href="/login?to=partner">Continue</a></main>');
    const browser = createBrowser();
    await browser.open(at('/links'));
    await browser.submit({ upstream: 'partner' });
    expect(last().url).toBe('/login?to=partner');
  });

  it('refuses what a person could not do, and says what there is', async () => {
    const browser = await openLogin();
    await expect(browser.submit({ upstream: 'facebook' })).rejects.toThrow('google');
    await expect(browser.submit({ fields: { nickname: 'x' } })).rejects.toThrow('email password');
    await expect(browser.submit({ fields: { fixed: 'x' } })).rejects.toThrow('fixed');
    await expect(browser.submit({ action: '/' })).rejects.toThrow('several forms');
  });

  it('lets an attacker change hidden entries', async () => {
    const browser = await openLogin();
    await browser.submit({ upstream: 'google', tamper: { _csrf: null, extra: '1' } });
    expect(last().body).toBe('extra=1');
  });
});

describe('cookies', () => {
  it('sends a cookie back to its host on any port, below its path only', async () => {
    html('/set', '', { 'set-cookie': ['a=1; Path=/', 'b=2; Path=/deep; HttpOnly', 'c=3; Max-Age=0; Path=/'] });
    html('/deep', '');
    html('/deeper', '');
    const browser = createBrowser();
    await browser.open(at('/set'));
    await browser.open(at('/deep'));
    expect(last().headers.cookie).toBe('b=2; a=1');
    await browser.open(at('/deeper'));
    expect(last().headers.cookie).toBe('a=1');
    await browser.open(at('/deep', '127.0.0.1'));
    expect(last().headers.cookie).toBeUndefined();
  });

  it('replaces and deletes cookies of the same name, host and path', async () => {
    html('/set', '', { 'set-cookie': ['a=1; Path=/', 'b=1; Path=/'] });
    html('/unset', '', { 'set-cookie': ['a=2; Path=/', 'b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'] });
    const browser = createBrowser();
    await browser.open(at('/set'));
    await browser.open(at('/unset'));
    expect(browser.cookies.list('localhost').map(({ name, value }) => `${name}=${value}`)).toEqual(['a=2']);
  });

  it('refuses what breaks the rules of its prefix or of Secure', async () => {
    html('/set', '', {
      'set-cookie': [
        '__Host-a=1; Path=/',
        '__Secure-b=1',
        'c=1; Secure',
        'd=1; SameSite=None',
        'e=1; Domain=example.com',
        'ok=1',
      ],
    });
    const browser = createBrowser();
    await browser.open(at('/set'));
    expect(browser.cookies.list().map(({ name }) => name)).toEqual(['ok']);
  });

  it('withholds Lax cookies from a cross-site POST and Strict ones from every cross-site navigation', async () => {
    html('/set', '', { 'set-cookie': ['lax=1; Path=/; SameSite=Lax', 'strict=1; Path=/; SameSite=Strict'] });
    html('/target', '');
    redirect('/bounce', at('/target'));
    html(
      '/foreign',
      `<main><a href="${at('/target')}">link</a><form method="post" action="${at('/target')}"><button>post</button></form><form method="post" action="${at('/bounce')}"><button>bounce</button></form></main>`,
    );
    const browser = createBrowser();
    await browser.open(at('/set'));
    await browser.open(at('/foreign', '127.0.0.1'));
    await browser.follow('link');
    expect(last().headers.cookie).toBe('lax=1');
    await browser.back();
    await browser.submit({ button: 'post' });
    expect(last().headers.cookie).toBeUndefined();
    await browser.back();
    await browser.submit({ button: 'bounce' });
    expect(last()).toMatchObject({ method: 'GET', url: '/target', headers: { cookie: 'lax=1' } });
  });

  it('keeps only lasting cookies when the browser restarts, and shares them between tabs', async () => {
    html('/set', '', { 'set-cookie': ['short=1; Path=/', 'long=1; Path=/; Max-Age=60'] });
    html('/read', '');
    const browser = createBrowser();
    await browser.open(at('/set'));
    browser.cookies.restart();
    await browser.tab().open(at('/read'));
    expect(last().headers.cookie).toBe('long=1');
  });
});

describe('headers', () => {
  it('says where a navigation comes from as a browser does', async () => {
    html('/from', '<main><form method="post" action="/to"><button>here</button></form></main>');
    html('/to', '');
    const browser = createBrowser({ language: 'ko' });
    await browser.open(at('/from'));
    expect(last().headers).toMatchObject({
      'sec-fetch-site': 'none',
      'sec-fetch-mode': 'navigate',
      'accept-language': 'ko',
    });
    expect(last().headers.origin).toBeUndefined();
    await browser.submit();
    expect(last().headers).toMatchObject({
      origin: at('').replace(/\/$/, ''),
      'sec-fetch-site': 'same-origin',
      referer: at('/from'),
    });
  });

  it('counts another port as same-site and another host as cross-site, redirects included', async () => {
    html('/from', `<main><a href="/via">away and back</a></main>`);
    redirect('/via', at('/to', '127.0.0.1'));
    html('/to', '');
    const browser = createBrowser();
    await browser.open(at('/from'));
    await browser.follow('away');
    expect(last().headers['sec-fetch-site']).toBe('cross-site');
    expect(last().headers.referer).toBe(`${at('')}/`);
  });

  it('sends Origin null from a page with no-referrer', async () => {
    html('/from', '<main><form method="post" action="/to"><button>here</button></form></main>', {
      'referrer-policy': 'no-referrer',
    });
    html('/to', '');
    const browser = createBrowser();
    await browser.open(at('/from'));
    await browser.submit();
    expect(last().headers.origin).toBe('null');
    expect(last().headers.referer).toBeUndefined();
  });
});

describe('form-action', () => {
  const page = '<main><form method="post" action="/go"><button>Go</button></form></main>';

  it('stops a form whose redirects leave what the policy allows', async () => {
    html('/strict', page, { 'content-security-policy': "default-src 'none'; form-action 'self'" });
    redirect('/go', at('/end', '127.0.0.1'));
    html('/end', '');
    const browser = createBrowser();
    await browser.open(at('/strict'));
    await expect(browser.submit()).rejects.toThrow("form-action 'self'");
  });

  it('lets it reach a listed origin or scheme', async () => {
    html('/end', '<main data-page="end"></main>');
    html('/strict', page, {
      'content-security-policy': `form-action 'self' http://127.0.0.1:${port} com.example.app:`,
    });
    const browser = createBrowser();
    redirect('/go', at('/end', '127.0.0.1'));
    await browser.open(at('/strict'));
    expect((await browser.submit()).screen).toBe('end');
    redirect('/go', 'com.example.app:/callback');
    await browser.open(at('/strict'));
    expect((await browser.submit()).external).toBe('com.example.app:/callback');
  });
});
