import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeProtectedHeader } from 'jose';
import { agent } from '../oidc/agent.ts';
import { testDatabase } from '../support/database.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { answerOf, askFor, deviceApp, requestOf } from '../support/limited_apps.ts';
import { PASSWORD } from '../support/people.ts';
import { createReaders, type Reader } from './key_readers.ts';

const API = 'https://api.acme.example';
const SECRET = 'the-secret-of-the-drill-0123456789';
const MINUTE = 60;
const DAY = 86_400;
/** Minutes from one look at everything to the next. */
const STEP = 3;
/** A change is at every process within so many seconds. */
const EVERYWHERE_SECONDS = 5;

/** What was done, and what went wrong. */
export interface RotationReport {
  tokens: number;
  /** How often a token was verified during the scheduled rotation, and how often that failed. */
  verified: number;
  failed: number;
  /** Signed out by the rotation, who should not have been. */
  signedOut: number;
  /** Seconds until both processes had dropped the key. */
  dropSeconds: number;
  /** Tokens of the dropped key that somebody still took. */
  taken: number;
  /** What else is not as it should be, in words. */
  wrong: string[];
}

interface Token {
  jwt: string;
  kid: string;
  kind: 'id_token' | 'access_token';
  expires: number;
}

interface Stage {
  issuer: string;
  gatehouses: Gatehouse[];
  browser: Browser;
  readers: Reader[];
  now(): number;
  pass(seconds: number): void;
  command(...argv: string[]): Promise<unknown>;
}

/**
 * Rotates the signing keys of two processes by schedule under so many live tokens, which apps verify that keep our key set for ten
 * minutes and never ask again because of a kid; then drops the key that signs.
 */
export async function rotateKeys({ tokens }: { tokens: number }): Promise<RotationReport> {
  const { url, drop } = await testDatabase();
  const gatehouses: Gatehouse[] = [];
  try {
    await startTwo(url, gatehouses);
    const stage = setStage(gatehouses, url);
    await signUp(stage);
    const report = { tokens, verified: 0, failed: 0, signedOut: 0, dropSeconds: 0, taken: 0, wrong: [] };
    await scheduled(stage, report);
    await emergency(stage, report);
    return report;
  } finally {
    await Promise.all(gatehouses.map((gatehouse) => gatehouse.stop()));
    await drop();
  }
}

async function startTwo(databaseUrl: string, started: Gatehouse[]): Promise<void> {
  const [first, second] = [await freePortPair(), await freePortPair()];
  const key = () => randomBytes(32).toString('base64');
  const settings = {
    issuer: `http://localhost:${first}`,
    encryption_key: key(),
    subject_salt: key(),
    limits: { enabled: false },
    clients: [
      deviceApp('phone'),
      { client_id: 'job', type: 'service', client_secret: SECRET, resources: { [API]: ['read'] } },
    ],
    resources: [{ id: API, scopes: ['read'] }],
  };
  for (const port of [first, second]) started.push(await startGatehouse({ databaseUrl, port, settings }));
}

function setStage(gatehouses: Gatehouse[], databaseUrl: string): Stage {
  const [{ issuer, dataDir, clock }] = gatehouses as [Gatehouse]; // two were started
  let ahead = 0;
  const now = () => Math.floor(Date.now() / 1000) + ahead;
  const keySet = async (index: number) =>
    (await agent(issuer, gatehouses[index % 2]?.port).get('/oidc/jwks')).json as { keys: { kid: string }[] };
  return {
    issuer,
    gatehouses,
    browser: createBrowser(),
    readers: createReaders({ keySet, now, issuer }),
    now,
    pass(seconds) {
      ahead += seconds;
      for (const gatehouse of gatehouses) gatehouse.passTime(seconds);
    },
    command: (...argv) =>
      promisify(execFile)(process.execPath, [new URL('../../src/main.ts', import.meta.url).pathname, ...argv], {
        env: {
          ...process.env,
          GATEHOUSE_CONFIG: join(dataDir, 'gatehouse.yaml'),
          GATEHOUSE_DATA: dataDir,
          DATABASE_URL: databaseUrl,
          NODE_OPTIONS: `--import ${new URL('../support/movable_clock.mjs', import.meta.url).href}`,
          GATEHOUSE_TEST_CLOCK: clock,
        },
      }),
  };
}

