import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sealedColumns } from '../../src/app/index.ts';
import { openDatabase } from '../../src/database/index.ts';
import { openKeyAdministration } from '../../src/keys/index.ts';
import { commandBeside } from '../support/command_line.ts';
import { codeIn } from '../support/mailbox.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { keySchedule } from '../support/key_schedule.ts';
import { askFor, deviceApp } from '../support/limited_apps.ts';
import {
  confirmAddress,
  continueWith,
  PASSWORD,
  signInLocally,
  signOut,
  signUpLocally,
  typeCode,
} from '../support/people.ts';
import { setUpApp } from '../support/second_steps.ts';
import { startPartnerWorld, type PartnerWorld } from '../support/partner_world.ts';
import { CLIENT_SECRET } from '../support/world.ts';

let world: PartnerWorld;
const browsers: Browser[] = [];
/** What was mailed or shown once: codes, tokens of links, seeds. */
const mailed: string[] = [];
const NEW_PASSWORD = 'a newer password than that 43';

function newBrowser(): Browser {
  const browser = createBrowser();
  browsers.push(browser);
  return browser;
}

/** What went between us and the upstream: codes, verifiers, our secret, tokens in headers and in answers. */
function atTheUpstream(): string[] {
  return world.fake.journal.flatMap(({ query, form, headers }) => {
    const names = ['code', 'code_verifier', 'state', 'nonce', 'client_secret', 'access_token'];
    const sent = names.flatMap((name) => [query.get(name) ?? '', form.get(name) ?? '']);
    return [...sent, (headers['authorization'] ?? '').replace(/^\w+ /, '')];
  });
}

/** Everything the flows used that lets someone in: cookies, form tokens, codes in URLs, what the app held, passwords, mailed codes. */
async function usedSecrets(): Promise<string[]> {
  const trail = browsers.flatMap((browser) => browser.trail);
  const cookies = trail
    .flatMap((hop) => hop.headers['set-cookie'] ?? [])
    .map((line) => /^[^=]+=([^;]*)/.exec(line)?.[1] ?? '');
  const inUrls = trail.flatMap((hop) => {
    const url = new URL(hop.url);
    // The app's own state and nonce are the app's; ours is the one that a callback of ours carries.
    const names = url.pathname.startsWith('/upstream/') ? ['code', 'state'] : ['code', 'id_token_hint'];
    return names.map((name) => url.searchParams.get(name) ?? '');
  });
  const forms = trail.flatMap((hop) =>
    [...hop.body.matchAll(/name="_csrf" value="([^"]+)"/g)].map(([, token]) => token ?? ''),
  );
  // Short values (a language, an upstream's id) are no secrets, and would be found anywhere.
  const long = [...cookies, ...inUrls, ...forms, ...atTheUpstream()].filter((value) => value.length >= 16);
  return [
    ...new Set([
      ...long,
      ...(await world.app.secrets()),
      ...mailed,
      PASSWORD,
      NEW_PASSWORD,
      CLIENT_SECRET,
      world.fake.clients.partner.secret,
    ]),
  ];
}

beforeAll(async () => {
  world = await startPartnerWorld(
    { protocol: { registration: {} } },
    { environment: { LOG_LEVEL: 'debug' }, clients: [{ ...deviceApp('strict'), require: 'mfa' }] },
  );
  const local = newBrowser();
  await signUpLocally(world, local, 'kim@example.com');
  await local.open(`${world.app.url}/refresh`);
  await signInLocally(world, newBrowser(), 'kim@example.com');
  const gus = { subject: 'gus', email: 'gus@partner.example', trust: 'verified' } as const;
  await world.continueAs(newBrowser(), 'verified', gus);
  await mistakes();
  await registerItself();
  await secondStep('sue@example.com');
  const facebook = newBrowser();
  const to = 'ada.f@social.example';
  await continueWith(world, facebook, 'facebook', to);
  await confirmAddress(facebook);
  await typeCode(world, facebook, to);
  await signOut(world, facebook);
  // Half-way: a code that nobody typed yet.
  const open = newBrowser();
  await open.open(`${world.app.url}/login?prompt=create`);
  await open.submit({ action: '/signup', fields: { email: 'lea@example.com', new_password: PASSWORD } });
  await world.gatehouse.code('lea@example.com');
  await resetPassword('kim@example.com');
  const mails = await world.gatehouse.mails();
  const codes = mails.flatMap(({ text }) => codeIn(text) ?? []);
  const tokens = mails.flatMap(({ text }) => [...text.matchAll(/token=([\w-]+)/g)].map(([, token]) => token ?? ''));
  if (codes.length < 3 || tokens.length < 4) throw new Error('these flows mail more than that');
  mailed.push(...codes, ...tokens);
}, 60_000);

