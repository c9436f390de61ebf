import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { protocolSettings, type Session } from '../../src/oidc/index.ts';
import { agent, CLIENTS, openWorld, SECRET, signIn } from '../oidc/support.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../support/people.ts';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';

const GRANT = 'urn:openid:params:grant-type:ciba';

let world: World;
let bank: client.Configuration;

beforeAll(async () => {
  const asking = (id: string, more: Record<string, unknown> = {}) => ({
    client_id: id,
    name: `The ${id}`,
    client_secret: CLIENT_SECRET,
    grant_types: [GRANT, 'refresh_token'],
    response_types: [],
    backchannel_token_delivery_mode: 'poll',
    ...more,
  });
  world = await startWorld({
    settings: { protocol: { ciba: { delivery: ['poll', 'ping'] } } },
    clients: [
      asking('bank'),
      asking('other'),
      asking('vault', { require: 'mfa' }),
      asking('google-only', { upstreams: ['google'] }),
      asking('staff', { allow: { domains: ['acme.example'] } }),
    ],
  });
  bank = await configured('bank');
});
afterAll(() => world.stop());

function configured(clientId: string): Promise<client.Configuration> {
  const execute = [client.enableNonRepudiationChecks, client.allowInsecureRequests];
  const secret = client.ClientSecretBasic(CLIENT_SECRET);
  return client.discovery(new URL(world.gatehouse.issuer), clientId, undefined, secret, { execute });
}

async function ask(email: string, more: Record<string, string> = {}, of = bank) {
  const parameters = { scope: 'openid email', login_hint: email, ...more };
  return { of, ...(await client.initiateBackchannelAuthentication(of, parameters)) };
}

type Asked = Awaited<ReturnType<typeof ask>>;

function answerOf({ of, ...asked }: Asked) {
  return client.pollBackchannelAuthenticationGrant(of, { ...asked, interval: 0 });
}

async function refusalOf(answer: Promise<unknown>): Promise<unknown> {
  const error: unknown = await answer.then(
    () => 'done',
    (cause: unknown) => cause,
  );
  return error instanceof client.ResponseBodyError ? error.error : error;
}

/** Asks once, as it is, without a library that waits. */
async function poll(authReqId: string): Promise<unknown> {
  const answer = await fetch(`${world.gatehouse.issuer}/oidc/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`bank:${CLIENT_SECRET}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: GRANT, auth_req_id: authReqId }),
  });
  return ((await answer.json()) as { error?: string }).error;
}

