import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { pass, useRealClock } from '../support/clock.ts';
import { commandBeside } from '../support/command_line.ts';
import { startProxy, type Proxy, type ProxyFaults } from '../support/proxy.ts';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';

let world: World;
let proxy: Proxy;
const called: string[] = [];

const REDIRECT = 'https://app.acme.example/cb';
const web = (client_id: string, more: Record<string, unknown> = {}) => ({
  client_id,
  client_secret: CLIENT_SECRET,
  redirect_uris: [REDIRECT],
  ...more,
});

beforeAll(async () => {
  proxy = await startProxy();
  world = await startWorld({
    settings: {
      issuer: proxy.url,
      signup: { allow: 'closed', terms: { version: '2026-11' } },
      brand: { name: 'Acme', terms: 'https://acme.example/terms' },
      protocol: { response_types: ['code', 'code id_token'] },
    },
    clients: [
      web('ours', { first_party: true }),
      web('curve', { id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'client_secret_post' }),
      { client_id: 'browser', type: 'spa', redirect_uris: [REDIRECT] },
      { client_id: 'phone', type: 'native', redirect_uris: ['com.example.phone:/cb'] },
      web('hidden', { client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } }),
      web('social', { upstreams: ['google'] }),
      web('strong', { require: 'mfa' }),
      web('pushing', { require_pushed_authorization_requests: true }),
      { client_id: 'robot', type: 'service', client_secret: CLIENT_SECRET },
      { client_id: 'television', type: 'device' },
      web('pushed', {
        client_secret: undefined,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [] },
        require_pushed_authorization_requests: true,
      }),
      web('rotating', { client_secret: undefined, client_secrets: [{ value: CLIENT_SECRET }] }),
    ],
  });
  proxy.target = world.gatehouse.port;
});
afterEach(() => {
  proxy.faults = {};
  useRealClock();
});
afterAll(async () => {
  await world.stop();
  proxy.close();
});

interface Seen {
  check: string;
  ok: boolean;
  says: string;
  mend?: string;
}

/** Runs the doctor with a configuration that differs so much from the server's, and keys from elsewhere where that is wanted. */
async function doctor(
  change: (settings: Record<string, unknown>) => void = () => {},
  more: Record<string, string> = {},
) {
  const { dataDir } = world.gatehouse;
  const settings = parse(readFileSync(join(dataDir, 'gatehouse.yaml'), 'utf8')) as Record<string, unknown>;
  change(settings);
  const file = join(dataDir, 'doctor.yaml');
  writeFileSync(file, stringify(settings));
  const env = { GATEHOUSE_CONFIG: file, ...more };
  const { code, out, err } = await commandBeside(world, ['doctor', '--json'], '', env);
  const findings = JSON.parse(out || '[]') as Seen[];
  return { code, err, findings, last: findings.at(-1), said: new Map(findings.map((one) => [one.check, one.says])) };
}

const leftOver = () => world.query("select canonical from addresses where canonical like 'doctor-%'");

