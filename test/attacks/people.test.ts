import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exchange } from '../oidc/agent.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { startLocalWorld, type LocalWorld } from '../support/local_world.ts';
import { PASSWORD } from '../support/people.ts';

const CANARY = '"><svg onload=alert(1)>';

let world: LocalWorld;
/** Counts whoever calls an address that only a stranger named. */
let bait: Server;
let baited: string[];
let baitUrl: string;

beforeAll(async () => {
  world = await startLocalWorld();
  bait = createServer((request, response) => {
    baited.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => bait.listen(0, '127.0.0.1', resolve));
  baitUrl = `http://127.0.0.1:${(bait.address() as AddressInfo).port}`;
  baited = [];
});
afterEach(() => world.fake.honest());
afterAll(async () => {
  await world.stop();
  await new Promise((resolve) => bait.close(resolve));
});

const sessionOf = (browser: Browser) => browser.cookies.list().find(({ name }) => name === 'gatehouse_session')?.value;
const counted = async (table: string) => (await world.rows(`select count(*)::int as n from ${table}`))[0]?.['n'];
const isSignedIn = async (browser: Browser) => (await browser.open(`${world.issuer}/account`)).screen === 'account';

/** A browser on the login page of a visit, and the answer with which an upstream would send it back. */
async function sentBack(upstream: string, persona: string): Promise<{ browser: Browser; callback: URL }> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login`);
  await browser.submit({ upstream });
  return { browser, callback: new URL((await world.fake.choose(browser.page.url, persona)).url) };
}

describe('B9: a callback', () => {
  it('with tokens in place of a code signs nobody in', async () => {
    const { browser, callback } = await sentBack('facebook', 'ada');
    callback.searchParams.delete('code');
    callback.searchParams.set('access_token', 'at.of-another-app');
    callback.searchParams.set('id_token', 'e30.e30.e30');
    const asked = world.fake.journal.length;
    expect([(await browser.open(callback.href)).screen, sessionOf(browser)]).toEqual(['login', undefined]);
    expect(world.fake.journal.length).toBe(asked);
  });
});

describe('B17: what an upstream says of an error', () => {
  it('is shown to nobody', async () => {
    const { browser, callback } = await sentBack('google', 'ada');
    callback.searchParams.delete('code');
    callback.searchParams.set('error', `<img src=x>${CANARY}`);
    callback.searchParams.set('error_description', 'javascript:alert(1)');
    callback.searchParams.set('error_uri', baitUrl);
    const { body, screen } = await browser.open(callback.href);
    expect(screen).toBe('login');
    for (const said of ['<img src=x', '<svg onload', 'javascript:', baitUrl]) expect(body).not.toContain(said);
  });
});

describe('C3: a session id', () => {
  it('that somebody planted is never taken, and each sign-in makes another one and ends the one before', async () => {
    const browser = createBrowser();
    const planted = ['gatehouse_session=planted; Path=/', 'gatehouse_session.sig=planted; Path=/'];
    browser.cookies.take(new URL(world.issuer), planted);
    await world.signInThrough('google', 'ada', browser);
    const first = sessionOf(browser);
    expect([first === undefined, first]).toEqual([false, expect.not.stringMatching('planted')]);
    const thief = createBrowser();
    const kept = browser.cookies.list().filter(({ name }) => name.startsWith('gatehouse_session'));
    thief.cookies.take(
      new URL(world.issuer),
      kept.map(({ name, value }) => `${name}=${value}; Path=/`),
    );
    expect(await isSignedIn(thief)).toBe(true);
    await browser.open(`${world.app.url}/login?prompt=login`);
    await browser.submit({ upstream: 'google' });
    await browser.open((await world.fake.choose(browser.page.url, 'ada')).url);
    expect(sessionOf(browser)).not.toBe(first);
    expect([await isSignedIn(thief), await isSignedIn(browser)]).toEqual([false, true]);
  });
});

describe('C19: whoever comes through an upstream', () => {
  it('is signed in until the browser closes: nobody asked them to stay', async () => {
    const browser = await world.signInThrough('google', 'ada');
    const set = browser.trail.flatMap(({ headers }) => headers['set-cookie'] ?? []);
    const sessions = set.filter((line) => line.startsWith('gatehouse_session'));
    expect(sessions.length).toBeGreaterThan(0);
    for (const line of sessions) expect(line).not.toMatch(/expires|max-age/i);
    browser.cookies.restart();
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe('A17, E11: a sign-up', () => {
  const begun = async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?prompt=create`);
    return browser;
  };
  const post = (browser: Browser, email: string, more: Record<string, string> = {}) =>
    rawPost(browser, `${browser.page.url.split('?')[0]}/signup`, {
      email,
      new_password: PASSWORD,
      name: 'Eve',
      ...more,
    });

  it('verifies nothing by what is posted along, and makes no account before its code', async () => {
    const fields = {
      email_verified: 'true',
      emailVerified: '1',
      verified_at: '2020-01-01',
      id: 'x',
      sub: 'x',
      origin: 'admin',
    };
    const before = [await counted('accounts'), await counted('addresses')];
    expect((await post(await begun(), 'eve@verified.example', fields)).status).toBe(303);
    expect([await counted('accounts'), await counted('addresses')]).toEqual(before);
  });

  it('makes no second account of an address in another spelling, by a form or through an upstream, all at once', async () => {
    await world.signInThrough('google', 'ada');
    const [{ stored } = {}] = await world.rows('select stored from addresses limit 1');
    const address = String(stored);
    const wide = address.replace(/^./, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
    const spellings = [address.toUpperCase(), ` ${address} `, wide, `${address}\u200b`, address.replace('.', '\u3002')];
    const before = [await counted('accounts'), await counted('addresses')];
    const answers = await Promise.all([
      ...spellings.map(async (email) => (await post(await begun(), email)).status),
      world.signInThrough('google', 'ada').then(() => 303),
    ]);
    expect(answers.filter((status) => status !== 303 && status !== 422)).toEqual([]);
    const others = (await world.mailbox.mails()).filter(
      ({ to }) => to !== address && to.toLowerCase() === address.toLowerCase(),
    );
    expect(others).toEqual([]);
    expect([await counted('accounts'), await counted('addresses')]).toEqual(before);
  });
});