/** The next key is published a day before it signs, and signs while everything is live that the one before signed. */
async function scheduled(stage: Stage, report: RotationReport): Promise<void> {
  const { readers } = stage;
  const before = (await issue(stage, 1))[0]?.kid;
  stage.pass(89 * DAY + MINUTE);
  await everywhere(stage, report, 'publish the next key', async (reader) => (await reader.fresh()).length === 4);
  stage.pass(DAY - 5 * MINUTE);
  await signIn(stage);
  const live = await issue(stage, report.tokens);
  if (live.some(({ kid }) => kid !== before)) report.wrong.push('the next key signed before its time');
  for (let minute = 0; minute < 75; minute += STEP) {
    if (minute === 2 * STEP) {
      await everywhere(stage, report, 'sign with the next key', async (_reader, port) => {
        return (await accessToken(stage, port)).kid !== before;
      });
    }
    live.push(...(await issue(stage, 2)));
    for (const [index, token] of live.entries()) {
      if (token.expires <= stage.now()) continue;
      report.verified += 1;
      if (!(await readers[(index + minute) % readers.length]?.takes(token.jwt))) report.failed += 1;
    }
    stage.pass(STEP * MINUTE);
  }
  // What has expired is of use as long as its session: an app signs people out with it.
  for (const { jwt } of ofKind(live, 'id_token').slice(0, 20)) if (!(await hintIsTaken(stage, jwt))) report.failed += 1;
  if ((await codeOf(stage, { prompt: 'none' })) === undefined) report.signedOut += 1;
}

/** The key that signs is dropped: nobody who asks takes what it signed, and after ten minutes nobody at all. */
async function emergency(stage: Stage, report: RotationReport): Promise<void> {
  await signIn(stage);
  const live = await issue(stage, report.tokens);
  const kid = live[0]?.kid ?? '';
  for (const reader of stage.readers) await reader.takes(live[0]?.jwt ?? '');
  const dropped = await stage.command('keys', 'retire', kid, '--now', '--yes').then(() => Date.now());
  await everywhere(stage, report, 'drop the key', async (reader) => !(await reader.fresh()).includes(kid));
  report.dropSeconds = (Date.now() - dropped) / 1000;
  for (const { jwt } of ofKind(live, 'id_token').slice(0, 50)) if (await hintIsTaken(stage, jwt)) report.taken += 1;
  for (const { jwt } of ofKind(live, 'access_token').slice(0, 50)) if (await isActive(stage, jwt)) report.taken += 1;
  const fresh = await issue(stage, 4);
  const [unprimed] = createReadersOf(stage);
  for (const { jwt } of fresh) if (!(await unprimed?.takes(jwt))) report.wrong.push('the new key is not believed');
  for (const { jwt } of live) if (await unprimed?.takes(jwt)) report.taken += 1;
  stage.pass(10 * MINUTE + 30);
  for (const [index, { jwt, expires }] of live.entries()) {
    if (expires > stage.now() && (await stage.readers[index % stage.readers.length]?.takes(jwt))) report.taken += 1;
  }
}

function createReadersOf({ gatehouses, now, issuer }: Stage): Reader[] {
  const keySet = async (index: number) =>
    (await agent(issuer, gatehouses[index % 2]?.port).get('/oidc/jwks')).json as { keys: { kid: string }[] };
  return createReaders({ keySet, now, issuer });
}

/** What a process said beside its requests. */
function rareLines(output: string): string {
  const lines = output.split('\n').filter((line) => !line.includes('"msg":"request"'));
  return lines.slice(-14).join('\n');
}

