import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { createBrowser } from '../support/http_browser.ts';
import { commandBeside } from '../support/command_line.ts';
import { answerOf, askFor, deviceApp, idTokenOf, requestOf } from '../support/limited_apps.ts';
import { continueWith, PASSWORD, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

type Settings = Record<string, unknown>;

const service = { client_id: 'batch', type: 'service', client_secret: '${file:./secrets/batch}' };
let world: World;
let file: string;
let first: Settings;

beforeAll(async () => {
  world = await startWorld({ settings: { limits: { enabled: false } } });
  file = join(world.gatehouse.dataDir, 'gatehouse.yaml');
  first = read();
});
afterAll(() => world.stop());

const read = (): Settings => parse(readFileSync(file, 'utf8')) as Settings; // what the world has written
const clients = () => first['clients'] as object[]; // of the world
const readiness = (of: Gatehouse = world.gatehouse) => json(`${of.issuer}/health/ready`);
const ask = (id: string) => askFor(createBrowser(), world.gatehouse.issuer, id);

async function json(url: string, init?: RequestInit): Promise<Record<string, unknown>> {
  return (await (await fetch(url, init)).json()) as Record<string, unknown>;
}

/** As editors do it: another file takes the place of the one before. */
function write(text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

async function until<Found>(look: () => Promise<Found>, fits: (found: Found) => boolean): Promise<Found> {
  for (;;) {
    const found = await look();
    if (fits(found)) return found;
  }
}

let changes = 0;

/** Writes other settings than before and waits until they are in force. */
async function change(settings: Settings): Promise<void> {
  const { config } = await readiness();
  changes += 1;
  write(stringify({ ...first, outbound: { timeout: `${10 + changes}s` }, ...settings }));
  await until(readiness, (now) => now['config'] !== config);
}

/** Writes what cannot be taken, and waits until that is noticed. */
async function spoil(text: string): Promise<Record<string, unknown>> {
  const before = await readiness();
  write(text);
  const refused = (now: Record<string, unknown>) => (now['config_refused'] as { at?: string } | undefined)?.at;
  const after = await until(readiness, (now) => refused(now) !== undefined && refused(now) !== refused(before));
  expect(after).toMatchObject({ status: 'ok', config: before['config'] });
  return after;
}

async function token(secret: string): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`batch:${secret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const answer = await json(`${world.gatehouse.issuer}/oidc/token`, {
    method: 'POST',
    headers: { authorization },
    body,
  });
  return answer['error'] ?? answer['expires_in'];
}

describe('a changed file', () => {
  it('is in force without a restart: clients, upstreams, brand, lifetimes, passwords and sign-up', async () => {
    expect(await ask('wiki')).toMatchObject({ screen: 'error', status: 400 });
    await change({
      clients: [...clients(), deviceApp('wiki')],
      upstreams: [{ id: 'github', preset: 'github' }],
      brand: { name: 'Globex', accent: '#aa3300', privacy: 'https://globex.example/privacy' },
      signup: { allow: 'closed' },
      protocol: { revocation: false },
    });
    const page = await ask('wiki');
    expect(page).toMatchObject({ screen: 'login', upstreams: ['github'] });
    expect(page.body).toContain('Globex');
    expect(page.body).not.toContain('/signup');
    const discovery = await json(`${world.gatehouse.issuer}/.well-known/openid-configuration`);
    expect(discovery).toMatchObject({ op_policy_uri: 'https://globex.example/privacy' });
    expect(discovery).not.toHaveProperty('revocation_endpoint');
    expect(await world.query("select detail from events where type = 'config.applied'")).toHaveLength(1);
  });

  it('counts for somebody who comes through an upstream that is new', async () => {
    await change({ upstreams: [{ id: 'work', preset: 'google', label: 'Work' }] });
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ upstream: 'work' });
    await browser.submit({ button: 'Ada Example' });
    expect(browser.page.url.startsWith(world.app.url)).toBe(true);
  });

  it('counts for mails, for hosts that may be called, and for how long keys are kept', async () => {
    const asked = Promise.withResolvers<void>();
    const range = createServer((_request, response) => {
      asked.resolve();
      response.end();
    });
    range.unref();
    await once(range.listen(0, '::1'), 'listening');
    const { port } = range.address() as AddressInfo; // it listens on a port, not on a pipe
    await change({
      brand: { name: 'Hooli' },
      passwords: { breach_check: { url: `http://[::1]:${port}/range/` } },
      lifetimes: { session_max: '300d' },
    });
    await signUpLocally(world, createBrowser(), 'hooli@example.com');
    await asked.promise;
    range.close();
    const mails = (await world.gatehouse.mails()).filter(({ to }) => to === 'hooli@example.com');
    expect(mails.map(({ subject, text }) => `${subject} ${text}`).join()).toContain('Hooli');
    const kept = await world.query('select 1 from signing_keys where needed_seconds >= 300 * 86400');
    expect(kept.length).toBeGreaterThan(0);
  });

  it('leaves sessions alone, and ends a visit through an upstream that is gone on a calm page', async () => {
    await change({});
    const [person, traveller] = [createBrowser(), createBrowser()];
    await signUpLocally(world, person, 'ada@example.com');
    await traveller.open(`${world.app.url}/login`);
    await traveller.submit({ upstream: 'facebook' });
    await change({ upstreams: [{ id: 'google', preset: 'google' }] });
    const back = await traveller.submit({ button: 'Ada Example' });
    expect(back).toMatchObject({ screen: 'login', upstreams: ['google'] });
    expect(back.alert).toContain('not offered here');
    expect(await person.open(`${world.gatehouse.issuer}/account`)).toMatchObject({ screen: 'account', status: 200 });
  });

  it('ends the visit of an app that is gone on a calm page', async () => {
    await change({ clients: [...clients(), deviceApp('leaving')] });
    const browser = createBrowser();
    await askFor(browser, world.gatehouse.issuer, 'leaving');
    const signUp = browser.tab();
    await signUp.open(browser.page.url);
    await change({ clients: clients() });
    const page = await browser.submit({ fields: { email: 'ada@example.com', password: PASSWORD } });
    expect(page).toMatchObject({ screen: 'error', error: 'interaction_expired' });
    expect(answerOf(page)).toEqual({});
  });
});

