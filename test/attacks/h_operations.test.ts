import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JWK } from 'jose';
import { sealedColumns } from '../../src/app/index.ts';
import { formatMistakes, loadConfig } from '../../src/config/index.ts';
import { openKeyAdministration, type KeyAdministration } from '../../src/keys/index.ts';
import { serve } from '../../src/serve/index.ts';
import { folderWith } from '../config/world.ts';
import {
  agent,
  API,
  authorize,
  begin,
  openWorld,
  parameter,
  redeem,
  SECRET,
  signIn,
  token,
  type Agent,
  type World,
} from '../oidc/support.ts';
import { keySchedule } from '../support/key_schedule.ts';
import { pass, useRealClock } from '../support/clock.ts';

const HOUR = 3600;
const DAY = 86_400;
const encryptionKey = randomBytes(32);
let world: World;
/** Another process of the same issuer. */
let other: World;
let keys: KeyAdministration;

beforeAll(async () => {
  world = await openWorld({ encryptionKey });
  other = await openWorld({ encryptionKey, database: world.database, issuer: world.issuer });
  keys = openKeyAdministration({
    database: world.database,
    encryptionKeys: [encryptionKey],
    schedule: keySchedule,
    record: async () => {},
    sealed: sealedColumns,
  });
});
afterEach(useRealClock);
afterAll(async () => {
  await other.close();
  await world.close();
});

/** Both processes look, as they do every other second. */
async function everywhere(): Promise<void> {
  for (const { keys: ring, oidc } of [world, other]) {
    await ring.look();
    oidc.rebuild({ keys: ring });
  }
}

const signing = async (kind: string) =>
  (await keys.list()).find((key) => key.kind === kind && key.state === 'signing')?.id ?? '';
const published = async ({ issuer, port }: World) =>
  ((await agent(issuer, port).get('/oidc/jwks')).json['keys'] as JWK[]).map(({ kid }) => kid);
const both = () => [world, other].map(({ issuer, port }) => agent(issuer, port));

async function idToken(browser: Agent = agent(world.issuer)): Promise<string> {
  const answer = await redeem(world.issuer, parameter(await signIn(browser), 'code'));
  return String(answer.json['id_token']);
}

async function accessToken(): Promise<string> {
  const asked = { client_id: 'job', grant_type: 'client_credentials', resource: API, scope: 'read' };
  return String((await token(world.issuer, asked)).json['access_token']);
}

/** By how many of our endpoints, of either process, a token of ours is taken. */
async function takenBy(idTokenHint: string, jwtAccessToken: string): Promise<number> {
  const hint = new URLSearchParams({ client_id: 'wiki', id_token_hint: idTokenHint }).toString();
  let taken = 0;
  for (const us of both()) {
    const question = await us.get(`/oidc/logout?${hint}`);
    const visit = await us.get(authorize({ id_token_hint: idTokenHint }));
    const introspected = await us.post('/oidc/introspect', {
      client_id: 'job',
      client_secret: SECRET,
      token: jwtAccessToken,
    });
    const person = await us.get('/oidc/userinfo', { authorization: `Bearer ${jwtAccessToken}` });
    taken += question.status < 400 ? 1 : 0;
    taken += visit.location?.startsWith('/interaction/') === true ? 1 : 0;
    taken += introspected.json['active'] === true || person.status < 400 ? 1 : 0;
  }
  return taken;
}