describe('doctor beside a server that is all right', () => {
  it('goes through every app up to the code, calls nobody, and leaves no account behind', async () => {
    proxy.faults = { hears: (path) => void called.push(path) };
    const { code, findings, said } = await doctor();
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(code).toBe(0);
    const held = `a code arrives at ${REDIRECT}, and its tokens hold`;
    expect(said.get('client ours')).toBe(held);
    expect(said.get('client curve')).toBe(held);
    expect(said.get('client browser')).toBe(held);
    expect(said.get('client pushing')).toBe(held);
    expect(said.get('client phone')).toBe('a code arrives at com.example.phone:/cb, and its tokens hold');
    expect(said.get('client hidden')).toMatch(/it is not redeemed: it authenticates by private_key_jwt/);
    expect(said.get('client social')).toMatch(/walked as far as login: it takes no password/);
    expect(said.get('client strong')).toMatch(/walked as far as enrol-factor: it asks for a second factor/);
    expect(said.get('client robot')).toBe('it gets an access token for itself');
    expect(said.get('client television')).toBe('it gets a code for its person to type');
    expect(said.get('client rotating')).toBe(held);
    expect(said.get('client pushed')).toMatch(
      /^not walked: it pushes its requests, and it authenticates by private_key_jwt/,
    );
    expect(said.get('upstream google')).toBe(`simulated; callback URL ${proxy.url}/upstream/google/callback`);
    expect(said.get('mail')).toMatch(/mailbox of development mode/);
    expect(called.filter((path) => path.startsWith('/cb'))).toEqual([]);
    expect(await leftOver()).toEqual([]);
  });

  it('prints a line for each link as it goes', async () => {
    proxy.faults = { answer: (_, response) => Boolean(response.end('<h1>It works</h1>')) };
    const { code, out } = await commandBeside(world, ['doctor']);
    expect(code).toBe(1);
    expect(out).toMatch(/^ok +node: v\d+.*\nok +configuration: .*\nok +database: answers\n/);
    expect(out).toMatch(/\nproblem +issuer: something else answers.*\n +look where its name and port lead to\n$/);
  });
});

type Change = (settings: Record<string, unknown>) => void;

type Row = [name: string, link: string, says: RegExp, mend: RegExp, faults: ProxyFaults, change?: Change];

const broken: Row[] = [
  [
    'a proxy that sends people elsewhere',
    'issuer',
    /is sent on to https:\/\/www\.acme\.example$/,
    /must be the name that people end at/,
    { answer: (_, response) => Boolean(response.writeHead(301, { location: 'https://www.acme.example/x' }).end()) },
  ],
  [
    'a proxy without a server behind it',
    'issuer',
    /answers 502/,
    /look at its log/,
    { answer: (_, response) => Boolean(response.writeHead(502).end()) },
  ],
  [
    'another server under the name',
    'issuer',
    /something else answers/,
    /where its name and port lead/,
    { answer: (_, response) => Boolean(response.end('<h1>It works</h1>')) },
  ],
  [
    'a server with another issuer',
    'issuer',
    /names itself https:\/\/other\.example/,
    /mend issuer/,
    { answer: (_, response) => Boolean(response.end('{"issuer":"https://other.example"}')) },
  ],
  [
    'a proxy that changes Host',
    'issuer',
    /asked for another host/,
    /proxy_set_header Host/,
    { forward: (headers) => Object.assign(headers, { host: 'app:3000' }) },
  ],
  [
    'a clock of the issuer that is wrong',
    'issuer clock',
    /is 360\d s behind/,
    /NTP/,
    { back: (headers) => Object.assign(headers, { date: new Date(Date.now() - 3_600_000).toUTCString() }) },
  ],
  [
    'a proxy that nobody told us of',
    'proxy',
    /trusted_hops is 0, but 1 proxy adds/,
    /http: \{ trusted_hops: 1 \}/,
    {
      forward: (headers) =>
        Object.assign(headers, { 'x-forwarded-for': [headers['x-forwarded-for'], '10.0.0.9'].flat().join(', ') }),
    },
  ],
  [
    'more trusted hops than proxies',
    'proxy',
    /trusted_hops is 2, but 0 proxies add/,
    /anybody could pass for another address/,
    {},
    (settings) => Object.assign(settings, { http: { trusted_hops: 2 } }),
  ],
  [
    'a proxy that is reached by another scheme',
    'proxy',
    /the proxy says https, the issuer is http/,
    /X-Forwarded-Proto/,
    { forward: (headers) => Object.assign(headers, { 'x-forwarded-proto': 'https' }) },
  ],
  [
    'cookies that do not arrive',
    'cookies',
    /sets none/,
    /Set-Cookie/,
    { back: (headers) => void delete headers['set-cookie'] },
  ],
  [
    'cookies that are Secure without https',
    'cookies',
    /is Secure, on an issuer without https/,
    /changes Set-Cookie/,
    {
      back(headers) {
        const set = headers['set-cookie'];
        if (Array.isArray(set)) headers['set-cookie'] = set.map((cookie) => `${cookie}; Secure`);
      },
    },
  ],
  [
    'cookies that do not come back',
    'cookies',
    /do not come back/,
    /takes the header Cookie away/,
    { forward: (headers) => void delete headers['cookie'] },
  ],
  [
    'a mail server that is away',
    'mail',
    /127\.0\.0\.1:1: .*ECONNREFUSED/,
    /mail\.smtp/,
    {},
    (settings) =>
      Object.assign(settings, { mail: { from: 'Acme <no-reply@acme.example>', smtp: 'smtp://127.0.0.1:1' } }),
  ],
  [
    'an upstream that is away',
    'upstream partner',
    /metadata: 127\.0\.0\.1 cannot be reached/,
    /callback URL http:\/\/localhost:\d+\/upstream\/partner\/callback/,
    {},
    (settings) =>
      Object.assign(settings, {
        clients: [],
        upstreams: [
          { id: 'partner', preset: 'oidc', issuer: 'http://127.0.0.1:1', client_id: 'x', client_secret: 'y' },
        ],
      }),
  ],
  [
    'a client whose secret the server does not know',
    'client app',
    /a code arrives at .*; 401: it is not who it says/,
    /reload it/,
    {},
    (settings) =>
      Object.assign((settings['clients'] as Record<string, unknown>[])[0] ?? {}, { client_secret: 'x'.repeat(30) }),
  ],
  [
    'a redirect URI that the server does not know',
    'client app',
    /ends at the page error redirect_uri_mismatch \(reference [0-9A-Z-]{11}\)/,
    /explain/,
    {},
    (settings) =>
      Object.assign((settings['clients'] as Record<string, unknown>[])[0] ?? {}, {
        redirect_uris: ['https://new.example/cb'],
      }),
  ],
];

