import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { clientSettings, openClients, type ClientInput } from '../../src/clients/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import {
  agent,
  answerPrompt,
  API,
  authorize,
  begin,
  claimsOf,
  CLIENTS,
  login,
  openWorld,
  parameter,
  redeem,
  refusalOf,
  signIn,
  visitAt,
  type World,
} from './support.ts';

const settingsOf = (written: ClientInput[]) => ({ settings: written.map((client) => clientSettings.parse(client)) });
const registry = openClients(settingsOf(CLIENTS));

describe('a visit', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ deps: { clients: registry } });
  });
  afterEach(() => useRealClock());
  afterAll(() => world.close());

  it('tells its page who asks, what for, and where the person goes back to', async () => {
    const { visit } = await begin(agent(world.issuer), {
      client_id: 'cli',
      redirect_uri: 'com.example.cli:/cb',
      login_hint: 'ada@acme.example',
    });
    expect(visit).toMatchObject({
      reference: expect.stringMatching(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/),
      prompt: { name: 'login', reasons: ['no_session'] },
      client: { id: 'cli', name: 'cli', first_party: false, host: 'com.example.cli' },
      formTarget: 'com.example.cli:',
      params: { login_hint: 'ada@acme.example' },
      progress: {},
    });
    const web = await begin(agent(world.issuer), { client_id: 'shop' });
    expect(web.visit).toMatchObject({ formTarget: 'https://shop.example', client: { host: 'shop.example' } });
  });

  it('keeps one reference through all of its prompts, and records each step under it', async () => {
    const browser = agent(world.issuer);
    const { page, visit } = await begin(browser, { client_id: 'shop' });
    const { location = '' } = await answerPrompt(browser, page, login());
    const consent = await visitAt(browser, location);
    expect([consent.prompt.name, consent.reference]).toEqual(['consent', visit.reference]);
    expect(consent.uid).not.toBe(visit.uid);
    await answerPrompt(browser, location, { consent: true });
    expect(world.events.filter(({ reference }) => reference === visit.reference).map(({ type }) => type)).toEqual([
      'oidc.visit_started',
      'oidc.prompt_finished',
      'oidc.visit_continued',
      'oidc.grant_given',
      'oidc.prompt_finished',
      'oidc.visit_returned',
    ]);
  });

  describe('ends once', () => {
    it('whoever comes second with another person does not win (C18)', async () => {
      const browser = agent(world.issuer);
      const { visit } = await begin(browser);
      const results = await Promise.allSettled([
        world.oidc.finish(visit, login('ada')),
        world.oidc.finish(visit, login('bob')),
      ]);
      const won = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
      expect(won).toHaveLength(1);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'interaction_expired' },
      });
      const winner = results[0]?.status === 'fulfilled' ? 'ada' : 'bob';
      const code = parameter(await browser.get(won[0] ?? ''), 'code');
      expect(claimsOf((await redeem(world.issuer, code)).json['id_token'])['sub']).toBe(winner);
    });

    it('a second click of the same person leads on like the first', async () => {
      const browser = agent(world.issuer);
      const { visit } = await begin(browser);
      const first = await world.oidc.finish(visit, login());
      expect(await world.oidc.finish(visit, login())).toBe(first);
      await expect(world.oidc.abort(visit, 'access_denied')).rejects.toMatchObject({ code: 'interaction_expired' });
    });

    it('its page is gone once it is finished', async () => {
      const browser = agent(world.issuer);
      const { page } = await begin(browser);
      await answerPrompt(browser, page, login());
      expect(await refusalOf(browser.get(page))).toEqual([400, 'interaction_expired']);
      expect(await refusalOf(browser.post(page, { result: JSON.stringify(login('bob')) }))).toEqual([
        400,
        'interaction_expired',
      ]);
    });

    it('tells the client when the person says no', async () => {
      const browser = agent(world.issuer);
      const { page } = await begin(browser);
      const answer = await answerPrompt(browser, page, { abort: true });
      expect([parameter(answer, 'error'), parameter(answer, 'state'), parameter(answer, 'iss')]).toEqual([
        'access_denied',
        'the-state-of-the-client',
        world.issuer,
      ]);
    });
  });

  it('that is finished leads Back to the app, where the app has a home', async () => {
    const homes = CLIENTS.map((client) => ({ ...client, client_uri: 'https://wiki.acme.example/home' }));
    const other = await openWorld({ clients: homes });
    const browser = agent(other.issuer);
    const { location = '' } = await browser.get(authorize());
    await answerPrompt(browser, location, login());
    const page = await browser.get(location, { accept: 'text/html' });
    expect(page.text).toContain('data-error="interaction_expired"');
    expect(page.text).toContain('href="https://wiki.acme.example/home"');
    await other.close();
  });

  it('that is finished is not begun again from its page, also where the app has no home', async () => {
    const browser = agent(world.issuer);
    const { page } = await begin(browser);
    await answerPrompt(browser, page, login());
    const gone = await browser.get(page, { accept: 'text/html' });
    expect(gone.text).toContain('data-error="interaction_expired"');
    expect(gone.text).not.toContain('/restart');
  });

  it('remembers on the server how far its steps got', async () => {
    const { visit } = await begin(agent(world.issuer));
    await world.oidc.progress(visit.uid, { step: 'check-email', email: 'ada@acme.example' });
    expect((await world.oidc.find(visit.uid, visit.browserHash)).progress).toEqual({
      step: 'check-email',
      email: 'ada@acme.example',
    });
    expect(JSON.stringify(await world.database.knex('visits'))).not.toContain('ada@acme.example');
    await world.oidc.finish(visit, login());
    await expect(world.oidc.progress(visit.uid, {})).rejects.toMatchObject({ code: 'interaction_expired' });
  });

  describe('that expired', () => {
    it('says so, and begins again with the same request for 24 hours in its own browser', async () => {
      const browser = agent(world.issuer);
      const { page } = await begin(browser, { scope: 'openid email', ui_locales: 'ko' });
      pass(3700);
      expect(await refusalOf(browser.get(page))).toEqual([400, 'interaction_expired']);
      expect((await browser.get(page, { accept: 'text/html' })).text).toContain(`href="${page}/restart"`);
      const { url } = (await browser.get(`${page}/restart`)).json;
      const again = new URL(String(url), world.issuer).searchParams;
      expect(Object.fromEntries(again)).toMatchObject({
        client_id: 'wiki',
        scope: 'openid email',
        state: 'the-state-of-the-client',
        ui_locales: 'ko',
      });
      expect(parameter(await signIn(browser, Object.fromEntries(again)), 'code')).toBeTruthy();
      const other = agent(world.issuer);
      await begin(other);
      expect((await other.get(`${page}/restart`)).json).toEqual({});
      pass(86_400);
      expect((await browser.get(`${page}/restart`)).json).toEqual({});
    });

    it('begins again with another prompt, and keeps the consent that offline access needs', async () => {
      const browser = agent(world.issuer);
      const { page } = await begin(browser, {
        client_id: 'shop',
        scope: 'openid offline_access',
        prompt: 'login consent',
      });
      const { url } = (await browser.get(`${page}/restart?prompt=select_account`)).json;
      const again = new URL(String(url), world.issuer).searchParams;
      expect(again.get('prompt')).toBe('select_account consent');
      expect(again.get('scope')).toBe('openid offline_access');
    });

    it('is not resumed', async () => {
      const browser = agent(world.issuer);
      const { page } = await begin(browser);
      const { location = '' } = await browser.post(page, { result: JSON.stringify(login()) });
      pass(3700);
      expect(await refusalOf(browser.get(location))).toEqual([400, 'interaction_expired']);
    });
  });

  it('leads nowhere that was taken from the config meanwhile, whatever its page began with (D1)', async () => {
    const browser = agent(world.issuer);
    const { page } = await begin(browser);
    const moved = {
      ...CLIENTS.find(({ client_id: id }) => id === 'wiki'),
      redirect_uris: ['https://new.acme.example/cb'],
    };
    registry.prepare(settingsOf([{ ...moved, client_id: 'wiki' }]))();
    const answer = await answerPrompt(browser, page, login());
    registry.prepare(settingsOf(CLIENTS))();
    expect([answer.status, answer.location, answer.json['error']]).toEqual([400, undefined, 'redirect_uri_mismatch']);
  });

  it('of a person who signed out in another tab is over', async () => {
    const browser = agent(world.issuer);
    await signIn(browser, {}, 'cleo');
    const { location: page = '' } = await browser.get(authorize({ client_id: 'shop' }));
    expect((await browser.get(page)).json['prompt']).toMatchObject({ name: 'consent' });
    await world.database.knex('sessions').delete();
    expect(await refusalOf(browser.get(page))).toEqual([400, 'interaction_expired']);
  });

  it('works with a session cookie that nobody knows any more, without a loop', async () => {
    const browser = agent(world.issuer);
    await signIn(browser);
    await world.database.knex('sessions').delete();
    const answer = await signIn(browser);
    expect(parameter(answer, 'code')).toBeTruthy();
    expect((await browser.get('/session')).json).toMatchObject({ accountId: 'ada' });
  });

  it('of a browser with cookies signed by keys long gone begins anew (C18)', async () => {
    const browser = agent(world.issuer);
    await signIn(browser);
    for (const cookie of browser.jar.list()) {
      browser.jar.take(new URL(world.issuer), [
        `${cookie.name}=${cookie.name.endsWith('.sig') ? 'x' : cookie.value}; path=${cookie.path}`,
      ]);
    }
    expect(parameter(await signIn(browser), 'code')).toBeTruthy();
  });

  describe('with a scope of a resource', () => {
    it('shows what was not granted before as missing', async () => {
      const browser = agent(world.issuer);
      const change = { client_id: 'shop', scope: 'openid read', resource: API };
      await signIn(browser, change, 'dan');
      const { visit } = await begin(browser, { ...change, scope: 'openid email read write' });
      expect(visit.scopes).toEqual({
        missing: { oidc: ['email'], claims: [], resources: { [API]: ['write'] } },
        granted: { oidc: ['openid'], claims: [], resources: { [API]: ['read'] } },
      });
    });
  });
});
