import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let tv: client.Configuration;

beforeAll(async () => {
  world = await startWorld({
    clients: [
      { client_id: 'tv', name: 'Northwind TV', type: 'device' },
      { client_id: 'own-tv', name: 'Own TV', type: 'device', first_party: true },
      { client_id: 'safe-tv', name: 'Safe TV', type: 'device', require: 'mfa' },
      { client_id: 'staff-tv', name: 'Staff TV', type: 'device', allow: { domains: ['acme.example'] } },
      { client_id: 'google-tv', name: 'Google TV', type: 'device', upstreams: ['google'] },
    ],
  });
  tv = await configured('tv');
});
afterAll(() => world.stop());

function configured(clientId: string): Promise<client.Configuration> {
  const execute = [client.enableNonRepudiationChecks, client.allowInsecureRequests];
  return client.discovery(new URL(world.gatehouse.issuer), clientId, undefined, client.None(), { execute });
}

type Device = Awaited<ReturnType<typeof ask>>;

/** A device asks for a code. */
async function ask(of = tv, scope = 'openid email') {
  return { of, ...(await client.initiateDeviceAuthorization(of, { scope })) };
}

/** It asks for its answer, once there must be one. */
function answerOf({ of, ...device }: Device) {
  return client.pollDeviceAuthorizationGrant(of, { ...device, interval: 0 });
}

/** What it hears in place of tokens. */
async function refusalOf(device: Device): Promise<string> {
  const error: unknown = await answerOf(device).then(
    () => 'tokens',
    (cause: unknown) => cause,
  );
  return error instanceof client.ResponseBodyError ? error.error : String(error);
}

/** Asks once, as it is, without a library that waits. */
async function poll(deviceCode: string, clientId = 'tv'): Promise<unknown> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
    client_id: clientId,
  });
  const answer = await fetch(`${world.gatehouse.issuer}/oidc/token`, { method: 'POST', body });
  return ((await answer.json()) as { error?: string }).error;
}

/** Types the code, and stands before the question. */
async function enter(browser: Browser, code: string) {
  await browser.open(`${world.gatehouse.issuer}/device`);
  return browser.submit({ fields: { user_code: code } });
}

async function signedUp(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally(world, browser, email);
  return browser;
}

/** Signed in, at the end of it all. */
async function connected(browser: Browser, device: Device) {
  await enter(browser, device.user_code);
  await browser.submit({ button: 'confirm' });
  if (browser.page.screen === 'consent') await browser.submit({ decision: 'allow' });
  return browser.page;
}

