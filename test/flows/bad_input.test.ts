import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientMistakes, type ClientMistake } from '../../src/kit/errors.ts';
import { translator } from '../../src/locales/index.ts';
import { commandBeside } from '../support/command_line.ts';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { freePortPair } from '../support/gatehouse.ts';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';
import { startFakeUpstream, type FakeUpstream, type Faults } from '../upstreams/support/fake_upstream.ts';

let world: World;
let upstream: FakeUpstream;

beforeAll(async () => {
  const port = await freePortPair();
  upstream = await startFakeUpstream({ issuer: `http://localhost:${port}` });
  const { id, secret } = upstream.clients.partner;
  world = await startWorld({
    port,
    clients: [{ client_id: 'robot', type: 'service', client_secret: CLIENT_SECRET }],
    settings: {
      upstreams: [
        {
          id: 'partner',
          preset: 'oidc',
          label: 'Partner',
          issuer: upstream.issuer,
          client_id: id,
          client_secret: secret,
          email_trust: 'verified',
        },
        { id: 'google', preset: 'google' },
      ],
    },
  });
});
afterAll(async () => {
  await world.stop();
  await upstream.close();
});

const authorize = (parameters: Record<string, string>) =>
  `${world.gatehouse.issuer}/oidc/authorize?${new URLSearchParams({ response_type: 'code', scope: 'openid', ...parameters }).toString()}`;

const logout = (parameters: Record<string, string>) =>
  `${world.gatehouse.issuer}/oidc/logout?${new URLSearchParams(parameters).toString()}`;

const isMistake = (word: string): word is ClientMistake => Object.hasOwn(clientMistakes, word);

const PKCE = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };

