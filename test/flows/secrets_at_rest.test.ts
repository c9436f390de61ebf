import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeIn } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import {
  confirmAddress,
  continueWith,
  PASSWORD,
  signInLocally,
  signOut,
  signUpLocally,
  typeCode,
} from '../support/people.ts';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';

let world: World;
const browsers: Browser[] = [];
/** What was mailed: codes, and tokens of links. */
const mailed: string[] = [];
const NEW_PASSWORD = 'a newer password than that 43';

function newBrowser(): Browser {
  const browser = createBrowser();
  browsers.push(browser);
  return browser;
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
  const long = [...cookies, ...inUrls, ...forms].filter((value) => value.length >= 16);
  return [...new Set([...long, ...(await world.app.secrets()), ...mailed, PASSWORD, NEW_PASSWORD, CLIENT_SECRET])];
}

beforeAll(async () => {
  world = await startWorld();
  const local = newBrowser();
  await signUpLocally(world, local, 'kim@example.com');
  await local.open(`${world.app.url}/refresh`);
  await signInLocally(world, newBrowser(), 'kim@example.com');
  await continueWith(world, newBrowser(), 'google', 'gmail.com');
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
});

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

describe('what lets someone in (H10)', () => {
  it('is in no table of the database', async () => {
    const tables = await world.query(`select tablename from pg_tables where schemaname = 'public'`);
    const rows = await Promise.all(
      tables.map(({ tablename }) => world.query(`select t::text as row from "${String(tablename)}" t`)),
    );
    const dump = rows
      .flat()
      .map(({ row }) => String(row))
      .join('\n');
    expect(dump).toContain('kim@example.com');
    const secrets = await usedSecrets();
    expect(secrets.length).toBeGreaterThan(30);
    expect(secrets.filter((secret) => dump.includes(secret))).toEqual([]);
  });

  it('is in no line that the process printed', async () => {
    const output = world.gatehouse.output();
    expect(output).toContain('/oidc/token');
    const secrets = await usedSecrets();
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
    expect(output).not.toContain('kim@example.com');
  });
});