describe('a device without a browser', () => {
  it('is connected by its person, who signs in, allows and goes back to it (openid-client)', async () => {
    const email = 'ada@example.com';
    await signedUp(email);
    const device = await ask(tv, 'openid email offline_access');
    const browser = createBrowser();
    await browser.open(String(device.verification_uri_complete));
    expect(browser.page).toMatchObject({
      screen: 'device',
      url: `${device.verification_uri}?code=${device.user_code}`,
    });
    await browser.submit({});
    expect(browser.page.text).toContain('Connect Northwind TV?');
    expect(browser.page.text).toContain(device.user_code);
    expect((await browser.submit({ button: 'confirm' })).screen).toBe('login');
    await browser.submit({ fields: { email, password: PASSWORD } });
    expect(browser.page.screen).toBe('consent');
    expect((await browser.submit({ decision: 'allow' })).text).toContain('Your device is connected');
    const tokens = await answerOf(device);
    const subject = String(tokens.claims()?.sub);
    expect(tokens).toMatchObject({ scope: 'openid email offline_access', refresh_token: expect.any(String) });
    expect(await client.fetchUserInfo(tv, tokens.access_token, subject)).toMatchObject({ email });
    const renewed = await client.refreshTokenGrant(tv, String(tokens.refresh_token));
    expect(renewed.access_token).not.toBe(tokens.access_token);
    expect(await poll(device.device_code)).toBe('invalid_grant');
  });

  it('works with another library, and with somebody who is signed in (oauth4webapi)', async () => {
    const issuer = new URL(world.gatehouse.issuer);
    const options = { [oauth.allowInsecureRequests]: true };
    const found = await oauth.discoveryRequest(issuer, options);
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const app = { client_id: 'own-tv' };
    const asked = await oauth.deviceAuthorizationRequest(server, app, oauth.None(), { scope: 'openid' }, options);
    const device = await oauth.processDeviceAuthorizationResponse(server, app, asked);
    const browser = await signedUp('bea@example.com');
    await enter(browser, device.user_code.toLowerCase().replace('-', ' '));
    expect((await browser.submit({ button: 'confirm' })).text).toContain('Your device is connected');
    const code = device.device_code;
    const answer = await oauth.deviceCodeGrantRequest(server, app, oauth.None(), code, options);
    const tokens = await oauth.processDeviceCodeResponse(server, app, answer);
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ aud: 'own-tv', amr: ['pwd'] });
  });

  it('turns away whoever may not use it, and hears so', async () => {
    const device = await ask(await configured('staff-tv'));
    const browser = await signedUp('outside@example.com');
    await enter(browser, device.user_code);
    expect(await browser.submit({ button: 'confirm' })).toMatchObject({ screen: 'not-allowed', status: 403 });
    await browser.submit({ button: 'Back to Staff TV' });
    expect(await refusalOf(device)).toBe('access_denied');
  });

  it('is asked for consent each time, as nothing vouches for a public app', async () => {
    const browser = await signedUp('cleo@example.com');
    for (let time = 0; time < 2; time += 1) {
      const device = await ask();
      await enter(browser, device.user_code);
      expect((await browser.submit({ button: 'confirm' })).screen).toBe('consent');
      await browser.submit({ decision: 'allow' });
      expect(await answerOf(device)).toHaveProperty('access_token');
    }
  });

  it.each([
    ['before they sign in', (browser: Browser) => browser.submit({ button: 'abort' })],
    [
      'on the sign-in page',
      async (browser: Browser) => {
        await browser.submit({ button: 'confirm' });
        return browser.submit({ action: '/cancel' });
      },
    ],
  ])('hears access_denied when its person stops %s', async (_when, stop) => {
    const device = await ask();
    const browser = createBrowser();
    await enter(browser, device.user_code);
    expect((await stop(browser)).text).toContain('Nothing was connected');
    expect(await refusalOf(device)).toBe('access_denied');
  });

  it('hears access_denied when its person does not allow it', async () => {
    const browser = await signedUp('dora@example.com');
    const device = await ask();
    await enter(browser, device.user_code);
    await browser.submit({ button: 'confirm' });
    expect((await browser.submit({ decision: 'deny' })).text).toContain('Nothing was connected');
    expect(await refusalOf(device)).toBe('access_denied');
  });

  it('leads whoever wants another account to signing out, and lets them type the code again', async () => {
    const browser = await signedUp('eva@example.com');
    const device = await ask();
    await enter(browser, device.user_code);
    await browser.submit({ button: 'confirm' });
    expect((await browser.follow('Switch account')).screen).toBe('logout');
    await browser.submit({ button: 'Sign out' });
    await enter(browser, device.user_code);
    expect((await browser.submit({ button: 'confirm' })).screen).toBe('login');
  });

  it('holds to what the app asks of its people', async () => {
    const browser = await signedUp('fay@example.com');
    await enter(browser, (await ask(await configured('safe-tv'))).user_code);
    expect((await browser.submit({ button: 'confirm' })).screen).toBe('enrol-factor');
    const other = createBrowser();
    await enter(other, (await ask(await configured('google-tv'))).user_code);
    await other.submit({ button: 'confirm' });
    expect(other.page.body).not.toContain('name="password"');
    await other.submit({ upstream: 'google' });
    expect((await other.submit({ button: 'Ada' })).screen).not.toBe('error');
  });

  it('is told of by one reference, from its own request to its end', async () => {
    const browser = await signedUp('gwen@example.com');
    const device = await ask();
    await connected(browser, device);
    const events = await world.query(
      `select type from events where reference in (
         select reference from events where type = 'oidc.device_connected' order by at desc limit 1) order by at, id`,
    );
    expect(events.map(({ type }) => type)).toEqual([
      'oidc.device_asked',
      'oidc.visit_started',
      'oidc.grant_given',
      'oidc.prompt_finished',
      'oidc.device_connected',
    ]);
    await browser.open(`${world.gatehouse.issuer}/account/activity`);
    expect(browser.page.text).toContain('A device without a browser was connected');
  });
});

