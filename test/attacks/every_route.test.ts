import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { servedPaths } from '../../src/oidc/features/index.ts';
import { protocolSettings } from '../../src/oidc/index.ts';
import { exchange, type Answer } from '../oidc/agent.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { startLocalWorld, type LocalWorld } from '../support/local_world.ts';
import { headersTable } from './headers_table.ts';

/** What stands for the parameters of a path; `uid` is a visit of the browser that asks. */
const PARAMETERS: Record<string, string> = { upstream: 'google', client: 'app', account: 'x', code: 'x', id: 'x' };

/** What the specifications let others post: believed for a signature, a secret or a code, never for a cookie. */
const NOT_FORMS = new Set([
  '/upstream/:upstream/callback',
  '/upstream/:upstream/events',
  '/upstream/:upstream/deletion',
]);
const ENGINE = ['authorize', 'token', 'userinfo', 'introspect', 'revoke', 'par', 'logout'].map(
  (name) => `/oidc/${name}`,
);
/** What is not on the router: the paths of the engine, and of those who run this. */
const SERVED = servedPaths(protocolSettings.parse({}));
const ENGINE_ROUTES = [...SERVED, '/health/live', '/health/ready', '/metrics'].flatMap((path) =>
  (['GET', 'POST'] as const).map((method) => ({ method, path })),
);

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let world: LocalWorld;
/** Somebody in the middle of a sign-in, somebody who is signed in, and another one in the middle of a sign-in. */
let visitor: Browser;
let person: Browser;
let stranger: Browser;

beforeAll(async () => {
  world = await startLocalWorld();
  [visitor, stranger] = [createBrowser(), createBrowser()];
  for (const browser of [visitor, stranger]) await browser.open(`${world.app.url}/login`);
  person = await world.signInThrough('google', 'ada');
  await person.open(`${world.issuer}/account`);
});
afterAll(() => world.stop());

const forms = () => world.routes.filter(({ method, path }) => method === 'POST' && !NOT_FORMS.has(path));
const uidOf = (browser: Browser) => new URL(browser.page.url).pathname.split('/')[2] ?? '';
const csrfOf = (browser: Browser) => /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
const pathOf = (path: string, visit = uidOf(visitor)) =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => (name === 'uid' ? visit : (PARAMETERS[name] ?? 'x')));
/** Whose page a path is: the form of a visit is of no use to somebody who is signed in, and the other way round. */
const ownerOf = (path: string) => (path.startsWith('/account') ? person : visitor);

function ask(method: string, path: string, browser?: Browser, headers: Record<string, string> = {}, body = '') {
  const url = new URL(path, world.issuer);
  const cookie = browser?.cookies.headerFor({ url, method, sameSite: true });
  const all = { accept: 'text/html', ...(cookie ? { cookie } : {}), ...headers, host: url.host };
  return exchange({ port: Number(url.port), method, path: url.pathname + url.search, headers: all }, body);
}

/** What the page of another's visit says in a browser with cookies of ours, and in one without. */
const REFUSED = ['interaction_foreign', 'cookies_missing'];

const errorOf = ({ status, text }: Answer) => [status, /data-error="(\w+)"/.exec(text)?.[1]];

/** Everything that is in the database, but what is counted and noted about requests. */
async function everything(): Promise<string[]> {
  const tables =
    await world.rows(`select table_name as name from information_schema.tables where table_schema = 'public'
    and table_name not in ('session_devices', 'events', 'rate_limits') order by 1`);
  const sums = tables.map(
    ({ name }) => `select '${String(name)} ' || coalesce(md5(string_agg(t::text, ' ' order by t::text)), '') as sum
      from ${String(name)} t`,
  );
  // PostgreSQL may read the parts side by side.
  return (await world.rows(sums.join(' union all '))).map(({ sum }) => String(sum)).toSorted();
}

