import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { commandBeside } from '../support/command_line.ts';
import { findPython } from '../support/find_python.ts';
import { freePortPair } from '../support/gatehouse.ts';
import { createBrowser } from '../support/http_browser.ts';
import { signUpLocally } from '../support/people.ts';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';

const API = 'https://api.acme.example';

let world: World;
let kitUrl: string;
/** Where the codes go that the test redeems itself. */
let nowhere: Server;
let redirectUri: string;

/** Clients that differ in all that decides what their tokens say. */
const plain = (client_id: string, more: Record<string, unknown> = {}) => ({
  client_id,
  client_secret: CLIENT_SECRET,
  redirect_uris: [redirectUri],
  first_party: true,
  ...more,
});
const ids = ['plain', 'curve', 'pair', 'open', 'narrow'];

beforeAll(async () => {
  nowhere = createServer((_, response) => response.end('nowhere')).listen(0, '127.0.0.1');
  await once(nowhere, 'listening');
  redirectUri = `http://127.0.0.1:${(nowhere.address() as AddressInfo).port}/cb`; // it listens on a port
  kitUrl = `http://127.0.0.1:${await freePortPair()}`;
  world = await startWorld({
    settings: {
      protocol: { pairwise_subjects: true, registration: {} },
      resources: [{ id: API, scopes: ['read', 'write'] }],
    },
    clients: [
      plain('kit', { redirect_uris: [`${kitUrl}/callback`] }),
      plain('plain'),
      plain('curve', { id_token_signed_response_alg: 'ES256' }),
      plain('pair', { subject_type: 'pairwise' }),
      plain('open', { type: 'spa', client_secret: undefined }),
      plain('narrow', { scope: 'openid email' }),
      plain('screen', { type: 'device', client_secret: undefined, redirect_uris: undefined }),
      plain('staff', { allow: { groups: ['staff'] } }),
      plain('batch', { type: 'service', redirect_uris: undefined }),
    ],
  });
});
afterAll(async () => {
  nowhere.close();
  await world.stop();
});

const beside = (...argv: string[]) => commandBeside(world, argv);

describe('the kit for openid-client', () => {
  it('completes a sign-in, run as it is printed', async () => {
    const { code, out } = await beside('clients', 'kit', 'kit', 'openid-client');
    expect(code).toBe(0);
    const app = await runKit(out);
    try {
      const browser = createBrowser();
      await app.listens(`${kitUrl}/login`);
      await signUpLocally(world, browser, 'kit@example.com');
      const page = await browser.open(`${kitUrl}/login`);
      expect(page.url).toMatch(new RegExp(`^${kitUrl}/callback`));
      expect(JSON.parse(page.body)).toMatchObject({ userinfo: { email: 'kit@example.com', email_verified: true } });
    } finally {
      await app.stop();
    }
  });
});

describe('an app that registered itself', () => {
  let id: string;
  let secret: string;

  beforeAll(async () => {
    const [token] = (await beside('clients', 'token')).out.split('\n');
    const answer = await fetch(`${world.gatehouse.issuer}/oidc/register`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'Robot', redirect_uris: ['https://robot.example/cb'] }),
    });
    const said = (await answer.json()) as Record<string, string>; // RFC 7591 3.2.1
    [id, secret] = [said['client_id'] ?? '', said['client_secret'] ?? ''];
  });

  it('is shown with where it came from, and without its secret', async () => {
    const { code, out } = await beside('clients', 'show', id);
    expect(code).toBe(0);
    expect(out).toMatch(/^came_from +it registered itself$/m);
    expect(out).toMatch(/^client_secret +\(not shown\)$/m);
    const json = await beside('clients', 'show', id, '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      type: 'registered',
      client_id: id,
      client_name: 'Robot',
      redirect_uris: ['https://robot.example/cb'],
      first_party: false,
      require_pkce: true,
    });
    const [row] = await world.query(`select payload->>'client_secret' as sealed from registered_clients`);
    for (const hidden of [secret, String(row?.['sealed'])]) expect(out + json.out).not.toContain(hidden);
  });

  it('has kits, and the tokens that it would get', async () => {
    const { code, out, err } = await beside('clients', 'kit', id, 'openid-client');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(`^${id} registered itself on `) });
    expect(out).toContain(id);
    expect(out).not.toContain(secret);
    await signUpLocally(world, createBrowser(), 'robot@example.com');
    const claims = await beside('clients', 'show', id, '--for', 'robot@example.com', '--scope', 'openid email');
    expect(claims).toMatchObject({ err: '', code: 0, out: expect.stringContaining('robot@example.com') });
  });

  it('is none where none of this id did', async () => {
    const other = `registered-${'a'.repeat(22)}`;
    expect(await beside('clients', 'show', other)).toMatchObject({ code: 1, err: `there is no client "${other}"\n` });
  });
});

const parsePython = (code: string) =>
  spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: code });