/** What every error page must be: a code, a reference, no redirect, no stack, no sentence of a library. */
function expectErrorPage(page: Page, error: string, status: number): void {
  expect({ error: page.error, status: page.status }).toEqual({ error, status });
  expect(page.reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  expect(page.body).not.toMatch(/\bat .*\.(ts|js):\d+|invalid_request|oidc-provider|SessionNotFound/);
}

async function throughPartner(browser: Browser, persona = 'Ada Example'): Promise<Page> {
  await browser.open(`${world.app.url}/login`);
  const began = await browser.submit({ upstream: 'partner' });
  const { url } = await upstream.choose(began.url, persona === 'Ada Example' ? 'ada' : persona);
  return browser.open(url);
}

describe('a request that an app got wrong', () => {
  it('shows a page and goes nowhere for an unknown client', async () => {
    const page = await createBrowser().open(authorize({ client_id: 'nobody', redirect_uri: 'https://evil.example/' }));
    expectErrorPage(page, 'client_unknown', 400);
    expect(page.hops).toHaveLength(1);
  });

  it('shows a page and goes nowhere for a redirect URI that is not registered, and tells the developer which one came', async () => {
    const redirect_uri = `${world.app.url}/callback/`;
    const page = await createBrowser().open(authorize({ client_id: 'app', redirect_uri }));
    expectErrorPage(page, 'redirect_uri_mismatch', 400);
    expect(page.body).toContain(redirect_uri);
    expect(page.hops).toHaveLength(1);
  });

  it('refuses an authorization request of more than 8 kB, which would be kept for a day, and points at PAR', async () => {
    const page = await createBrowser().open(authorize({ client_id: 'app', state: 'x'.repeat(9000) }));
    expectErrorPage(page, 'too_large', 413);
    expect(page.body).toContain('/oidc/par');
  });

  it('tells the app, not the person, that PKCE is missing', async () => {
    const page = await createBrowser().open(
      authorize({ client_id: 'app', redirect_uri: `${world.app.url}/callback`, state: 'x' }),
    );
    const back = page.hops.map((hop) => hop.url).find((url) => url.startsWith(`${world.app.url}/callback`)) ?? '';
    const { searchParams } = new URL(back);
    expect(searchParams.get('error')).toBe('invalid_request');
    expect(searchParams.get('error_description')).toContain('require_pkce');
    expect(searchParams.get('iss')).toBe(world.gatehouse.issuer);
  });
});

describe('what the developer of an app is told', () => {
  const back = (path = '/callback') => `${world.app.url}${path}`;
  const details = (page: Page) => /<details[\s\S]*<\/details>/.exec(page.body)?.[0] ?? '';

  it.each<[mistake: string, change: (request: Record<string, string>) => string]>([
    ['client_id_missing', ({ client_id: _id, ...rest }) => authorize(rest)],
    ['client_id_unknown', (request) => authorize({ ...request, client_id: 'appp' })],
    ['redirect_uri_missing', ({ redirect_uri: _uri, ...rest }) => authorize(rest)],
    ['redirect_uri_slash', (request) => authorize({ ...request, redirect_uri: back('/callback/') })],
    ['redirect_uri_case', (request) => authorize({ ...request, redirect_uri: back('/Callback') })],
    ['redirect_uri_query', (request) => authorize({ ...request, redirect_uri: back('/callback?next=1') })],
    ['redirect_uri_scheme', (request) => authorize({ ...request, redirect_uri: back().replace('http:', 'https:') })],
    [
      'redirect_uri_host',
      (request) => authorize({ ...request, redirect_uri: back().replace('127.0.0.1', 'localhost') }),
    ],
    ['redirect_uri_port', (request) => authorize({ ...request, redirect_uri: back().replace(/:\d+/, ':1') })],
    ['redirect_uri_unregistered', (request) => authorize({ ...request, redirect_uri: 'https://evil.example/cb' })],
    ['redirect_uri_none', (request) => authorize({ ...request, client_id: 'robot' })],
    ['parameter_twice', (request) => `${authorize(request)}&client_id=app`],
    [
      'request_uri_unusable',
      () => authorize({ client_id: 'app', request_uri: 'urn:ietf:params:oauth:request_uri:gone' }),
    ],
    ['logout_uri_unregistered', () => logout({ client_id: 'app', post_logout_redirect_uri: back('/elsewhere') })],
    ['logout_hint_unusable', () => logout({ id_token_hint: 'nonsense' })],
  ])(
    'is %s, with what came, what is registered and what to change; nobody is sent anywhere',
    async (mistake, change) => {
      const page = await createBrowser().open(
        change({
          client_id: 'app',
          redirect_uri: back(),
          state: 'x',
          ...PKCE,
        }),
      );
      expect(page.status).toBe(400);
      expect(page.hops).toHaveLength(1);
      if (!isMistake(mistake)) throw new Error(mistake);
      expect(details(page)).toContain(translator('en')(`client_mistakes.${mistake}`));
      if (mistake.startsWith('redirect_uri_') && mistake !== 'redirect_uri_none')
        expect(details(page)).toContain(back());
      const { out } = await commandBeside(world, ['explain', page.reference ?? '']);
      expect(out).toContain(`${mistake}: `);
    },
  );

  const token = async (form: Record<string, string>, secret: string | null = CLIENT_SECRET) => {
    const headers: Record<string, string> = secret === null ? {} : { authorization: `Basic ${btoa(`app:${secret}`)}` };
    const url = `${world.gatehouse.issuer}/oidc/token`;
    const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
    return (await answer.json()) as { error: string; error_description: string };
  };
  const redeem = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://x.example' };

  it.each([
    ['a grant type that nobody offers', { grant_type: 'password' }, /^grant_type 'password' is not offered here/],
    [
      'a grant type of others',
      { grant_type: 'client_credentials' },
      /its grant_types are 'authorization_code', 'refresh_token'$/,
    ],
    ['a code that is none', redeem, /^the code is not known/],
    [
      'a refresh token that is none',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      /^the refresh token is not known/,
    ],
  ])('stands in the error_description for %s', async (_, form, says) => {
    expect((await token(form)).error_description).toMatch(says);
  });

  it.each([
    ['a wrong secret', () => token(redeem, 'wrong'), /received: client_secret_basic; the client_secret is not the one/],
    [
      'another way',
      () => token({ ...redeem, client_id: 'app' }, null),
      /received: none; this client authenticates by client_secret_basic/,
    ],
    [
      'an unknown client',
      () => token({ ...redeem, client_id: 'nobody' }, null),
      /received: none; no client has the client_id 'nobody'/,
    ],
  ])('says how a client failed to authenticate: %s', async (_, ask, says) => {
    expect(await ask()).toMatchObject({ error: 'invalid_client', error_description: expect.stringMatching(says) });
  });

  it.each([
    ['response_type', 'token', /^response_type 'token' is not offered here/],
    ['code_challenge_method', 'S512', /^code_challenge_method 'S512' is not supported: send S256$/],
    ['resource', 'https://nowhere.example', /^resource 'https:\/\/nowhere.example' is not known here/],
    ['prompt', 'dance', /^prompt 'dance' is not offered here/],
  ])('comes back to a proven redirect URI for a wrong %s', async (name, value, says) => {
    const request = { client_id: 'app', redirect_uri: back(), state: 'x y&z', ...PKCE, [name]: value };
    const answer = await fetch(authorize(request), { redirect: 'manual' });
    const url = new URL(answer.headers.get('location') ?? '');
    expect(`${url.origin}${url.pathname}`).toBe(back());
    const sent = new URLSearchParams(url.search || url.hash.slice(1));
    expect(sent.get('error_description')).toMatch(says);
    expect([sent.get('state'), sent.get('iss')]).toEqual(['x y&z', world.gatehouse.issuer]);
  });
});

describe('a visit that cannot go on', () => {
  it('says that a page was open too long when nothing is known of the visit', async () => {
    expectErrorPage(
      await createBrowser().open(`${world.gatehouse.issuer}/interaction/gone`),
      'interaction_expired',
      400,
    );
  });

  it('refuses the page of another browser (C1)', async () => {
    const owner = createBrowser();
    await owner.open(`${world.app.url}/login`);
    const other = createBrowser();
    await other.open(world.gatehouse.issuer);
    expectErrorPage(await other.open(owner.page.url), 'interaction_foreign', 400);
  });

  it('says that cookies are missing where a browser keeps none', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    browser.cookies.clear();
    expectErrorPage(await browser.submit({ fields: { email: 'a@b.example', password: 'x' } }), 'cookies_missing', 400);
  });

  it('refuses a form whose token is not of this browser', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const page = await browser.submit({ fields: { email: 'a@b.example', password: 'x' }, tamper: { _csrf: 'forged' } });
    expectErrorPage(page, 'form_stale', 403);
  });
});