describe('D23: the code of a device', () => {
  const NO_GOOD = 'This code does not work';

  it('works for the browser that confirmed it first, and for no other', async () => {
    const [browser, other] = [await signedUp('hana@example.com'), await signedUp('ida@example.com')];
    const device = await ask(await configured('own-tv'));
    await enter(browser, device.user_code);
    await enter(other, device.user_code);
    const pages = await Promise.all([browser, other].map((each) => each.submit({ button: 'confirm' })));
    expect(pages.filter(({ text }) => text.includes('Your device is connected'))).toHaveLength(1);
    const tokens = await answerOf(device);
    const winner = pages[0]?.text.includes('Your device is connected') ? 'hana' : 'ida';
    const owners = await world.query(`select account_id from addresses where stored = '${winner}@example.com'`);
    expect(tokens.claims()?.sub).toBe(owners[0]?.['account_id']);
  });

  it('is taken by whoever began to sign in with it; the same browser may begin again', async () => {
    const browser = createBrowser();
    const device = await ask();
    await enter(browser, device.user_code);
    expect((await browser.submit({ button: 'confirm' })).screen).toBe('login');
    const other = await enter(createBrowser(), device.user_code);
    expect(other).toMatchObject({ status: 422, screen: 'device' });
    expect(other.text).toContain(NO_GOOD);
    await enter(browser, device.user_code);
    expect((await browser.submit({ button: 'confirm' })).screen).toBe('login');
  });

  it('decides nothing as a link: its app and code are shown, and a page of our own asks', async () => {
    const browser = await signedUp('jo@example.com');
    const device = await ask(await configured('own-tv'));
    await browser.open(String(device.verification_uri_complete));
    expect(browser.page.body).toContain(`value="${device.user_code}"`);
    expect(await poll(device.device_code, 'own-tv')).toBe('authorization_pending');
    // Another site that knows the code cannot confirm it: it knows no secret of this browser.
    await browser.submit({});
    await browser.submit({ button: 'confirm', tamper: { xsrf: 'x' } });
    expect(browser.page).toMatchObject({ status: 422, screen: 'device' });
    const [asked] = await world.query(
      'select claimed_by, answered_at from device_codes where polled_at is not null order by polled_at desc limit 1',
    );
    expect(asked).toEqual({ claimed_by: null, answered_at: null });
  });

  it('ends with the session that allowed it, and with the account', async () => {
    const own = await configured('own-tv');
    const browser = await signedUp('kim@example.com');
    const [first, second] = [await ask(own), await ask(own)];
    await connected(browser, first);
    await browser.open(`${world.gatehouse.issuer}/oidc/logout`);
    await browser.submit({ button: 'Sign out' });
    expect(await refusalOf(first)).toBe('invalid_grant');
    await enter(browser, second.user_code);
    await browser.submit({ button: 'confirm' });
    await browser.submit({ fields: { email: 'kim@example.com', password: PASSWORD } });
    await world.query(`update accounts set disabled_at = now() where id in
      (select account_id from addresses where stored = 'kim@example.com')`);
    expect(await refusalOf(second)).toBe('invalid_grant');
  });

  it('is redeemed once, however many ask at once', async () => {
    const device = await ask(await configured('own-tv'));
    await connected(await signedUp('lea@example.com'), device);
    const answers = await Promise.all(Array.from({ length: 8 }, () => poll(device.device_code, 'own-tv')));
    expect(answers.filter((error) => error === undefined)).toHaveLength(1);
  });

  it('makes a device that asks too often slower each time (RFC 8628 3.5)', async () => {
    const { device_code: code } = await ask();
    expect(await poll(code)).toBe('authorization_pending');
    expect(await poll(code)).toBe('slow_down');
    world.gatehouse.passTime(6);
    expect(await poll(code)).toBe('slow_down');
    world.gatehouse.passTime(15);
    expect(await poll(code)).toBe('authorization_pending');
  });

  it('says the same of a code that is wrong, used, refused or too old', async () => {
    const [used, old] = [await ask(), await ask()];
    const browser = createBrowser();
    await enter(browser, used.user_code);
    await browser.submit({ button: 'abort' });
    const pages = [await enter(browser, 'BBBB-BBBB'), await enter(browser, used.user_code)];
    world.gatehouse.passTime(601);
    pages.push(await enter(browser, old.user_code));
    for (const page of pages) {
      expect(page).toMatchObject({ status: 422, screen: 'device' });
      expect(page.text).toContain(NO_GOOD);
    }
    expect(await poll(old.device_code)).toBe('expired_token');
    expect(await enter(browser, '')).toMatchObject({ status: 422, screen: 'device' });
  });

  it('is guessed twenty times at most, then not even a right one is looked at for a while', async () => {
    world.gatehouse.passTime(601);
    const browser = createBrowser();
    for (let time = 0; time < 20; time += 1) expect((await enter(browser, 'CCCC-CCCC')).status).toBe(422);
    const device = await ask();
    const refused = await enter(createBrowser(), device.user_code);
    expect(refused).toMatchObject({ status: 429, screen: 'device' });
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    world.gatehouse.passTime(601);
    expect((await enter(browser, (await ask()).user_code)).text).toContain('Connect Northwind TV?');
  });

  it('is asked for anew where the page has lost its session, and says so where cookies do not work', async () => {
    const { issuer } = world.gatehouse;
    const send = (browser: Browser) => browser.submit({ fields: { user_code: 'DDDD-DDDD' } });
    const browser = createBrowser();
    await browser.open(`${issuer}/device`);
    await world.query('delete from sessions where account_id is null');
    expect((await send(browser)).text).toContain('continue once more');
    expect((await send(browser)).text).toContain(NO_GOOD);
    const body = new URLSearchParams({ user_code: 'DDDD-DDDD', xsrf: 'x' });
    const answer = await fetch(`${issuer}/device`, { method: 'POST', body });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('cookies_missing')]);
  });

  it('begins again with one click when its person took too long', async () => {
    const browser = createBrowser();
    const device = await ask();
    await enter(browser, device.user_code);
    await browser.submit({ button: 'confirm' });
    world.gatehouse.passTime(3601);
    await browser.open(browser.page.url);
    expect(browser.page.error).toBe('interaction_expired');
    expect((await browser.follow('Start again')).screen).toBe('device');
  });
});