describe('a file that cannot be taken', () => {
  it('changes nothing, whatever else is right in it, and says where the mistake stands', async () => {
    await change({});
    const text = stringify({ ...first, brand: { name: 'Nobody' } });
    const state = await spoil(`${text}sessions: 3\n`);
    expect(state).toMatchObject({ config_refused: { reason: 'mistakes', mistakes: 1 } });
    expect((await ask('nobody')).body).not.toContain('Nobody');
    const line = text.split('\n').length;
    expect(world.gatehouse.output()).toContain(`gatehouse.yaml:${line}:1 unknown_key sessions`);
    expect(await world.query("select reason from events where type = 'config.refused'")).toEqual([
      { reason: 'mistakes' },
    ]);
  });

  it('is refused as a whole where a key needs a restart', async () => {
    const changed = { ...first, http: { port: world.gatehouse.port, host: '127.0.0.2' }, brand: { name: 'Nobody' } };
    expect(await spoil(stringify(changed))).toMatchObject({ config_refused: { reason: 'needs_restart' } });
    expect(world.gatehouse.output()).toContain('needs a restart: http.host');
    expect((await ask('nobody')).body).not.toContain('Nobody');
  });

  it('is forgotten with the next one that can be', async () => {
    await change({ brand: { name: 'Mended' } });
    expect(await readiness()).not.toHaveProperty('config_refused');
    expect((await ask('nobody')).body).toContain('Mended');
  });

  it('is no word about a file that goes away for a moment', async () => {
    rmSync(file);
    await until(readiness, (now) => now['config_refused'] !== undefined);
    await change({ brand: { name: 'Back' } });
    expect((await ask('nobody')).body).toContain('Back');
  });
});