/** The seed of an authenticator app and the recovery codes, as they were shown, and as they are typed. */
async function secondStep(email: string): Promise<void> {
  const browser = newBrowser();
  await askFor(browser, world.gatehouse.issuer, 'strict', { prompt: 'create' });
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
  await typeCode(world, browser, email);
  const { phone } = await setUpApp(world, browser);
  const seed = browser.trail.flatMap(({ body }) => /id="secret"[^>]*>([A-Z2-7 ]+)</.exec(body)?.[1] ?? []);
  if (seed.length === 0 || phone.codes.length < 8) throw new Error('a second step shows more than that');
  const shown = [...seed, ...phone.codes];
  mailed.push(...shown, ...shown.map((text) => text.replaceAll(/[ -]/g, '')));
}

/** An app registers itself, changes what it said, and is refused with each token that is of no use any more. */
async function registerItself(): Promise<void> {
  const made = await commandBeside(world, ['clients', 'token']);
  const initial = made.out.split('\n')[0] ?? '';
  const send = async (method: string, path: string, token: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${world.gatehouse.issuer}/oidc/register${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Record<string, string>;
  };
  const metadata = { client_name: 'Robot', redirect_uris: ['https://robot.example/cb'] };
  const first = await send('POST', '', initial, metadata);
  await send('POST', '', initial, metadata);
  const { client_id = '', client_secret = '', registration_access_token: token = '' } = first;
  const next = await send('PUT', `/${client_id}`, token, { ...metadata, client_id, client_secret });
  await send('PUT', `/${client_id}`, token, { ...metadata, client_id });
  const secrets = [initial, client_secret, token, next['registration_access_token'] ?? ''];
  if (secrets.some((secret) => secret.length < 40)) throw new Error('an app registers with more than that');
  mailed.push(...secrets);
}

/** What ends on an error page, or in a log line that an admin looks at: each with a secret in it. */
async function mistakes(): Promise<void> {
  const browser = newBrowser();
  const callback = await browser
    .open(`${world.app.url}/login`)
    .then(() => world.travel(browser, 'verified', { subject: 'ines', email: 'ines@partner.example' }));
  await newBrowser().open(callback);
  world.fake.next({ faults: { claims: (claims) => ({ ...claims, nonce: 'of another trip' }) } });
  await browser.open(callback);
  await browser.open(callback);
  await browser.open(`${world.app.url}/login`);
  await browser.submit({ fields: { email: 'kim@example.com', password: `${PASSWORD} wrong` } });
  await browser.submit({ fields: { email: 'kim@example.com', password: PASSWORD }, tamper: { _csrf: 'x' } });
  await newBrowser().open(`${world.gatehouse.issuer}/reset-password?token=${'t'.repeat(43)}`);
  await newBrowser().open(`${world.gatehouse.issuer}/nowhere?code=${'c'.repeat(43)}`);
  await fetch(`${world.gatehouse.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${'b'.repeat(43)}` } });
  mailed.push(`${PASSWORD} wrong`, 't'.repeat(43), 'c'.repeat(43), 'b'.repeat(43));
}