const where = (holds: boolean) => (holds ? describe : describe.skip);

where(parsePython('').status === 0)('the kit for Authlib (skipped where there is no python3)', () => {
  it('is Python', async () => {
    const { out } = await beside('clients', 'kit', 'kit', 'authlib');
    expect(parsePython(out).stderr.toString()).toBe('');
  });
});

const python = findPython();

where(python !== undefined)('the kit for Authlib (skipped where no Python has what the samples need)', () => {
  it('completes a sign-in, run as it is printed', async () => {
    const { out } = await beside('clients', 'kit', 'kit', 'authlib');
    const { hostname, port } = new URL(kitUrl);
    const app = await runKit(`${out}\napp.run(host='${hostname}', port=${port})\n`, [python ?? '', 'app.py']);
    try {
      await app.listens(`${kitUrl}/login`);
      const browser = createBrowser();
      await signUpLocally(world, browser, 'snake@example.com');
      const page = await browser.open(`${kitUrl}/login`);
      expect(JSON.parse(page.body)).toMatchObject({ email: 'snake@example.com', email_verified: true });
    } finally {
      await app.stop();
    }
  });
});

/** Keeps the text as a file and runs it, with the secret where the kit says. */
async function runKit(text: string, [program, file]: [string, string] = [process.execPath, 'app.mjs']) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-kit-'));
  writeFileSync(join(folder, file), text);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const env = { PATH: process.env['PATH'], KIT_CLIENT_SECRET: CLIENT_SECRET, FLASK_SECRET: 'x'.repeat(32) };
  const child = spawn(program, [join(folder, file)], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  return {
    async listens(url: string) {
      const deadline = Date.now() + 10_000;
      while (Date.now() < deadline && child.exitCode === null) {
        if (await fetch(url, { redirect: 'manual' }).catch(() => undefined)) return;
        await new Promise((done) => setTimeout(done, 50));
      }
      throw new Error('the kit does not listen');
    },
    async stop() {
      if (child.exitCode === null) child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

interface Said {
  token: string;
  claims: { claim: string; value: unknown; from: string }[];
}

/** What differs between two tokens of one kind. */
const PASSING = ['iat', 'exp', 'jti', 'nonce', 'auth_time', 'at_hash', 'sid'];

/** A scope is a set (RFC 6749 3.3); in which order it comes hangs on what its person allowed first. */
function lasting(claims: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(claims).filter(([name]) => !PASSING.includes(name));
  const sorted = (value: unknown) => String(value).split(' ').toSorted().join(' ');
  return Object.fromEntries(kept.map(([name, value]) => [name, name === 'scope' ? sorted(value) : value]));
}

const people = ['ada@example.com', 'bea@example.com', 'cyn@example.com'];

describe('clients show --for', () => {
  const browsers = new Map<string, ReturnType<typeof createBrowser>>();

  beforeAll(async () => {
    for (const email of people) {
      const browser = createBrowser();
      await signUpLocally(world, browser, email);
      browsers.set(email, browser);
    }
    await world.query(
      `update accounts set groups = '{staff,admins}' where id in (select account_id from addresses where canonical = 'bea@example.com')`,
    );
    const profile = { name: 'Bea', nickname: 'B', phone_number: '+82212345678', address: { locality: 'Seoul' } };
    await world.query(
      `update accounts set profile = '${JSON.stringify(profile)}' where id = (select account_id from addresses where canonical = 'bea@example.com')`,
    );
  });

  async function said(client: string, email: string, scope: string, resource?: string): Promise<Said[]> {
    const options = ['--for', email, '--scope', scope, ...(resource ? ['--resource', resource] : []), '--json'];
    const { out, err, code } = await beside('clients', 'show', client, ...options);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    return JSON.parse(out) as Said[];
  }

  const claimsOf = (all: Said[], token: string) =>
    Object.fromEntries(
      (all.find((one) => one.token.startsWith(token))?.claims ?? []).map((one) => [one.claim, one.value]),
    );

  /** The tokens of a real sign-in, by a plain form, and what userinfo and introspection say. */
  async function issued(client: string, email: string, scope: string, resource?: string) {
    const { issuer } = world.gatehouse;
    const verifier = 'v'.repeat(43);
    const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url');
    const query = new URLSearchParams({
      client_id: client,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...(scope.includes('offline_access') && { prompt: 'consent' }),
      ...(resource && { resource }),
    });
    const browser = browsers.get(email) ?? createBrowser();
    const page = await browser.open(`${issuer}/oidc/authorize?${query.toString()}`);
    const code = new URL(page.url).searchParams.get('code') ?? '';
    const secret = client === 'open' ? { client_id: client } : undefined;
    const headers: Record<string, string> = secret
      ? {}
      : { authorization: `Basic ${btoa(`${client}:${CLIENT_SECRET}`)}` };
    const body = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...secret,
      ...(resource && { resource }),
    };
    const post = async (path: string, form: Record<string, string>) =>
      (await (
        await fetch(issuer + path, { method: 'POST', headers, body: new URLSearchParams(form) })
      ).json()) as Record<string, string>;
    const tokens = await post('/oidc/token', body);
    const token = tokens['access_token'] ?? '';
    const userinfo = await fetch(`${issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    return {
      id_token: tokens['id_token'] ? decodeJwt(tokens['id_token']) : {},
      userinfo: userinfo.ok ? ((await userinfo.json()) as Record<string, unknown>) : {},
      access_token: token.includes('.') ? decodeJwt(token) : await post('/oidc/introspect', { token, ...secret }),
    };
  }

  it('says the same as the real tokens, in every claim that lasts', async () => {
    const scope = fc
      .subarray(['profile', 'email', 'address', 'phone', 'groups', 'offline_access'])
      .map((more) => ['openid', ...more].join(' '));
    const request = fc.record({
      client: fc.constantFrom(...ids),
      email: fc.constantFrom(...people),
      scope,
      resource: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ client, email, scope: asked, resource: wanted }) => {
        const own = client === 'narrow' ? 'openid email' : asked;
        const resource = wanted ? API : undefined;
        const all = await said(client, email, wanted ? `${own} read` : own, resource);
        const real = await issued(client, email, wanted ? `${own} read` : own, resource);
        expect(real.id_token).toHaveProperty('sub');
        for (const [token, claims] of Object.entries(real)) {
          expect({ token, ...lasting(claimsOf(all, token)) }).toEqual({ token, ...lasting(claims) });
        }
      }),
      { numRuns: 10 },
    );
  });

  it('says where each claim came from, and keeps nothing of it', async () => {
    const before = await world.query('select count(*)::int as n from access_tokens');
    const all = await said('pair', 'bea@example.com', 'openid profile email phone groups');
    const from = (token: string, claim: string) =>
      all.find((one) => one.token.startsWith(token))?.claims.find((one) => one.claim === claim)?.from;
    expect(from('id_token', 'sub')).toMatch(/^pairwise: /);
    expect(from('id_token', 'amr')).toContain('pwd');
    expect(from('userinfo', 'nickname')).toBe('the profile of the account');
    expect(from('userinfo', 'groups')).toBe('admins: an admin, staff: an admin');
    expect(from('userinfo', 'email_verified')).toMatch(/^the address of the account: proven on \d{4}-/);
    expect(from('userinfo', 'phone_number_verified')).toContain('imported');
    expect(await world.query('select count(*)::int as n from access_tokens')).toEqual(before);
  });

  it('tells what an app on a device gets, and that a service gets nothing of anybody', async () => {
    const screen = await said('screen', 'ada@example.com', 'openid email');
    const { sub } = claimsOf(await said('plain', 'ada@example.com', 'openid email'), 'id_token');
    expect(claimsOf(screen, 'id_token')).toMatchObject({ sub, aud: 'screen', amr: ['pwd'] });
    expect(claimsOf(screen, 'userinfo')).toMatchObject({ sub, email: 'ada@example.com' });
    const batch = await beside('clients', 'show', 'batch', '--for', 'ada@example.com');
    expect(batch).toMatchObject({ code: 1, err: expect.stringContaining('nobody signs in to this client') });
  });

  it('tells why an account gets none: the client is not for it, or nobody can sign in to it', async () => {
    const refused = (email: string) => beside('clients', 'show', 'staff', '--for', email);
    expect((await refused('bea@example.com')).code).toBe(0);
    expect(await refused('ada@example.com')).toMatchObject({ code: 1, err: expect.stringContaining('`allow`') });
    await beside('accounts', 'create', 'eve@example.com', '--verified');
    await beside('accounts', 'disable', 'eve@example.com');
    expect(await refused('eve@example.com')).toMatchObject({
      code: 1,
      err: 'no tokens: nobody can sign in to this account\n',
    });
  });

  it('refuses a scope that the client may not ask for, and an account that there is none of', async () => {
    const scope = await beside('clients', 'show', 'narrow', '--for', 'ada@example.com', '--scope', 'openid profile');
    expect(scope).toMatchObject({ code: 1, err: 'no tokens: this client may not ask for the scope profile\n' });
    expect((await beside('clients', 'show', 'plain', '--for', 'nobody@example.com')).err).toMatch(/no such account/);
    const target = await beside(
      'clients',
      'show',
      'plain',
      '--for',
      'ada@example.com',
      '--resource',
      'https://else.example',
    );
    expect(target.err).toContain('invalid_target');
  });

  it('prints tables for people', async () => {
    const { out } = await beside('clients', 'show', 'plain', '--for', 'ada@example.com', '--scope', 'openid email');
    expect(out).toMatch(/^id_token\nCLAIM +VALUE +FROM\n/);
    expect(out).toMatch(/email +"ada@example.com" +the address of the account/);
  });
});