/** Posts to every form of ours, each from the browser it is made for, and gives what is not answered as it should be. */
async function expectEveryForm(
  expected: unknown[],
  send: (path: string, browser: Browser, token: string) => Promise<Answer>,
): Promise<void> {
  const before = await everything();
  for (const { path } of forms()) {
    const browser = ownerOf(path);
    expect([path, ...errorOf(await send(pathOf(path), browser, csrfOf(browser)))]).toEqual([path, ...expected]);
  }
  expect(forms().length).toBeGreaterThan(30);
  expect(await everything()).toEqual(before);
}

describe('C4, C5: every form of ours', () => {
  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a sibling domain that names no origin', { 'sec-fetch-site': 'same-site' }],
  ])('refuses what comes from %s, with the right token even', async (_name, from) => {
    await expectEveryForm([403, 'form_stale'], (path, browser, token) =>
      ask('POST', path, browser, { ...FORM, ...from }, `_csrf=${token}`),
    );
  });

  it('refuses what has no token, or that of another browser', async () => {
    for (const token of ['', csrfOf(stranger)]) {
      await expectEveryForm([403, 'form_stale'], (path, browser) => ask('POST', path, browser, FORM, `_csrf=${token}`));
    }
  });
});

describe('C1: every page and form of a visit', () => {
  it('is refused in another browser that is in the middle of a sign-in, and in one that has no cookies', async () => {
    const before = await everything();
    const own = world.routes.filter(({ path }) => path.startsWith('/interaction/:uid'));
    expect(own.length).toBeGreaterThan(25);
    for (const { method, path } of own) {
      const answers = await Promise.all(
        [stranger, undefined].map((browser) =>
          method === 'GET'
            ? ask(method, pathOf(path), browser)
            : ask(method, pathOf(path), browser, FORM, `_csrf=${browser ? csrfOf(browser) : ''}&email=a%40b.example`),
        ),
      );
      // Whether there is a visit to begin again is nobody else's business.
      const refused = path.endsWith('/restart') ? ['interaction_expired', 'interaction_expired'] : REFUSED;
      expect([path, ...answers.map(errorOf)]).toEqual([path, ...refused.map((code) => [400, code])]);
    }
    expect(await everything()).toEqual(before);
  });
});

describe('H4: every form of ours', () => {
  it('refuses a body that makes an object of a field', async () => {
    await expectEveryForm([400, 'request_invalid'], (path, browser, token) =>
      ask('POST', path, browser, FORM, `_csrf=${token}&email[$ne]=`),
    );
  });

  it('takes a piece of SQL for the text that it is', async () => {
    const counts = async () => (await world.rows('select count(*) as n from accounts')).map(({ n }) => n);
    const before = await counts();
    const words = ["'; drop table accounts; -- ' or 1=1", '{"$ne":""}'];
    for (const { path } of forms()) {
      const browser = ownerOf(path);
      for (const word of words) {
        const names = ['email', 'password', 'code', 'name', 'token', 'identity', 'session', 'client', 'upstream'];
        const fields = new URLSearchParams({
          _csrf: csrfOf(browser),
          ...Object.fromEntries(names.map((name) => [name, word])),
        });
        if (/cancel|logout|sign-out|deletion$|not-me|start-again|end-others/.test(path)) continue;
        const { status } = await ask('POST', pathOf(path), browser, FORM, fields.toString());
        expect([path, word, status < 500]).toEqual([path, word, true]);
      }
    }
    expect(await counts()).toEqual(before);
  });
});