async function signedUp(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

const requestsPage = (browser: Browser) => browser.open(`${world.gatehouse.issuer}/account/requests`);

describe('an app that asks for somebody who is elsewhere', () => {
  it('is let in on the account page, after a mail that says nothing of what it wrote (openid-client)', async () => {
    const email = 'ada@example.com';
    const browser = await signedUp(email);
    const asked = await ask(email, { binding_message: 'W4SCT-77', scope: 'openid email offline_access' });
    const link = await world.gatehouse.link(email, '/account/requests');
    expect((await world.gatehouse.mails())[0]?.text).not.toContain('W4SCT');
    await browser.open(`${world.gatehouse.issuer}/account`);
    expect(browser.page.text).toContain('Waiting for your answer: 1');
    await browser.open(link);
    expect(browser.page.text).toContain('The bank');
    expect(browser.page.text).toContain('W4SCT-77');
    expect(await poll(asked.auth_req_id)).toBe('authorization_pending');
    expect((await browser.submit({ decision: 'allow' })).text).toContain('Allowed. Go on in the app.');
    const tokens = await answerOf(asked);
    expect(tokens).toMatchObject({ scope: 'openid email offline_access', refresh_token: expect.any(String) });
    expect(tokens.claims()).toMatchObject({ aud: 'bank', amr: ['pwd'], auth_time: expect.any(Number) });
    const found = await client.fetchUserInfo(bank, tokens.access_token, String(tokens.claims()?.sub));
    expect(found.email).toBe(email);
    expect(await poll(asked.auth_req_id)).toBe('invalid_grant');
    await browser.open(`${world.gatehouse.issuer}/account/activity`);
    expect(browser.page.text).toContain('An app that asked for you was let in');
    const again = await ask('', { login_hint: '', id_token_hint: String(tokens.id_token) });
    expect((await requestsPage(browser)).text).toContain('The bank');
    await browser.submit({ decision: 'deny' });
    expect(await refusalOf(answerOf(again))).toBe('access_denied');
  });

  it('works with another library, too (oauth4webapi)', async () => {
    const issuer = new URL(world.gatehouse.issuer);
    const options = { [oauth.allowInsecureRequests]: true };
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
    const app = { client_id: 'other' };
    const auth = oauth.ClientSecretBasic(CLIENT_SECRET);
    const browser = await signedUp('bea@example.com');
    const parameters = { scope: 'openid', login_hint: 'bea@example.com' };
    const answer = await oauth.backchannelAuthenticationRequest(server, app, auth, parameters, options);
    const asked = await oauth.processBackchannelAuthenticationResponse(server, app, answer);
    await requestsPage(browser);
    await browser.submit({ decision: 'allow' });
    const redeemed = await oauth.backchannelAuthenticationGrantRequest(server, app, auth, asked.auth_req_id, options);
    const tokens = await oauth.processBackchannelAuthenticationGrantResponse(server, app, redeemed);
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ aud: 'other' });
  });

  it('learns by no answer whether somebody has an account, or may use it', async () => {
    await signedUp('cleo@example.com');
    await signedUp('off@example.com');
    await world.query(`update accounts set disabled_at = now() where id in
      (select account_id from addresses where stored = 'off@example.com')`);
    const mails = (await world.gatehouse.mails()).length;
    for (const hint of ['cleo@example.com', 'off@example.com', 'nobody@example.com', 'not an address']) {
      const { of: _of, ...asked } = await ask(hint);
      expect(asked).toEqual({ auth_req_id: expect.any(String), expires_in: 600 });
      expect(await poll(asked.auth_req_id)).toBe('authorization_pending');
    }
    await world.gatehouse.link('cleo@example.com', '/account/requests');
    expect((await world.gatehouse.mails()).length).toBe(mails + 1);
  });

  it('asks one person few times in a while, one that nobody knows too, however they are spelt', async () => {
    await signedUp('dora@example.com');
    for (const hint of ['dora@example.com', 'stranger@example.com']) {
      for (let time = 0; time < 5; time += 1) await ask(time % 2 === 0 ? hint : hint.toUpperCase());
      expect(await refusalOf(ask(hint))).toBe('access_denied');
    }
  });

  it('shows people one line of its own, and no other', async () => {
    for (const message of ['two\nlines', `x${'y'.repeat(100)}`, 'turned \u202e round'])
      expect(await refusalOf(ask('x@example.com', { binding_message: message }))).toBe('invalid_binding_message');
    expect(await refusalOf(ask('', { login_hint: '', login_hint_token: 'x' }))).toBe('invalid_request');
  });

  it('waits no longer than it said', async () => {
    const browser = await signedUp('eva@example.com');
    const asked = await ask('eva@example.com', { requested_expiry: '60' });
    expect(asked.expires_in).toBe(60);
    await requestsPage(browser);
    world.gatehouse.passTime(61);
    expect((await browser.submit({ decision: 'allow' })).text).toContain('This request is over');
    expect(await poll(asked.auth_req_id)).toBe('expired_token');
  });
});