/** A link that was used, and one that nobody has opened yet. */
async function resetPassword(email: string): Promise<void> {
  const browser = newBrowser();
  for (const open of [false, true]) {
    await browser.open(`${world.app.url}/login`);
    await browser.follow('/recover');
    await browser.submit({ action: '/recover', fields: { email } });
    const link = await world.gatehouse.link(email, '/reset-password');
    if (open) continue;
    const reader = newBrowser();
    await reader.open(link);
    await reader.submit({ action: '/reset-password', fields: { new_password: NEW_PASSWORD } });
  }
}

afterAll(() => world.stop());

/** Every row of every table. */
async function dump(): Promise<string> {
  const tables = await world.query(`select tablename from pg_tables where schemaname = 'public'`);
  const rows = await Promise.all(
    tables.map(({ tablename }) => world.query(`select t::text as row from "${String(tablename)}" t`)),
  );
  return rows
    .flat()
    .map(({ row }) => String(row))
    .join('\n');
}

describe('what lets someone in (H10)', () => {
  it('is in no table of the database', async () => {
    const everything = await dump();
    expect(everything).toContain('kim@example.com');
    const secrets = await usedSecrets();
    expect(secrets.length).toBeGreaterThan(30);
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
  });

  it('is in no line that the process printed, at its most talkative', async () => {
    const output = world.gatehouse.output();
    expect(output).toContain('/oidc/token');
    const secrets = await usedSecrets();
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
    expect(output).not.toContain('kim@example.com');
  });

  it('is in no metric', async () => {
    const metrics = await (await fetch(`${world.gatehouse.issuer}/metrics`)).text();
    expect(metrics).toContain('/oidc/token');
    const secrets = await usedSecrets();
    expect(secrets.filter((secret) => metrics.includes(secret))).toEqual([]);
  });

  it('is on no error page but in its own address, and a mailed code on no page at all (E14)', async () => {
    const pages = browsers.flatMap(({ trail }) => trail);
    const errors = pages.filter(({ body }) => body.includes('data-error="'));
    expect(errors.length).toBeGreaterThan(3);
    const forms = pages.flatMap(({ body }) =>
      [...body.matchAll(/name="_csrf" value="([^"]+)"/g)].map(([, token]) => token),
    );
    const secrets = (await usedSecrets()).filter((secret) => !forms.includes(secret));
    // The links that change the language repeat the address of the page.
    const isTold = (secret: string) => errors.some(({ url, body }) => body.includes(secret) && !url.includes(secret));
    expect(secrets.filter(isTold)).toEqual([]);
    const codes = mailed.filter((secret) => /^\d{8}$/.test(secret));
    expect(codes.filter((code) => pages.some(({ body }) => body.includes(code)))).toEqual([]);
  });

  // The last one: the server does not have the new key.
  it('is encrypted anew, all of it, and the old key opens nothing any more', async () => {
    const { dataDir } = world.gatehouse;
    const old = Buffer.from(readFileSync(join(dataDir, 'keys/encryption_key'), 'utf8'), 'base64');
    const database = openDatabase({ url: world.line.url }, { poolSize: 2 });
    const keys = openKeyAdministration({
      database,
      encryptionKeys: [randomBytes(32), old],
      schedule: keySchedule,
      record: async () => {},
      sealed: sealedColumns,
    });
    const [{ name: before } = { name: '' }] = await world.query(
      `select left(private_key, 12) as name from signing_keys limit 1`,
    );
    const columns = await keys.rewrap(() => {});
    await database.close();
    expect(columns.filter(({ unreadable }) => unreadable > 0)).toEqual([]);
    const touched = columns.filter(({ done }) => done > 0).map(({ table, column }) => `${table}.${column}`);
    expect(touched).toEqual(
      expect.arrayContaining([
        'visits.params',
        'visits.progress',
        'signing_keys.private_key',
        'registered_clients.client_secret',
      ]),
    );
    // The way back into a visit, which links find their way without: it lasts no longer than they do.
    const rest = (await dump()).replace(/resume\W+v1\.[\w.-]+/g, '');
    expect(rest.includes(String(before))).toBe(false);
  });
});