describe('what is noticed', () => {
  const secrets = () => join(world.gatehouse.dataDir, 'secrets');

  it('a secret in a file of its own that becomes another one, by the link that Kubernetes swaps', async () => {
    for (const [version, secret] of Object.entries({
      one: 'first-secret-of-batch-000',
      two: 'other-secret-of-batch-000',
    })) {
      mkdirSync(join(secrets(), version), { recursive: true });
      writeFileSync(join(secrets(), version, 'batch'), secret);
    }
    symlinkSync('one', join(secrets(), '..data'));
    symlinkSync('..data/batch', join(secrets(), 'batch'));
    await change({ clients: [...clients(), service] });
    expect(await token('first-secret-of-batch-000')).toBe(3600);
    symlinkSync('two', join(secrets(), '..new'));
    renameSync(join(secrets(), '..new'), join(secrets(), '..data'));
    await until(
      () => token('other-secret-of-batch-000'),
      (answer) => answer === 3600,
    );
    expect(await token('first-secret-of-batch-000')).toBe('invalid_client');
    const refusals = () => world.query("select 1 from events where type = 'config.refused'");
    const before = (await refusals()).length;
    await spoil(`${stringify(first)}: : :`);
    await change({ brand: { name: 'After' } });
    expect(await refusals()).toHaveLength(before + 1);
  });

  it('a file of its own for one app, and a folder that comes to be', async () => {
    const folder = join(world.gatehouse.dataDir, 'clients');
    mkdirSync(folder);
    writeFileSync(join(folder, 'wiki.yaml'), stringify(deviceApp('wiki')));
    await until(
      () => ask('wiki'),
      ({ screen }) => screen === 'login',
    );
    writeFileSync(join(folder, 'wiki.yaml'), stringify({ ...deviceApp('wiki'), name: 'The renamed app' }));
    await until(
      () => ask('wiki'),
      ({ body }) => body.includes('The renamed app'),
    );
    rmSync(folder, { recursive: true });
    const gone = await until(
      () => ask('wiki'),
      ({ screen }) => screen === 'error',
    );
    expect(gone.status).toBe(400);
  });

  it('on SIGHUP, what looks as it did before', async () => {
    const when = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
    const texts = ['Umbra', 'Solar'].map((name) => stringify({ ...first, brand: { name } }));
    const put = (text = '') => {
      writeFileSync(file, text);
      utimesSync(file, when, when);
    };
    await change({ brand: { name: 'Other' } });
    put(texts[0]);
    await until(
      () => ask('nobody'),
      ({ body }) => body.includes('Umbra'),
    );
    const { ino } = statSync(file);
    put(texts[1]);
    expect(statSync(file)).toMatchObject({ ino, mtimeMs: when.getTime() });
    process.kill(world.gatehouse.pid, 'SIGHUP');
    await until(
      () => ask('nobody'),
      ({ body }) => body.includes('Solar'),
    );
  });
});

describe('what was applied', () => {
  const last = () => world.query('select hash, content from applied_configs order by written_at desc limit 1');

  it('is kept without any secret', async () => {
    await change({ clients: [...clients(), { ...service, client_secret: 'a-secret-that-nobody-sees' }] });
    const [kept] = await until(last, ([row]) => JSON.stringify(row).includes('batch'));
    expect(JSON.stringify(kept)).not.toContain('a-secret-that-nobody-sees');
    expect(kept?.['hash']).toBe((await readiness())['config']);
  });

  it('is not undone by a process whose files are older', async () => {
    const [port, when] = [await freePortPair(), new Date(Date.now() - 3_600_000)];
    const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-other-'));
    cpSync(join(world.gatehouse.dataDir, 'keys'), join(dataDir, 'keys'), { recursive: true });
    await change({ brand: { name: 'Newest' } });
    const [newest] = await until(last, ([row]) => JSON.stringify(row).includes('Newest'));
    const settings = { ...first, issuer: `http://localhost:${port}` };
    const other = await startGatehouse({ databaseUrl: world.line.url, port, dataDir, settings });
    try {
      const own = join(dataDir, 'gatehouse.yaml');
      writeFileSync(own, stringify({ ...first, issuer: other.issuer, brand: { name: 'Older' } }));
      utimesSync(own, when, when);
      await until(
        () => world.query("select 1 from applied_configs where content #>> '{brand,name}' = 'Older'"),
        (rows) => rows.length > 0,
      );
      expect((await json(`${other.issuer}/health/ready`))['config']).not.toBe((await readiness())['config']);
      expect((await last())[0]?.['content']).not.toMatchObject({ brand: { name: 'Older' } });
      expect(newest?.['hash']).toBe((await readiness())['config']);
    } finally {
      await other.stop();
      rmSync(dataDir, { recursive: true });
    }
  });
});