describe('a callback in another browser (B1)', () => {
  const beginning = async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const began = await browser.submit({ upstream: 'partner' });
    return { browser, callback: (await upstream.choose(began.url, 'ada')).url };
  };

  it('is refused, and stays usable where the trip began', async () => {
    const { browser, callback } = await beginning();
    const victim = createBrowser();
    await victim.open(`${world.app.url}/login`);
    expectErrorPage(await victim.open(callback), 'interaction_foreign', 400);
    expect((await browser.open(callback)).url).toBe(`${world.app.url}/me`);
    expect((await victim.open(`${world.app.url}/login`)).screen).toBe('login');
  });

  it('is refused where there is no cookie at all', async () => {
    const { callback } = await beginning();
    expectErrorPage(await createBrowser().open(callback), 'cookies_missing', 400);
  });

  it('is of use once', async () => {
    const { browser, callback } = await beginning();
    await browser.open(callback);
    const page = await browser.open(callback);
    expectErrorPage(page, 'interaction_expired', 400);
    expect((await browser.follow('Test app')).url).toBe(`${world.app.url}/`);
  });
});

describe('a body that nobody types', () => {
  const post = async (body: string, type = 'application/x-www-form-urlencoded') => {
    const browser = createBrowser();
    const { url } = await browser.open(`${world.app.url}/login?prompt=create`);
    const cookie = browser.cookies.headerFor({ url: new URL(url), method: 'POST', sameSite: true }) ?? '';
    return fetch(url, { method: 'POST', body, headers: { 'content-type': type, accept: 'application/json', cookie } });
  };

  it.each([
    ['one of a megabyte', `email=${'x'.repeat(1_000_000)}`, undefined, 413, 'too_large'],
    ['broken percent encoding', 'email=%E0%A4%A', undefined, 400, 'request_invalid'],
    ['a field twice', 'email=a&email=b', undefined, 400, 'request_invalid'],
    ['a field with a path', 'email[$ne]=b', undefined, 400, 'request_invalid'],
    ['JSON', '{"email":{"$ne":null}}', 'application/json', 415, 'request_invalid'],
  ])(
    'answers %s with a code and a reference, in JSON to whoever asked for it',
    async (_, body, type, status, error) => {
      const answer = await post(body, type);
      expect(answer.status).toBe(status);
      expect(await answer.json()).toEqual({ error, reference: expect.any(String) });
    },
  );
});