describe('doctor names the first broken link, with its mend', () => {
  it.each(broken)('%s', async (...[, link, says, mend, faults, change]: Row) => {
    proxy.faults = faults;
    const { code, last, findings } = await doctor(change);
    expect(last).toMatchObject({
      check: link,
      ok: false,
      says: expect.stringMatching(says),
      mend: expect.stringMatching(mend),
    });
    expect(findings.filter(({ ok }) => !ok)).toHaveLength(1);
    expect(code).toBe(1);
    expect(await leftOver()).toEqual([]);
  });

  it('keys that another encryption key has sealed', async () => {
    const { last, code } = await doctor(() => {}, { GATEHOUSE_DATA: join(world.gatehouse.dataDir, 'elsewhere') });
    expect({ code, last }).toMatchObject({ code: 1, last: { check: 'keys', ok: false } });
  });

  it('a clock that the database does not share', async () => {
    pass(3600);
    const { last } = await doctor();
    expect(last).toMatchObject({ check: 'clock', ok: false, says: expect.stringMatching(/is 3[56]\d\d s behind/) });
  });
});

describe('the throw-away account', () => {
  it('goes when the walk is interrupted, too', async () => {
    proxy.faults = { hears: (path) => void (path.startsWith('/oidc/token') && process.emit('SIGINT')) };
    const { code, last } = await doctor();
    expect({ code, last }).toMatchObject({ code: 1, last: { check: 'doctor', says: 'interrupted' } });
    expect(await leftOver()).toEqual([]);
  });

  it('is found by the next walk, and by a sweep, when it was left behind', async () => {
    await world.query(
      `with made as (insert into accounts (id, profile, origin, created_at, updated_at)
         values ('leftoverleftoverleft00', '{}', 'admin', timestamp '2026-01-01', timestamp '2026-01-01') returning id)
       insert into addresses (canonical, stored, account_id)
         select 'doctor-0000@doctor.gatehouse.invalid', 'doctor-0000@doctor.gatehouse.invalid', id from made`,
    );
    expect(await leftOver()).toHaveLength(1);
    const only: Change = (settings) => Object.assign(settings, { clients: [web('ours', { first_party: true })] });
    expect((await doctor(only)).code).toBe(0);
    expect(await leftOver()).toEqual([]);
  });
});