describe('D26: the request of an app', () => {
  it('is answered once, by its own person, signed in freshly', async () => {
    const [browser, other] = [await signedUp('fay@example.com'), await signedUp('gwen@example.com')];
    const asked = await ask('fay@example.com');
    await requestsPage(browser);
    const action = /action="(\/account\/requests\/[^"]+)"/.exec(browser.page.body)?.[1] ?? '';
    const theirs = await ask('gwen@example.com');
    await requestsPage(other);
    const form = (page: Browser) => page.page.body.match(/name="_csrf" value="([^"]+)"/)?.[1] ?? '';
    const post = async (page: Browser, path: string) => {
      const url = new URL(path, world.gatehouse.issuer);
      const cookie = page.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '';
      const body = new URLSearchParams({ _csrf: form(page), decision: 'allow' });
      return fetch(url, {
        method: 'POST',
        headers: { cookie, origin: world.gatehouse.issuer },
        body,
        redirect: 'manual',
      });
    };
    expect((await post(other, action)).status).toBe(422);
    const tab = browser.tab();
    await requestsPage(tab);
    const ends = await Promise.all([browser.submit({ decision: 'allow' }), tab.submit({ decision: 'deny' })]);
    expect(ends.filter(({ text }) => text.includes('This request is over'))).toHaveLength(1);
    const allowed = ends[0]?.text.includes('Allowed');
    expect(await refusalOf(answerOf(asked))).toBe(allowed ? 'done' : 'access_denied');
    world.gatehouse.passTime(301);
    expect((await other.submit({ decision: 'allow' })).screen).toBe('reauthenticate');
    expect(await poll(theirs.auth_req_id)).toBe('authorization_pending');
    await other.submit({ fields: { password: PASSWORD } });
    expect(other.page.screen).toBe('account-requests');
    expect((await other.submit({ decision: 'allow' })).text).toContain('Allowed');
    expect(await refusalOf(answerOf(theirs))).toBe('done');
  });

  it('is bound to what the app asks of its people', async () => {
    const browser = await signedUp('hana@example.com');
    await ask('hana@example.com', {}, await configured('vault'));
    await requestsPage(browser);
    expect((await browser.submit({ decision: 'allow' })).screen).toBe('reauthenticate');
    const other = await signedUp('ina@example.com');
    await ask('ina@example.com', {}, await configured('google-only'));
    await requestsPage(other);
    const page = await other.submit({ decision: 'allow' });
    expect(page.text).toContain('This app takes nobody who signed in as you did');
  });

  it('is not for an account that the app is not for, and says so calmly', async () => {
    const email = 'jo@example.com';
    const browser = await signedUp(email);
    const asked = await ask(email, {}, await configured('staff'));
    await requestsPage(browser);
    const page = await browser.submit({ decision: 'allow' });
    expect(page.text).toContain('This app is open to certain accounts only, and yours is not among them');
    expect(page.text).not.toContain('This request is over');
    await browser.submit({ decision: 'deny' });
    expect(await refusalOf(answerOf(asked))).toBe('access_denied');
  });

  it('ends with everything of its account, and what it gave with the session that allowed it', async () => {
    const browser = await signedUp('ida@example.com');
    const asked = await ask('ida@example.com');
    await requestsPage(browser);
    await browser.submit({ decision: 'allow' });
    await browser.open(`${world.gatehouse.issuer}/oidc/logout`);
    await browser.submit({ button: 'Sign out' });
    expect(await refusalOf(answerOf(asked))).toBe('invalid_grant');
  });

  it('leaves an app without the grant nothing to ask, and does not exist while it is off', async () => {
    const post = (body: Record<string, string>) =>
      fetch(`${world.gatehouse.issuer}/oidc/ciba`, { method: 'POST', body: new URLSearchParams(body) });
    const app = { client_id: 'app', client_secret: CLIENT_SECRET, scope: 'openid', login_hint: 'x@example.com' };
    expect((await post(app)).status).toBe(400);
    expect((await post({ scope: 'openid', login_hint: 'x@example.com' })).status).toBe(400);
  });
});

describe('an app that wants to be told', () => {
  it('is told that there is an answer, and told again until it has heard it', async () => {
    const pings: { token: string | null; body: unknown }[] = [];
    let deaf = 1;
    const own = await openWorld({
      clients: [
        ...CLIENTS,
        {
          client_id: 'bell',
          client_secret: SECRET,
          grant_types: [GRANT],
          response_types: [],
          backchannel_token_delivery_mode: 'ping',
          backchannel_client_notification_endpoint: 'https://bell.example/ping',
        },
      ],
      deps: {
        protocol: protocolSettings.parse({ ciba: { delivery: ['ping'] } }),
        asked: { find: async () => 'ada', tell: async () => async () => {}, told() {} },
        async outboundFetch(_url, init) {
          pings.push({ token: new Headers(init?.headers).get('authorization'), body: [init?.method, init?.body] });
          deaf -= 1;
          return new Response(null, { status: deaf >= 0 ? 500 : 204 });
        },
      },
    });
    const due = async () => {
      const [row] = await own.database.knex('backchannel_authentication_requests').select('ping_due_at', 'ping_tries');
      return row;
    };
    try {
      const app = agent(own.issuer);
      const asked = await app.post('/oidc/ciba', {
        client_id: 'bell',
        client_secret: SECRET,
        scope: 'openid',
        login_hint: 'ada',
        client_notification_token: 'a-token-of-theirs',
      });
      const browser = agent(own.issuer);
      await signIn(browser);
      const session = (await browser.get('/session')).json as unknown as Session;
      const [request] = await own.oidc.requestsOf('ada');
      expect(await own.oidc.answerRequest(session, request?.id ?? '', 'allow')).toEqual({ ok: true });
      // Tried, and put off for less than the lease.
      await own.until(async () => pings.length === 1 && (await due())?.ping_due_at < new Date(Date.now() + 30_000));
      pass(10);
      await own.until(async () => pings.length === 2 && (await due())?.ping_due_at === null);
      const body = ['POST', JSON.stringify({ auth_req_id: asked.json['auth_req_id'] })];
      expect(pings).toEqual([0, 1].map(() => ({ token: 'Bearer a-token-of-theirs', body })));
      expect(own.events.filter(({ type }) => type === 'oidc.ping_failed')).toHaveLength(1);
    } finally {
      useRealClock();
      await own.close();
    }
  });
});