describe('E1: the mail of a sign-up', () => {
  it('leads to the issuer, whatever the request says of hosts', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?prompt=create`);
    const url = new URL(`${browser.page.url.split('?')[0]}/signup`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
    const headers = {
      cookie: browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '',
      'content-type': 'application/x-www-form-urlencoded',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-port': '444',
      forwarded: 'host=evil.example',
      x_forwarded_host: 'evil.example',
    };
    const to = 'mia@forwarded.example';
    const body = new URLSearchParams({ _csrf: csrf, email: to, new_password: PASSWORD, name: 'Mia' }).toString();
    const send = (host: string, path = url.pathname) =>
      exchange({ port: Number(url.port), method: 'POST', path, headers: { ...headers, host } }, body);
    expect((await send('evil.example')).status).toBe(421);
    expect((await send(url.host, `http://evil.example${url.pathname}`)).status).toBe(400);
    expect((await send(url.host)).status).toBe(303);
    const mailsTo = async () => (await world.mailbox.mails()).filter((mail) => mail.to === to);
    let found = await mailsTo();
    while (found.length === 0) found = await mailsTo();
    const links = found.flatMap(({ text }) => text.match(/https?:\/\/[^\s/]+/g) ?? []);
    expect([found.length, new Set(links)]).toEqual([1, new Set([world.issuer])]);
  });
});

describe('H1: what strangers say', () => {
  it('runs on no page: in a request, in a profile, in a header', async () => {
    const user = { subject: 'canary', email: 'canary@x.example', name: CANARY, picture: 'javascript:alert(1)' };
    world.fake.next({ user });
    const person = await world.signInThrough('google', 'ada');
    const visitor = createBrowser();
    const query = new URLSearchParams({ login_hint: CANARY, ui_locales: CANARY, acr_values: CANARY, claims: CANARY });
    await visitor.open(`${world.app.url}/login?${query.toString()}`);
    const pages = world.routes.filter(({ method, path }) => method === 'GET' && !path.includes(':'));
    for (const { path } of pages) {
      const { body } = await person.open(
        `${world.issuer}${path}?${new URLSearchParams({ done: CANARY, token: CANARY, end: CANARY }).toString()}`,
      );
      expect([path, /<svg onload|"javascript:/i.test(body)]).toEqual([path, false]);
    }
    expect((await person.open(`${world.issuer}/account/profile`)).body).toContain('&lt;svg onload');
    expect(visitor.page.body).not.toContain('<svg onload');
    expect(pages.length).toBeGreaterThan(20);
  });
});

describe('H11, D14: a request with thousands of locales, scopes and methods', () => {
  it('is answered like any other', async () => {
    const long = Array.from({ length: 700 }, (_, at) => `x${at}-KR`).join(' ');
    for (const name of ['ui_locales', 'acr_values', 'scope', 'claims_locales']) {
      const browser = createBrowser();
      const shown = await browser.open(`${world.app.url}/login?${new URLSearchParams({ [name]: long }).toString()}`);
      expect([name, shown.status < 500]).toEqual([name, true]);
    }
  });
});

describe('H12: an address that only a stranger named', () => {
  it('is called by nobody: in a request, in a token, as a client, as a picture', async () => {
    const query = (more: Record<string, string>) =>
      `${world.issuer}/oidc/authorize?${new URLSearchParams(more).toString()}`;
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', jku: baitUrl, x5u: baitUrl })).toString('base64url');
    const asked: Record<string, string>[] = [
      { client_id: 'app', request_uri: `${baitUrl}/request` },
      { client_id: `${baitUrl}/client` },
      { client_id: 'app', request: `${header}.e30.x` },
      { client_id: 'app', id_token_hint: `${header}.e30.x` },
      { client_id: 'app', registration: JSON.stringify({ jwks_uri: baitUrl, logo_uri: baitUrl }) },
    ];
    for (const more of asked) {
      const answer = await fetch(query(more), { redirect: 'manual' });
      expect(await answer.text()).not.toContain('ECONN');
    }
    const assertion = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${header}.e30.x`,
    };
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'app', ...assertion });
    expect((await fetch(`${world.issuer}/oidc/token`, { method: 'POST', body })).status).toBeLessThan(500);
    world.fake.next({ user: { picture: `${baitUrl}/picture` } });
    const person = await world.signInThrough('google', 'ada');
    for (const path of ['/account', '/account/profile', '/account/identities'])
      await person.open(`${world.issuer}${path}`);
    expect(baited).toEqual([]);
  });
});