describe('H14: the rotation of keys', () => {
  it('H14: has the next key in the key set for longer than it may be kept, before it signs', async () => {
    const before = await signing('RS256');
    const jwks = await agent(world.issuer).get('/oidc/jwks');
    const seconds = Number(/max-age=(\d+)/.exec(jwks.headers.get('cache-control') ?? '')?.[1]);
    expect(seconds).toBe(600);
    await keys.rotate(['RS256']);
    await everywhere();
    const next = (await published(world)).find((kid) => kid !== before && kid !== undefined) ?? '';
    expect(await published(other)).toEqual(await published(world));
    // An hour more than it may be kept: clocks step.
    pass(seconds + HOUR);
    await keys.rotate(['RS256']);
    await everywhere();
    expect(await signing('RS256')).toBe(before);
    expect(await published(world)).toContain(next);
  });

  it('H14: lets what the key before signed be used as before', async () => {
    await keys.rotate(['RS256']);
    const old = await idToken();
    pass(DAY);
    await everywhere();
    expect(await takenBy(old, 'none')).toBe(4);
    // As long as the session of which it tells may last.
    pass(30 * DAY);
    await everywhere();
    expect(await takenBy(old, 'none')).toBe(4);
  });

  it('H14: leaves nobody who takes a token of a dropped key, in any process and on any endpoint', async () => {
    const [hint, access] = [await idToken(), await accessToken()];
    expect(await takenBy(hint, 'none')).toBe(4);
    const kid = await signing('RS256');
    expect(await keys.retire(kid, { now: true })).toMatchObject({ ok: true });
    await everywhere();
    for (const each of [world, other]) expect(await published(each)).not.toContain(kid);
    expect(await takenBy(hint, access)).toBe(0);
    expect(await takenBy(await idToken(), 'none')).toBe(4);
  });

  it('H14: has one key of each kind that signs, however many drop and rotate at once', async () => {
    for (const kind of ['ES256', 'cookie'] as const) {
      const id = await signing(kind);
      const drops = Array.from({ length: 6 }, () => keys.retire(id, { now: true }));
      const answers = await Promise.all([...drops, keys.rotate([kind]), keys.rotate([kind])]);
      expect(answers.slice(0, 6).filter((answer) => 'ok' in answer && answer.ok)).toHaveLength(1);
      const there = (await keys.list()).filter((key) => key.kind === kind && key.state === 'signing');
      expect(there.map((key) => key.id)).toEqual([await signing(kind)]);
    }
    await everywhere();
  });

  it('H14: signs nobody out with a cookie key that rotates, and everybody with one that is dropped', async () => {
    const browser = agent(world.issuer);
    await signIn(browser);
    const old = await signing('cookie');
    await keys.rotate(['cookie']);
    await everywhere();
    pass(DAY);
    await everywhere();
    expect(await signing('cookie')).not.toBe(old);
    const again = async () => (await browser.get(authorize({ prompt: 'none' }))).location ?? '';
    expect(await again()).toContain('code=');
    // A page that was open meanwhile still belongs to its browser.
    const { page } = await begin(browser, { prompt: 'login' });
    expect((await browser.get(page)).status).toBe(200);
    // It was signed anew meanwhile, and is nobody's any more with the key that did it.
    for (const id of [old, await signing('cookie')]) await keys.retire(id, { now: true });
    await everywhere();
    expect(await again()).toContain('error=login_required');
  });

  it('H14: signs with no key whose row holds another one, and says so', async () => {
    const [row] = await world.database.knex('signing_keys').where({ kid: await signing('ES256') });
    const another = await world.database
      .knex('signing_keys')
      .where({ kid: await signing('RS256') })
      .first();
    const rows = world.database.knex('signing_keys').where({ kid: row.kid });
    await rows.clone().update({ private_key: another.private_key });
    await expect(world.keys.check()).rejects.toThrow(`the ES256 key ${row.kid} in the database is damaged`);
    await rows.clone().update({ private_key: row.private_key });
  });
});

describe('H15: a wrong clock', () => {
  it('H15: redeems nothing a second time after a step back of an hour', async () => {
    const code = parameter(await signIn(agent(world.issuer)), 'code');
    expect((await redeem(world.issuer, code)).status).toBe(200);
    pass(-HOUR);
    expect((await redeem(world.issuer, code)).json['error']).toBe('invalid_grant');
  });

  it('H15: lasts no token into the negative, and no session beyond its end', async () => {
    const answer = await redeem(world.issuer, parameter(await signIn(agent(world.issuer)), 'code'));
    expect(Number(answer.json['expires_in'])).toBeGreaterThan(0);
    const userinfo = () =>
      agent(world.issuer).get('/oidc/userinfo', { authorization: `Bearer ${String(answer.json['access_token'])}` });
    expect((await userinfo()).status).toBe(200);
    pass(HOUR + 1);
    expect((await userinfo()).status).toBe(401);
  });

  it('H15: is that of the process alone: what PostgreSQL has for one decides nothing', async () => {
    pass(10 * 365 * DAY);
    const answer = await redeem(world.issuer, parameter(await signIn(agent(world.issuer)), 'code'));
    expect(answer.status).toBe(200);
    const { rows } = await world.database.knex.raw<{ rows: { source: string }[] }>(
      `select pg_get_expr(adbin, adrelid) as source from pg_attrdef where pg_get_expr(adbin, adrelid) ~ 'now|current|clock'`,
    );
    expect(rows).toEqual([]);
  });

  it('H15: brings back no key that is gone, and ends none that is needed', async () => {
    const before = await idToken();
    const old = await signing('RS256');
    await keys.rotate(['RS256']);
    pass(DAY);
    await everywhere();
    pass(-HOUR);
    await everywhere();
    expect(await signing('RS256')).not.toBe(old);
    pass(2 * HOUR);
    await everywhere();
    expect(await takenBy(before, 'none')).toBe(4);
    await keys.retire(old, { now: true });
    pass(-2 * HOUR);
    await everywhere();
    expect(await takenBy(before, 'none')).toBe(0);
  });
});