describe('an upstream that lies', () => {
  afterAll(() => upstream.honest());

  const lies: [string, Faults][] = [
    ['a broken signature', { sign: (claims) => upstream.forge(claims) }],
    ['another nonce', { claims: (claims) => ({ ...claims, nonce: 'another' }) }],
    ['no nonce', { claims: (claims) => ({ ...claims, nonce: undefined }) }],
    ['another audience', { claims: (claims) => ({ ...claims, aud: 'somebody-else' }) }],
    ['another issuer', { claims: (claims) => ({ ...claims, iss: 'https://evil.example' }) }],
    ['a token that has expired', { claims: (claims) => ({ ...claims, exp: 1_000_000_000 }) }],
    ['an HMAC keyed with its public key', { sign: (claims) => upstream.confuse(claims) }],
    ['an error in place of a token', { tokenBody: () => ({ error: 'invalid_client' }) }],
  ];

  it.each(lies)('signs nobody in for %s; the login page stays, with the reference', async (_, faults) => {
    upstream.honest();
    upstream.lie(faults);
    const before = await world.query('select count(*)::int as accounts from accounts');
    const browser = createBrowser();
    const page = await throughPartner(browser);
    expect(page.screen).toBe('login');
    expect([400, 503]).toContain(page.status);
    expect(page.error).toMatch(/^upstream_(failed|misconfigured)$/);
    expect(page.reference).toBeDefined();
    expect(await world.query('select count(*)::int as accounts from accounts')).toEqual(before);
    upstream.honest();
    expect((await throughPartner(browser)).url).toBe(`${world.app.url}/me`);
  });

  it('says that an upstream is not answering, and offers the others', async () => {
    upstream.honest();
    upstream.lie({
      transport(request, response) {
        if (!request.path.endsWith('/token')) return false;
        response.destroy();
        return true;
      },
    });
    const page = await throughPartner(createBrowser());
    expect(page).toMatchObject({ screen: 'login', status: 503, error: 'upstream_unavailable' });
    expect(page.upstreams).toContain('google');
  });
});

describe('no database', () => {
  it('answers 503 with Retry-After, and serves again when it is back', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await world.line.cut();
    const page = await browser.submit({ fields: { email: 'a@b.example', password: 'some password or other' } });
    expectErrorPage(page, 'database_unavailable', 503);
    expect(page.headers['retry-after']).toBeDefined();
    expect((await fetch(`${world.gatehouse.issuer}/health/ready`)).status).toBe(503);
    expect((await fetch(`${world.gatehouse.issuer}/health/live`)).status).toBe(200);
    await world.line.restore();
    expect((await browser.open(`${world.app.url}/login`)).screen).toBe('login');
  });
});