/** Waits until it is so at both processes, and complains when that takes longer than it may. */
async function everywhere(
  { gatehouses, readers }: Stage,
  report: RotationReport,
  what: string,
  isSo: (reader: Reader, port: number) => Promise<boolean>,
): Promise<void> {
  const began = Date.now();
  for (const [index, { port, output }] of gatehouses.entries()) {
    const reader = readers[index];
    while (reader && !(await isSo(reader, port))) {
      if (Date.now() - began > 30_000) throw new Error(`process ${index} did not ${what}:\n${rareLines(output())}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const seconds = (Date.now() - began) / 1000;
  if (seconds > EVERYWHERE_SECONDS) report.wrong.push(`it took ${seconds.toFixed(1)} s to ${what}`);
}

/** Tokens of both processes in turns: access tokens of an API, and ID tokens. */
async function issue(stage: Stage, count: number): Promise<Token[]> {
  const tokens: Token[] = [];
  for (let index = 0; index < count; index += 1) {
    const port = stage.gatehouses[index % 2]?.port ?? 0;
    tokens.push(index % 4 < 2 || refreshToken === '' ? await accessToken(stage, port) : await idToken(stage, port));
  }
  return tokens;
}

const ofKind = (tokens: Token[], kind: Token['kind']) => tokens.filter((token) => token.kind === kind);

async function accessToken(stage: Stage, port: number): Promise<Token> {
  const { json } = await agent(stage.issuer, port).post('/oidc/token', {
    grant_type: 'client_credentials',
    client_id: 'job',
    client_secret: SECRET,
    resource: API,
    scope: 'read',
  });
  return toToken(String(json['access_token']), 'access_token');
}

let refreshToken = '';

async function idToken(stage: Stage, port: number): Promise<Token> {
  const fields = { grant_type: 'refresh_token', client_id: 'phone', refresh_token: refreshToken };
  return keep((await agent(stage.issuer, port).post('/oidc/token', fields)).json);
}

function keep(answer: Record<string, unknown>): Token {
  refreshToken = String(answer['refresh_token']);
  return toToken(String(answer['id_token']), 'id_token');
}

function toToken(jwt: string, kind: Token['kind']): Token {
  const { exp } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };
  return { jwt, kid: decodeProtectedHeader(jwt).kid ?? '', kind, expires: exp };
}

async function signUp({ issuer, browser, gatehouses }: Stage): Promise<void> {
  await askFor(browser, issuer, 'phone', { prompt: 'create' });
  await browser.submit({ action: '/signup', fields: { email: 'ada@example.com', new_password: PASSWORD } });
  await browser.submit({ fields: { code: (await gatehouses[0]?.code('ada@example.com')) ?? '' } });
}

/** Signs in and keeps the refresh token, with which ID tokens are made. */
async function signIn(stage: Stage): Promise<void> {
  const { url, verifier } = requestOf(stage.issuer, 'phone', { prompt: 'login' });
  const page = await stage.browser.open(url);
  const email: Record<string, string> = page.screen === 'reauthenticate' ? {} : { email: 'ada@example.com' };
  const { code = '' } = answerOf(await stage.browser.submit({ fields: { ...email, password: PASSWORD } }));
  const { json } = await agent(stage.issuer).post('/oidc/token', {
    grant_type: 'authorization_code',
    client_id: 'phone',
    redirect_uri: 'com.example.phone:/callback',
    code,
    code_verifier: verifier,
  });
  keep(json);
}

async function codeOf({ issuer, browser }: Stage, extra: Record<string, string>): Promise<string | undefined> {
  return answerOf(await askFor(browser, issuer, 'phone', extra))['code'];
}

/** Whether one of our own processes still takes an ID token as a hint who signs out. */
async function hintIsTaken({ issuer, gatehouses }: Stage, jwt: string): Promise<boolean> {
  const query = new URLSearchParams({ id_token_hint: jwt, client_id: 'phone' }).toString();
  const answers = await Promise.all(gatehouses.map(({ port }) => agent(issuer, port).get(`/oidc/logout?${query}`)));
  return answers.some(({ status }) => status < 400);
}

/** Whether one of our own processes takes an access token of an API. */
async function isActive({ issuer, gatehouses }: Stage, token: string): Promise<boolean> {
  const asked = gatehouses.map(async ({ port }) => {
    const us = agent(issuer, port);
    const fields = { client_id: 'job', client_secret: SECRET, token };
    const told = await us.post('/oidc/introspect', fields);
    const person = await us.get('/oidc/userinfo', { authorization: `Bearer ${token}` });
    return told.json['active'] === true || person.status < 400;
  });
  return (await Promise.all(asked)).includes(true);
}
