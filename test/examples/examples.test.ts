import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnauthorizedError, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as oidc from 'openid-client';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { freePortPair } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../support/people.ts';
import { createClock, movableClock, setClock } from '../support/server_process.ts';
import { startWorld, type World } from '../support/world.ts';
import { settingsOf, startSample, type Sample } from './support.ts';

const SECRET = 'a-long-enough-secret-of-the-samples-0123456789';
const EMAIL = 'ada@example.com';
const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-samples-'));
const clock = join(scratch, 'clock');
const samples: Sample[] = [];
let world: World;
let [webApp, browserApp, api, mcp] = ['', '', '', ''];

beforeAll(async () => {
  const [web, behind] = [await freePortPair(), await freePortPair()];
  const at = (port: number) => `http://127.0.0.1:${port}`;
  [webApp, browserApp, api, mcp] = [at(web), at(web + 1), at(behind), `${at(behind + 1)}/mcp`];
  const settings = [
    ...settingsOf('web-app', { 8080: web }, SECRET),
    ...settingsOf('browser-app', { 8083: web + 1 }, SECRET),
    ...settingsOf('command-line', {}, SECRET),
    ...settingsOf('api', { 8081: behind }, SECRET),
    ...settingsOf('service', { 8081: behind }, SECRET),
    ...settingsOf('mcp-server', { 8082: behind + 1 }, SECRET),
  ];
  const listed = (key: string) => settings.flatMap((one) => (one[key] ?? []) as Record<string, unknown>[]);
  world = await startWorld({
    clients: [
      ...listed('clients'),
      {
        client_id: 'other',
        type: 'service',
        client_secret: SECRET,
        resources: { [mcp]: ['who-am-i'], [api]: ['read'] },
      },
    ],
    settings: {
      // Two READMEs show the API.
      resources: [...new Map(listed('resources').map((resource) => [resource['id'], resource])).values()],
      protocol: Object.assign({}, ...settings.map(({ protocol }) => protocol)) as object,
    },
  });
  const ISSUER = world.gatehouse.issuer;
  createClock(clock);
  const start = async (name: string, port: number, more: Record<string, string> = {}) => {
    const sample = startSample(name, { ISSUER, PORT: String(port), ...more });
    samples.push(sample);
    await sample.line();
  };
  await Promise.all([
    start('web-app', web, { CLIENT_ID: 'web-app', CLIENT_SECRET: SECRET }),
    start('browser-app', web + 1, { CLIENT_ID: 'browser-app' }),
    start('api', behind, { NODE_OPTIONS: `--import ${movableClock}`, GATEHOUSE_TEST_CLOCK: clock }),
    start('mcp-server', behind + 1),
    signUpLocally(world, createBrowser(), EMAIL),
  ]);
});
afterAll(async () => {
  await Promise.all(samples.map((sample) => sample.stop()));
  await world.stop();
  rmSync(scratch, { recursive: true });
});

/** Signs in and allows, from wherever a sample has sent the browser. */
async function signIn(browser: Browser) {
  await browser.submit({ fields: { email: EMAIL, password: PASSWORD } });
  if (browser.page.screen === 'consent') await browser.submit({ decision: 'allow' });
  return browser.page;
}

async function signedIn(): Promise<Browser> {
  const browser = createBrowser();
  await browser.open(webApp);
  await browser.follow('Sign in');
  await signIn(browser);
  return browser;
}