describe('H7: every form of ours', () => {
  const bodies: [name: string, headers: Record<string, string>, body: string, expected: unknown[]][] = [
    ['more than 64 kB', FORM, `a=${'x'.repeat(65_536)}`, [413, 'too_large']],
    [
      'a thousand fields',
      FORM,
      Array.from({ length: 1000 }, (_, at) => `f${at}=1`).join('&'),
      [400, 'request_invalid'],
    ],
    ['JSON', { 'content-type': 'application/json' }, '{"email":{"$ne":""}}', [415, 'request_invalid']],
  ];
  it.each(bodies)('refuses %s', async (_name, headers, body, expected) => {
    await expectEveryForm(expected, (path, browser) => ask('POST', path, browser, headers, body));
  });

  it('and every endpoint of the protocol refuses 200 kB, as every address for upstreams does', async () => {
    const paths = [...ENGINE, ...[...NOT_FORMS].map((path) => pathOf(path))];
    for (const path of paths) {
      const { status } = await ask(
        'POST',
        path,
        undefined,
        { ...FORM, accept: 'application/json' },
        `a=${'x'.repeat(200_000)}`,
      );
      expect([path, [400, 401, 404, 413, 415].includes(status)]).toEqual([path, true]);
    }
  });
});

const STRICT = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};
/** What apps may keep: the keys, as long as a new one waits before it signs. */
const KEPT: Record<string, Partial<typeof STRICT>> = Object.fromEntries(
  ['/oidc/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'].map((path) => [
    path,
    { 'cache-control': 'public, max-age=600' },
  ]),
);
const POLICY =
  /^default-src 'none'; script-src 'self'(?: 'sha256-[\w+/=]+')?; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'[^;]*; base-uri 'none'; frame-ancestors 'none'$/;

describe('H17: no page', () => {
  const PLACES = [
    'setup',
    'install',
    'bootstrap',
    'init',
    'register',
    'admin',
    'admin/setup',
    'api/setup',
    'api/admin',
  ];

  it('sets Gatehouse up, before or after there was an account, and none knows of admins', async () => {
    const before = await everything();
    for (const place of PLACES.flatMap((name) => [`/${name}`, `/${name.toUpperCase()}/`, `/oidc/${name}`])) {
      for (const method of ['GET', 'POST'] as const) {
        for (const browser of [undefined, person]) {
          const fields = method === 'POST' ? 'email=eve@example.com&password=x&role=admin' : '';
          const answer = await ask(method, place, browser, fields === '' ? {} : FORM, fields);
          expect([method, place, answer.status]).toEqual([method, place, 404]);
        }
      }
    }
    expect(world.routes.filter(({ path }) => /admin|setup|install|bootstrap/.test(path))).toEqual([]);
    const columns = await world.rows(`select column_name as name from information_schema.columns
      where table_schema = 'public' and column_name ~ 'admin|role|privilege'`);
    expect(columns).toEqual([]);
    expect(await everything()).toEqual(before);
  });
});

describe('H2, C5: every answer', () => {
  const answers: { method: string; path: string; answer: Answer }[] = [];
  let table: string;
  beforeAll(async () => {
    table = await headersTable({
      routes: [...world.routes, ...ENGINE_ROUTES, { method: 'GET', path: '/nowhere' }],
      states: [undefined, visitor, person],
      async ask(method, path, browser, headers, body) {
        const answer = await ask(
          method,
          pathOf(path, browser === visitor ? uidOf(visitor) : 'x'),
          browser,
          headers,
          body,
        );
        answers.push({ method, path, answer });
        return answer;
      },
      names: { [world.app.url]: 'the app', [world.fake.base]: 'the upstreams', [world.issuer]: 'itself' },
    });
  });

  it('has the strict headers, in every state of its visitor', () => {
    for (const { method, path, answer } of answers) {
      const found = Object.keys(STRICT).map((name) => [name, answer.headers.get(name)]);
      const wanted = { ...STRICT, ...(method === 'GET' ? KEPT[path] : {}) };
      expect([method, path, answer.status < 500, ...found]).toEqual([method, path, true, ...Object.entries(wanted)]);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(POLICY);
      expect(policy).not.toMatch(/unsafe|\*/);
    }
    expect(answers.length).toBeGreaterThan(300);
  });

  it('is told by docs/headers.md (C12, H7)', () => {
    const file = new URL('../../docs/headers.md', import.meta.url);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, table);
    expect(readFileSync(file, 'utf8')).toBe(table);
  });
});
