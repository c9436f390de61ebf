import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  agent,
  authorize,
  claimsOf,
  CLIENTS,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  signIn,
  type Agent,
  type Answer,
  type World,
} from './support.ts';
import { pass, useRealClock } from '../support/clock.ts';

const BYE = 'https://wiki.acme.example/bye';

describe('signing out', () => {
  let world: World;
  beforeAll(async () => {
    const hears = {
      client_id: 'hears',
      client_secret: SECRET,
      redirect_uris: ['https://wiki.acme.example/cb'],
      first_party: true,
    };
    const told = {
      backchannel_logout_uri: 'https://hears.acme.example/backchannel',
      backchannel_logout_session_required: true,
    };
    world = await openWorld({ clients: [...CLIENTS, { ...hears, ...told }] });
  });
  afterEach(() => useRealClock());
  afterAll(() => world.close());

  const tokensOf = async (browser: Agent, change: Record<string, string> = {}, accountId = 'ada') =>
    (
      await redeem(world.issuer, parameter(await signIn(browser, change, accountId), 'code'), {
        client_id: change['client_id'],
      })
    ).json;
  const logoutUrl = (parameters: { [name: string]: string }) =>
    `/oidc/logout?${new URLSearchParams(parameters).toString()}`;
  const isSignedIn = async (browser: Agent) => (await browser.get('/session')).json['accountId'] !== undefined;

  /** Sends the self-submitting form of an answer, as a browser with scripts does. */
  async function submitted(browser: Agent, answer: Answer): Promise<Answer> {
    const action = /<form method="post" action="([^"]+)"/.exec(answer.text)?.[1];
    if (!action) throw new Error(`no form in ${answer.status} ${answer.text}`);
    const fields = [...answer.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((match) => [
      match[1],
      match[2],
    ]);
    return browser.post(action, Object.fromEntries(fields) as Record<string, string>);
  }

  it('asks first, without a hint (C9)', async () => {
    const browser = agent(world.issuer);
    await signIn(browser);
    const { json } = await browser.get('/oidc/logout');
    expect(json).toMatchObject({
      page: 'question',
      action: '/oidc/logout/confirm',
      xsrf: expect.stringMatching(/^[0-9a-f]{48}$/),
      formTargets: [],
    });
    expect(await isSignedIn(browser)).toBe(true);
    for (const xsrf of ['', 'guess']) {
      expect((await browser.post('/oidc/logout/confirm', { xsrf, logout: 'yes' })).status).toBe(400);
    }
    expect(await isSignedIn(browser)).toBe(true);
    const done = await browser.post('/oidc/logout/confirm', { xsrf: String(json['xsrf']), logout: 'yes' });
    expect(new URL(done.location ?? '').pathname).toBe('/oidc/logout/success');
    expect((await browser.get(done.location ?? '')).json).toMatchObject({ page: 'signed-out' });
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('does not ask with an ID token of this very session, and leads back with the state', async () => {
    const browser = agent(world.issuer);
    const { id_token: hint } = await tokensOf(browser);
    const page = await browser.get(
      logoutUrl({ id_token_hint: String(hint), post_logout_redirect_uri: BYE, state: 'a b&c' }),
    );
    const script = /<script>([\s\S]*?)<\/script>/.exec(page.text)?.[1] ?? '';
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
    expect(policy).toContain("form-action 'self' https://wiki.acme.example;");
    expect(page.text).toContain('<noscript><button type="submit">');
    const done = await submitted(browser, page);
    expect([done.status, done.location?.split('?')[0], parameter(done, 'state')]).toEqual([303, BYE, 'a b&c']);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it.each([
    ['another session of the same person', async () => (await tokensOf(agent(world.issuer)))['id_token'], 1],
    ['another person', async () => (await tokensOf(agent(world.issuer), {}, 'bob'))['id_token'], 0],
  ] as const)('asks when the ID token is of %s', async (_name, hintOf, seconds) => {
    const hint = await hintOf();
    if (seconds > 0) pass(seconds);
    const browser = agent(world.issuer);
    await signIn(browser);
    expect((await browser.get(logoutUrl({ id_token_hint: String(hint) }))).json).toMatchObject({
      page: 'question',
      app: 'Wiki',
    });
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('asks when the ID token has expired, and refuses one that was tampered with', async () => {
    const browser = agent(world.issuer);
    const hint = String((await tokensOf(browser))['id_token']);
    const [header, payload, signature] = hint.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const bad of [
      `${header}.${payload}.`,
      `${none}.${payload}.`,
      `${header}.${payload}.${signature?.slice(0, -4)}AAAA`,
      'x',
      `${header}.e30.${signature}`,
    ]) {
      const answer = await browser.get(logoutUrl({ id_token_hint: bad }), { accept: 'text/html' });
      expect([answer.status, answer.location]).toEqual([400, undefined]);
    }
    pass(3700);
    expect((await browser.get(logoutUrl({ id_token_hint: hint }))).json).toMatchObject({ page: 'question' });
    expect(await isSignedIn(browser)).toBe(true);
  });

  it.each([
    'https://evil.example/',
    'https://shop.example/cb',
    'javascript:alert(1)',
    '//evil.example',
    `${BYE}?x=1`,
    `${BYE}/`,
  ])('never leads to %s (C10)', async (uri) => {
    const browser = agent(world.issuer);
    const { id_token: hint } = await tokensOf(browser);
    for (const by of [{ id_token_hint: String(hint) }, { client_id: 'wiki' }] as Record<string, string>[]) {
      const answer = await browser.get(logoutUrl({ ...by, post_logout_redirect_uri: uri }), { accept: 'text/html' });
      expect([answer.status, answer.location]).toEqual([400, undefined]);
      expect(answer.text).toContain('data-error="request_invalid"');
    }
    const anonymous = await browser.get(logoutUrl({ post_logout_redirect_uri: uri }));
    expect(anonymous.json).toMatchObject({ page: 'question', formTargets: [] });
  });

  it('works when nobody is signed in any more', async () => {
    const browser = agent(world.issuer);
    const { id_token: hint } = await tokensOf(browser);
    await world.database.knex('sessions').delete();
    const page = await browser.get(logoutUrl({ id_token_hint: String(hint), post_logout_redirect_uri: BYE }));
    expect(page.headers.get('content-security-policy') ?? '').toContain('https://wiki.acme.example');
    expect((await submitted(browser, page)).location).toBe(BYE);
  });

  it('takes a form post as the same request', async () => {
    const answer = await agent(world.issuer).post('/oidc/logout', { client_id: 'wiki', state: 'x' });
    expect([answer.status, answer.location]).toEqual([303, '/oidc/logout?client_id=wiki&state=x']);
  });

  it('ends the tokens of the session, and neither the consent nor what other browsers hold (C11)', async () => {
    const browser = agent(world.issuer);
    const other = agent(world.issuer);
    const here = await tokensOf(browser);
    const there = await tokensOf(other);
    const cookies = browser.jar.list();
    await submitted(browser, await browser.get(logoutUrl({ id_token_hint: String(here['id_token']) })));
    expect((await refresh(world.issuer, String(here['refresh_token']))).json['error']).toBe('invalid_grant');
    expect(
      (await agent(world.issuer).get('/oidc/userinfo', { authorization: `Bearer ${String(here['access_token'])}` }))
        .status,
    ).toBe(401);
    const replayed = agent(world.issuer);
    for (const cookie of cookies)
      replayed.jar.take(new URL(world.issuer), [`${cookie.name}=${cookie.value}; path=${cookie.path}`]);
    expect(await isSignedIn(replayed)).toBe(false);
    expect((await refresh(world.issuer, String(there['refresh_token']))).status).toBe(200);
    expect(await isSignedIn(other)).toBe(true);
  });

  it('leaves an app its offline access', async () => {
    const browser = agent(world.issuer);
    const tokens = await tokensOf(browser, { client_id: 'spa', scope: 'openid offline_access', prompt: 'consent' });
    await submitted(browser, await browser.get(logoutUrl({ id_token_hint: String(tokens['id_token']) })));
    expect(await isSignedIn(browser)).toBe(false);
    expect((await refresh(world.issuer, String(tokens['refresh_token']), { client_id: 'spa' })).status).toBe(200);
  });

  it('tells the apps of the session, with a token that names it', async () => {
    const browser = agent(world.issuer);
    const change = { client_id: 'hears', redirect_uri: 'https://wiki.acme.example/cb' };
    const tokens = await redeem(world.issuer, parameter(await signIn(browser, change), 'code'), {
      ...change,
      client_secret: SECRET,
    });
    world.outbound.length = 0;
    await submitted(browser, await browser.get(logoutUrl({ id_token_hint: String(tokens.json['id_token']) })));
    const [call, ...others] = world.outbound;
    expect([call?.url, others]).toEqual(['https://hears.acme.example/backchannel', []]);
    const logoutToken = claimsOf(new URLSearchParams(call?.body).get('logout_token'));
    expect(logoutToken).toMatchObject({ sub: 'ada', aud: 'hears', sid: claimsOf(tokens.json['id_token'])['sid'] });
  });

  it('in one tab is not undone by another tab that was still loading', async () => {
    let ending = async (): Promise<void> => {};
    const ada = { id: 'ada', usable: true, secondStep: false, claims: () => ({}) };
    const slow = await openWorld({
      deps: {
        accounts: { find: async () => ending().then(() => ada), groupsOf: () => [], forgetProofs: async () => {} },
      },
    });
    const browser = agent(slow.issuer);
    await signIn(browser);
    // Between reading the session and saving it, the library looks for the account: now it is ended elsewhere.
    ending = async () => void (await slow.database.knex('sessions').delete());
    expect((await browser.get(authorize({ prompt: 'none' }))).status).toBe(303);
    ending = async () => {};
    expect(await slow.database.knex('sessions')).toEqual([]);
    expect((await browser.get('/session')).json).toEqual({});
    await slow.close();
  });
});