/** A token of a service for an API. */
async function tokenFor(clientId: string, resource: string, scope: string): Promise<string> {
  const config = await oidc.discovery(new URL(world.gatehouse.issuer), clientId, SECRET, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
  return (await oidc.clientCredentialsGrant(config, { resource, scope })).access_token;
}

/** An ID token for the web app, whose secret we know, and which leaves alone what it did not ask for. */
async function idTokenOf(browser: Browser): Promise<string> {
  const config = await oidc.discovery(new URL(world.gatehouse.issuer), 'web-app', SECRET, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${webApp}/callback`,
    scope: 'openid',
    state: expectedState,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const { hops } = await browser.open(url.href);
  const answer = hops.find((hop) => hop.url.startsWith(`${webApp}/callback`))?.url ?? '';
  const tokens = await oidc.authorizationCodeGrant(config, new URL(answer), { expectedState, pkceCodeVerifier });
  return String(tokens.id_token);
}

describe('the web app', () => {
  it('signs in by discovery, shows its person and renews the tokens, and the browser has none', async () => {
    const browser = await signedIn();
    expect(browser.page.url).toBe(`${webApp}/me`);
    expect(browser.page.text).toContain(EMAIL);
    expect((await browser.submit({ button: 'Renew the tokens' })).text).toContain('Tokens renewed: 1');
    const cookies = browser.trail
      .filter(({ url }) => url.startsWith(webApp))
      .flatMap(({ headers }) => headers['set-cookie'] ?? []);
    // One of the trip, and another one of whoever is signed in.
    expect(new Set(cookies).size).toBe(2);
    expect(cookies).toEqual(
      cookies.map(() => expect.stringMatching(/^session=s%3A[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)),
    );
  });

  it('signs out at the issuer, too, and comes back', async () => {
    const browser = await signedIn();
    await browser.submit({ button: 'Sign out' });
    expect((await browser.submit({ button: 'Sign out' })).url).toMatch(new RegExp(`^${webApp}/(\\?|$)`));
    await browser.follow('Sign in');
    expect(browser.page.screen).toBe('login');
  });

  it('hears that the session ended elsewhere (back-channel logout)', async () => {
    const browser = await signedIn();
    const elsewhere = browser.tab();
    await elsewhere.open(`${world.gatehouse.issuer}/oidc/logout`);
    await elsewhere.submit({ button: 'Sign out' });
    for (let tries = 0; tries < 200 && browser.page.url === `${webApp}/me`; tries += 1)
      await browser.open(`${webApp}/me`);
    expect(browser.page.url).toBe(`${webApp}/`);
    expect(browser.page.text).toContain('Sign in');
  });

  it('believes no answer that it did not ask for', async () => {
    const answer = `callback?code=x&state=y&iss=${encodeURIComponent(world.gatehouse.issuer)}`;
    const browser = createBrowser();
    expect((await browser.open(`${webApp}/${answer}`)).url).toBe(`${webApp}/`);
    await browser.follow('Sign in');
    expect((await browser.open(`${webApp}/${answer}`)).status).toBe(400);
    expect((await browser.open(`${webApp}/me`)).url).toBe(`${webApp}/`);
  });

  it('takes an ID token for no logout token, and the API takes it for no access token', async () => {
    const browser = await signedIn();
    const idToken = await idTokenOf(browser);
    const body = new URLSearchParams({ logout_token: idToken });
    expect((await fetch(`${webApp}/backchannel-logout`, { method: 'POST', body })).status).toBe(400);
    expect((await browser.open(`${webApp}/me`)).text).toContain(EMAIL);
    const headers = { authorization: `Bearer ${idToken}` };
    expect((await fetch(`${api}/notes`, { headers })).status).toBe(401);
  });
});

const withChromium = findChromium() === undefined ? describe.skip : describe;

describe('the browser app', () => {
  it('is served with a policy that lets scripts of its own alone run, and nothing leave but to the issuer', async () => {
    const answer = await fetch(browserApp);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'self'; style-src 'self'; connect-src 'self' ${world.gatehouse.issuer};`);
    expect(policy).not.toContain('unsafe');
    for (const file of ['app.js', 'oauth4webapi.js', 'style.css', 'config.json', 'callback'])
      expect((await fetch(`${browserApp}/${file}`)).status).toBe(200);
    expect((await fetch(`${browserApp}/server.js`)).status).toBe(404);
  });

  withChromium('in Chromium', () => {
    it('signs in, renews and signs out in Chromium, and stores no token', async () => {
      const { context, close } = await launchBrowser();
      try {
        const page = await context.newPage();
        const faults: string[] = [];
        page.on('pageerror', (error) => faults.push(error.message));
        await page.goto(browserApp);
        await page.click('#sign-in');
        await page.fill('[name=email]', EMAIL);
        await page.fill('[name=password]', PASSWORD);
        await page.keyboard.press('Enter');
        await page.waitForSelector('[data-page=consent], #userinfo:visible');
        if ((await page.$('[data-page=consent]')) !== null) await page.click('button[value=allow]');
        await page.waitForSelector('#userinfo:visible');
        expect(await page.innerText('#userinfo')).toContain(EMAIL);
        expect(page.url()).toBe(`${browserApp}/`);
        await page.click('#renew');
        await page.waitForSelector('text=The tokens are new.');
        expect(await page.evaluate('localStorage.length + sessionStorage.length + document.cookie.length')).toBe(0);
        await page.click('#sign-out');
        await page.waitForURL((url) => url.origin === browserApp);
        await page.waitForSelector('#sign-in:visible');
        expect(faults).toEqual([]);
      } finally {
        await close();
      }
    });
  });
});

describe('the API', () => {
  async function ask(token?: string, method = 'GET') {
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const { status, headers: said } = await fetch(`${api}/notes`, { method, headers });
    return { status, challenge: said.get('www-authenticate') };
  }

  it('says where tokens are made to whoever has none', async () => {
    const { status, challenge } = await ask();
    expect([status, challenge]).toEqual([
      401,
      `Bearer resource_metadata="${api}/.well-known/oauth-protected-resource"`,
    ]);
    const metadata = await (await fetch(`${api}/.well-known/oauth-protected-resource`)).json();
    expect(metadata).toMatchObject({ resource: api, authorization_servers: [world.gatehouse.issuer] });
  });

  it('lets in with the scope, refuses without it, and refuses tokens that are for others or expired', async () => {
    const token = await tokenFor('other', api, 'read');
    expect((await ask(token)).status).toBe(200);
    const short = await ask(token, 'POST');
    expect([short.status, short.challenge]).toEqual([
      403,
      expect.stringContaining('error="insufficient_scope", scope="write"'),
    ]);
    const refused = { status: 401, challenge: expect.stringContaining('error="invalid_token"') };
    expect(await ask(await tokenFor('other', mcp, 'who-am-i'))).toEqual(refused);
    expect(await ask('of nobody')).toMatchObject({ status: 401 });
    setClock(clock, 11 * 60);
    expect(await ask(token)).toEqual(refused);
    setClock(clock, 0);
    expect((await ask(token)).status).toBe(200);
  });

  it('is called by the service in its own name', async () => {
    const environment = { ISSUER: world.gatehouse.issuer, CLIENT_ID: 'service', CLIENT_SECRET: SECRET, API: api };
    const { code, printed } = await startSample('service', environment).ended;
    expect(code).toBe(0);
    expect(JSON.parse(printed)).toEqual({ subject: 'service', notes: [expect.stringContaining('A service was here')] });
  });
});

