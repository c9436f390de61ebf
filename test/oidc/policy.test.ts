import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pass, useRealClock } from '../support/clock.ts';
import {
  agent,
  answerPrompt,
  authorize,
  claimsOf,
  login,
  openWorld,
  parameter,
  redeem,
  signIn,
  visitAt,
  type Agent,
  type Answer,
  type World,
} from './support.ts';

describe('the interaction policy', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterEach(() => useRealClock());
  afterAll(() => world.close());

  /** Name and reasons of the page that a request leads to; 'code' when it leads to none. */
  async function pageOf(browser: Agent, answer: Answer): Promise<string> {
    if (!answer.location?.startsWith('/interaction/'))
      return parameter(answer, answer.location?.includes('error=') ? 'error' : 'code') && 'code';
    const { prompt } = await visitAt(browser, answer.location);
    return `${prompt.name}: ${prompt.reasons.join(' ')}`;
  }

  const ask = async (browser: Agent, change: Record<string, string | undefined>) =>
    pageOf(browser, await browser.get(authorize(change)));

  async function idToken(answer: Answer, client = 'wiki'): Promise<Record<string, unknown>> {
    return claimsOf((await redeem(world.issuer, parameter(answer, 'code'), { client_id: client })).json['id_token']);
  }

  it.each([
    ['nothing', {}, 'login: no_session'],
    ['prompt=login', { prompt: 'login' }, 'login: login_prompt no_session'],
    ['prompt=create', { prompt: 'create' }, 'create: create_prompt'],
    ['prompt=select_account', { prompt: 'select_account' }, 'select_account: select_account_prompt'],
    ['prompt=select_account login', { prompt: 'select_account login' }, 'select_account: select_account_prompt'],
    ['max_age=0', { max_age: '0' }, 'login: login_prompt no_session'],
  ])('answers %s of a stranger with the right page', async (_name, change, page) => {
    expect(await ask(agent(world.issuer), change)).toBe(page);
  });

  it.each([
    ['nothing', {}, 'code'],
    ['prompt=none', { prompt: 'none' }, 'code'],
    ['prompt=login', { prompt: 'login' }, 'login: login_prompt'],
    ['prompt=create', { prompt: 'create' }, 'create: create_prompt'],
    ['prompt=select_account', { prompt: 'select_account' }, 'select_account: select_account_prompt'],
    ['prompt=consent of an own app', { prompt: 'consent' }, 'code'],
    ['max_age=10000', { max_age: '10000' }, 'code'],
    ['max_age=0', { max_age: '0' }, 'login: login_prompt'],
  ])('answers %s of somebody signed in with the right page', async (_name, change, page) => {
    const browser = agent(world.issuer);
    await signIn(browser);
    expect(await ask(browser, change)).toBe(page);
  });

  it.each([
    ['prompt=none with another', { prompt: 'none login' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'dance' }, 'invalid_request'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['prompt=none of a stranger', { prompt: 'none' }, 'login_required'],
  ])('sends the client an error for %s', async (_name, change, error) => {
    expect(parameter(await agent(world.issuer).get(authorize(change)), 'error')).toBe(error);
  });

  it('lets a sign-up, or a chosen account, answer the login, too', async () => {
    for (const prompt of ['create', 'select_account', 'select_account login', 'create login']) {
      const browser = agent(world.issuer);
      const { location = '' } = await browser.get(authorize({ prompt }));
      expect(await idToken(await answerPrompt(browser, location, login('bob')))).toMatchObject({ sub: 'bob' });
    }
  });

  it('goes on with the account of the session where the chooser says so', async () => {
    const browser = agent(world.issuer);
    await signIn(browser);
    const { location = '' } = await browser.get(authorize({ prompt: 'select_account' }));
    expect(await idToken(await answerPrompt(browser, location, {}))).toMatchObject({ sub: 'ada' });
  });

  it('gives a login that was asked for again a new time (C15, max_age and prompt=login)', async () => {
    for (const change of [{ prompt: 'login' }, { max_age: '1' }, { max_age: '0' }]) {
      useRealClock();
      const browser = agent(world.issuer);
      const before = await idToken(await signIn(browser));
      pass(100);
      const { location = '' } = await browser.get(authorize(change));
      expect(location).toMatch(/^\/interaction\//);
      const after = await idToken(await answerPrompt(browser, location, login()));
      expect(Number(after['auth_time'])).toBeGreaterThanOrEqual(Number(before['auth_time']) + 100);
    }
  });

  it('keeps the time of the login while the consent page takes long', async () => {
    const browser = agent(world.issuer);
    const { location = '' } = await browser.get(authorize({ client_id: 'shop', max_age: '5' }));
    const { location: consent = '' } = await answerPrompt(browser, location, login('cleo'));
    const signedInAt = (await browser.get('/session')).json['signedInAt'];
    pass(60);
    const answer = await answerPrompt(browser, consent, { consent: true });
    expect(await idToken(answer, 'shop')).toMatchObject({ auth_time: signedInAt });
  });

  it('asks again when somebody else than the hinted person signs in', async () => {
    const hint = String(
      (await redeem(world.issuer, parameter(await signIn(agent(world.issuer)), 'code'))).json['id_token'],
    );
    const browser = agent(world.issuer);
    expect(parameter(await browser.get(authorize({ id_token_hint: hint, prompt: 'none' })), 'error')).toBe(
      'login_required',
    );
    const { location = '' } = await browser.get(authorize({ id_token_hint: hint }));
    const wrong = await answerPrompt(browser, location, login('bob'));
    expect(await pageOf(browser, wrong)).toBe('login: id_token_hint');
    // Bob is signed out again on the way to the session of the hinted person.
    const switching = await answerPrompt(browser, wrong.location ?? '', login('ada'));
    expect(switching.text).toContain('action="' + world.issuer + '/oidc/logout/confirm"');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(switching.text)?.[1] ?? '';
    const resumed = await browser.post('/oidc/logout/confirm', { xsrf, logout: 'yes' });
    expect(await idToken(await browser.get(resumed.location ?? ''))).toMatchObject({ sub: 'ada' });
  });

  it('lets the account-switch page end at the client, and nowhere else', async () => {
    const browser = agent(world.issuer);
    await signIn(browser);
    const { location = '' } = await browser.get(authorize({ prompt: 'login' }));
    const answer = await answerPrompt(browser, location, login('bob'));
    expect(answer.headers.get('content-security-policy')).toContain(
      `form-action 'self' ${world.issuer} https://wiki.acme.example;`,
    );
  });

  it('asks for a login when the account was disabled or is gone (D8, B12)', async () => {
    const browser = agent(world.issuer);
    const tokens = await redeem(world.issuer, parameter(await signIn(browser, {}, 'eve'), 'code'));
    const entry = world.accounts.get('eve');
    world.accounts.set('eve', { id: 'eve', usable: false, secondStep: false, claims: () => ({}) });
    expect((await browser.get('/session')).json).toEqual({});
    expect(await ask(browser, {})).toBe('login: account_unusable');
    expect(parameter(await browser.get(authorize({ prompt: 'none' })), 'error')).toBe('login_required');
    const userinfo = await agent(world.issuer).get('/oidc/userinfo', {
      authorization: `Bearer ${String(tokens.json['access_token'])}`,
    });
    expect(userinfo.status).toBe(401);
    world.accounts.delete('eve');
    expect(await ask(browser, {})).toBe('login: account_unusable');
    if (entry) world.accounts.set('eve', entry);
  });

  describe('asks for consent', () => {
    it('of another company once, and again only for more', async () => {
      const browser = agent(world.issuer);
      const first = await signIn(browser, { client_id: 'shop', scope: 'openid' }, 'dan');
      expect(parameter(first, 'code')).toBeTruthy();
      expect(await ask(browser, { client_id: 'shop', scope: 'openid' })).toBe('code');
      expect(await ask(browser, { client_id: 'shop', scope: 'openid email' })).toBe('consent: op_scopes_missing');
      expect(
        parameter(await browser.get(authorize({ client_id: 'shop', scope: 'openid email', prompt: 'none' })), 'error'),
      ).toBe('consent_required');
      expect(await ask(browser, { client_id: 'shop', scope: 'openid', prompt: 'consent' })).toBe(
        'consent: consent_prompt',
      );
    });

    it('not again in another browser', async () => {
      const browser = agent(world.issuer);
      await signIn(browser, { client_id: 'shop', scope: 'openid profile' }, 'bob');
      const { location = '' } = await agent(world.issuer).get(
        authorize({ client_id: 'shop', scope: 'openid profile' }),
      );
      expect(location).toMatch(/^\/interaction\//);
      const other = agent(world.issuer);
      const page = await other.get(authorize({ client_id: 'shop', scope: 'openid profile' }));
      expect(await pageOf(other, await answerPrompt(other, page.location ?? '', login('bob')))).toBe('code');
    });

    it('each time of an app on a device that nothing vouches for (RFC 8252 8.6)', async () => {
      const browser = agent(world.issuer);
      const change = { client_id: 'cli', redirect_uri: 'http://127.0.0.1:40000/cb', scope: 'openid' };
      await signIn(browser, change);
      expect(await ask(browser, change)).toBe('consent: native_client_prompt');
    });

    it('never of one of our own apps, and not twice of anybody', async () => {
      expect(
        parameter(
          await signIn(agent(world.issuer), { client_id: 'spa', scope: 'openid offline_access', prompt: 'consent' }),
          'code',
        ),
      ).toBeTruthy();
      const grants = await world.database.knex('grants').where({ account_id: 'ada', client_id: 'spa' });
      expect(grants).toHaveLength(1);
    });
  });
});