describe('config plan', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-plan-'));
    cpSync(join(world.gatehouse.dataDir, 'keys'), join(folder, 'keys'), { recursive: true });
    await change({ clients: [...clients(), deviceApp('wiki')] });
    await until(last, ([row]) => JSON.stringify(row).includes('wiki'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const last = () => world.query('select content from applied_configs order by written_at desc limit 1');
  const inForce = () => parse(readFileSync(file, 'utf8')) as Settings; // what `change` has written
  const plan = (settings: Settings, ...argv: string[]) => {
    writeFileSync(join(folder, 'gatehouse.yaml'), stringify({ ...inForce(), ...settings }));
    const beside = { ...world, gatehouse: { ...world.gatehouse, dataDir: folder } };
    return commandBeside(beside, ['config', 'plan', ...argv]);
  };

  it('finds nothing to change in the file that is in force', async () => {
    const { code, out } = await plan({});
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^nothing would change, compared with what /),
    });
  });

  it('counts whom it touches to remove or change an app, to remove an upstream, and to narrow a lifetime', async () => {
    const [person, guest] = [createBrowser(), createBrowser()];
    const { url, verifier } = requestOf(world.gatehouse.issuer, 'wiki', {
      scope: 'openid offline_access',
      prompt: 'create consent',
    });
    await person.open(url);
    await person.submit({ action: '/signup', fields: { email: 'wiki@example.com', new_password: PASSWORD } });
    await idTokenOf(world.gatehouse.issuer, 'wiki', await typeCode(world, person, 'wiki@example.com'), verifier);
    await continueWith(world, guest, 'google', 'Ada Example');
    const { code, out } = await plan({
      clients: [{ ...clients()[0], client_secret: 'another-secret-that-nobody-knows' }],
      upstreams: [{ id: 'facebook', preset: 'facebook' }],
      lifetimes: { session_max: '7d' },
      http: { port: 1 },
    });
    expect(code).toBe(1);
    expect(out).toMatch(/changes client app: client_secret: \d+ refresh tokens?\n/);
    expect(out).toContain('removes client wiki: 1 grant, 1 session, 1 refresh token\n');
    expect(out).toMatch(/removes upstream google: 1 identity, 1 account would have no way in left\n/);
    expect(out).toMatch(/changes lifetimes.session_max: 2592000 to 604800: \d+ sessions\n/);
    expect(out).not.toContain('another-secret');
    // Of an app that changes, only what the change counts for.
    const changed = async (settings: object) => {
      const planned = await plan({ clients: [...clients(), { ...deviceApp('wiki'), ...settings }] });
      return planned.out.split('\n').find((line) => line.includes('client wiki'));
    };
    expect(await changed({ name: 'The renamed app' })).toBe('changes client wiki: name');
    expect(await changed({ name: 'The renamed app', allow: { domains: ['acme.example'] } })).toBe(
      'changes client wiki: allow, name: 1 grant, 1 session, 1 refresh token',
    );
    expect(await changed({ scope: 'openid email' })).toBe('changes client wiki: scope: 1 grant, 1 refresh token');
    expect(await changed({ lifetimes: { refresh_token_max: '1h' } })).toMatch(/: lifetimes: 1 refresh token$/);
  });

  it('calls an upstream by its id, whatever it knows us by', async () => {
    const at = { client_id: 'gatehouse', client_secret: 'what-only-they-and-we-know' };
    const upstreams = ['google', 'facebook'].map((id) => ({ id, preset: id, ...at }));
    const { out } = await plan({ upstreams });
    expect(out).toContain('changes upstream google: client_id, client_secret\n');
    expect(out).toContain('changes upstream facebook: client_id, client_secret\n');
  });

  it('says it to programs, too', async () => {
    const { code, out } = await plan({ brand: { name: 'Hooli' } }, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      applied: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      changes: expect.arrayContaining([
        { do: 'changes', kind: 'key', id: 'brand.name', from: 'Acme', to: 'Hooli', restart: false, touches: {} },
      ]),
    });
  });
});