describe('the command-line tool', () => {
  it('waits until its person has typed the code, and prints who it is', async () => {
    const tool = startSample('command-line', { ISSUER: world.gatehouse.issuer, CLIENT_ID: 'command-line' });
    const [, address = '', code = ''] = /^Open (\S+) and type (\S+)$/.exec(await tool.line()) ?? [];
    const browser = createBrowser();
    await browser.open(address);
    await browser.submit({ fields: { user_code: code } });
    await browser.submit({ button: 'confirm' });
    expect((await signIn(browser)).text).toContain('Your device is connected');
    const ended = await tool.ended;
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.printed)).toMatchObject({ email: EMAIL });
  });
});

describe('the MCP server', () => {
  /** An MCP client as the SDK makes it: it knows the address of the server and its own id. */
  function assistant(browser: Browser) {
    let [verifier, state] = ['', ''];
    let tokens: Awaited<ReturnType<OAuthClientProvider['tokens']>>;
    const authProvider: OAuthClientProvider = {
      // Any port of this machine will do; what listens there takes no part.
      redirectUrl: `${browserApp}/callback`,
      clientMetadata: { client_name: 'My assistant', redirect_uris: [], scope: 'who-am-i' },
      state: () => (state = oidc.randomState()),
      clientInformation: () => ({ client_id: 'my-assistant' }),
      tokens: () => tokens,
      saveTokens: (saved) => void (tokens = saved),
      redirectToAuthorization: async (url) => void (await browser.open(url.href)),
      saveCodeVerifier: (saved) => void (verifier = saved),
      codeVerifier: () => verifier,
    };
    return { transport: () => new StreamableHTTPClientTransport(new URL(mcp), { authProvider }), state: () => state };
  }

  it('sends an assistant without a token to the issuer, and then tells its person who they are', async () => {
    const browser = await signedIn();
    const [, subject] = /<dt>sub<\/dt><dd>([^<]+)/.exec(browser.page.body) ?? [];
    const { transport, state } = assistant(browser);
    const first = transport();
    await expect(new Client({ name: 'a test', version: '1' }).connect(first)).rejects.toThrow(UnauthorizedError);
    const { searchParams } = new URL((await browser.submit({ decision: 'allow' })).url);
    expect(searchParams.get('state')).toBe(state());
    await first.finishAuth(searchParams.get('code') ?? '');
    const client = new Client({ name: 'a test', version: '1' });
    await client.connect(transport());
    const { content } = await client.callTool({ name: 'who_am_i' });
    await client.close();
    expect(content).toEqual([{ type: 'text', text: `You are ${subject}, and came through my-assistant.` }]);
  });

  it('refuses a token for another API, and says where its own are made', async () => {
    const headers = { authorization: `Bearer ${await tokenFor('other', api, 'read')}` };
    const answer = await fetch(mcp, { method: 'POST', headers });
    expect(answer.status).toBe(401);
    const [, where = ''] = /resource_metadata="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? [];
    expect(await (await fetch(where)).json()).toMatchObject({
      resource: mcp,
      authorization_servers: [world.gatehouse.issuer],
      scopes_supported: ['who-am-i'],
    });
  });
});

describe('the samples', () => {
  it.each([
    ['web-app', { CLIENT_ID: 'web-app', CLIENT_SECRET: SECRET }],
    ['browser-app', { CLIENT_ID: 'browser-app' }],
    ['api', {}],
    ['mcp-server', {}],
  ])('say that their port is taken: %s', async (name, more) => {
    const { port } = world.gatehouse;
    const sample = startSample(name, { ISSUER: world.gatehouse.issuer, PORT: String(port), ...more });
    expect(await sample.ended).toEqual({ code: 1, printed: '', complaint: expect.stringContaining('EADDRINUSE') });
  });

  it('are all in the table, and use the versions that are tested here', () => {
    const root = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const { dependencies, devDependencies } = JSON.parse(root('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const table = root('examples/README.md');
    for (const entry of readdirSync(new URL('../../examples', import.meta.url), { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      expect(table).toContain(`](${entry.name})`);
      if (entry.name.startsWith('python-')) continue;
      const sample = JSON.parse(root(`examples/${entry.name}/package.json`)) as { dependencies: object };
      expect({ ...devDependencies, ...dependencies }).toMatchObject(sample.dependencies);
    }
  });
});