const KEY = randomBytes(32).toString('base64');
const SAFE = {
  issuer: 'https://id.acme.example',
  mode: 'production',
  encryption_key: KEY,
  subject_salt: KEY,
  mail: { from: 'Acme <no-reply@acme.example>', smtp: 'smtps://mail.acme.example' },
  database: { url: 'postgres://gatehouse@db/gatehouse' },
};
const wiki = { client_id: 'wiki', client_secret: 'x7'.repeat(20), redirect_uris: ['https://wiki.acme.example/cb'] };

describe('H16: an unsafe configuration', () => {
  it.each([
    ['an issuer without TLS', 'issuer', { issuer: 'http://id.acme.example' }],
    [
      'a redirect to a pattern',
      'redirect_uris',
      { clients: [{ ...wiki, redirect_uris: ['https://*.acme.example/cb'] }] },
    ],
    [
      'a redirect without TLS',
      'redirect_uris',
      { clients: [{ ...wiki, redirect_uris: ['http://wiki.acme.example/cb'] }] },
    ],
    [
      'a redirect to whoever listens on the machine of the person',
      'redirect_uris',
      { clients: [{ ...wiki, redirect_uris: ['http://localhost:8080/cb'] }] },
    ],
    ['a short encryption key', 'encryption_key', { encryption_key: 'c2hvcnQ=' }],
    ['no encryption key', 'encryption_key', { encryption_key: undefined }],
    ['a secret that can be guessed', 'client_secret', { clients: [{ ...wiki, client_secret: 'secret' }] }],
    ['a key that nobody knows', 'isuer', { isuer: 'https://id.acme.example' }],
    ['a convenience of development', 'development', { development: { mailbox: true } }],
    ['simulated providers', 'development', { development: { simulator: true } }],
    ['the same app twice', 'client_id', { clients: [wiki, wiki] }],
    [
      'an unsigned ID token',
      'id_token_signed_response_alg',
      { clients: [{ ...wiki, id_token_signed_response_alg: 'none' }] },
    ],
    ['a rotation that nobody can follow', 'publish_ahead', { keys: { publish_ahead: '1m' } }],
  ])('H16: does not start, and is told with its line: %s', async (_name, key, change) => {
    const folder = folderWith({ 'gatehouse.yaml': JSON.stringify({ ...SAFE, ...change }, null, 2) });
    const env = { GATEHOUSE_CONFIG: join(folder.path, 'gatehouse.yaml'), GATEHOUSE_DATA: folder.path };
    const loaded = await loadConfig(env, folder.path);
    const told = loaded.ok ? '' : formatMistakes(loaded.mistakes);
    expect(told).toMatch(new RegExp(`gatehouse\\.yaml:\\d+:\\d+.*[\\s\\S]*${key}`));
    folder.remove();
  });

  it('H16: is not served: the process ends, and has said why', async () => {
    const folder = folderWith({ 'gatehouse.yaml': JSON.stringify({ ...SAFE, issuer: 'http://id.acme.example' }) });
    let written = '';
    const stdout = { write: (text: string) => void (written += text) };
    const env = { GATEHOUSE_CONFIG: 'gatehouse.yaml', GATEHOUSE_DATA: folder.path };
    expect(await serve({ env, cwd: folder.path, stdout })).toBe(1);
    expect(written).toMatch(/gatehouse\.yaml:1:\d+/);
    folder.remove();
  });

  it('H16: is the exception: the one that these are made of is right', async () => {
    const folder = folderWith({});
    writeFileSync(join(folder.path, 'gatehouse.yaml'), JSON.stringify({ ...SAFE, clients: [wiki] }));
    const loaded = await loadConfig({ GATEHOUSE_CONFIG: 'gatehouse.yaml', GATEHOUSE_DATA: folder.path }, folder.path);
    expect(loaded.ok ? '' : formatMistakes(loaded.mistakes)).toBe('');
    folder.remove();
  });
});
