import { pbkdf2Sync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { fullProfile } from '../accounts/full_profile.ts';
import { commandBeside } from '../support/command_line.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signInLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

/** Everything that userinfo can say. */
const ALL = '?scope=openid+profile+email+address+phone';

let world: World;
let listener: Server;
/** Called with the next body that reaches the app's back channel. */
let hear: (body: string) => void = () => {};

beforeAll(async () => {
  listener = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => hear(body));
    request.on('end', () => response.end());
  });
  const port = await new Promise<number>((resolve) => {
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  world = await startWorld({ client: { backchannel_logout_uri: `http://127.0.0.1:${port}/backchannel` } });
  const password_hash = await hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
  const lines = [
    { id: 'full', email: 'full@example.com', email_verified: true, password_hash, ...fullProfile },
    { id: 'sparse', email: 'sparse@example.com', email_verified: true, password_hash },
    { id: 'unproven', email: 'unproven@example.com', email_verified: false, password_hash },
    ...['disabled', 'deleted'].map((id) => ({ id, email: `${id}@example.com`, email_verified: true, password_hash })),
  ];
  const typed = lines.map((line) => JSON.stringify(line)).join('\n');
  expectGood(await commandBeside(world, ['accounts', 'import', '-'], typed));
});
afterAll(async () => {
  await world.stop();
  listener.close();
});

function expectGood({ code, err }: { code: number; err: string }): void {
  if (code !== 0) throw new Error(err);
}

async function learned(email: string, query: string): Promise<Record<string, unknown>> {
  const page = await signInLocally(world, createBrowser(), email, query);
  const { userinfo } = JSON.parse(page.body) as { userinfo: Record<string, unknown> }; // what the app prints
  return userinfo;
}

describe('an imported account', () => {
  it('signs in with the password and the subject it had, and every claim is released by its scope', async () => {
    const times = { updated_at: expect.any(Number) };
    const email = { email: 'full@example.com', email_verified: true };
    expect(await learned('full@example.com', ALL)).toEqual({ sub: 'full', ...fullProfile, ...email, ...times });
    const { address, phone_number, phone_number_verified, ...profile } = fullProfile;
    expect(await learned('full@example.com', '?scope=openid+profile')).toEqual({ sub: 'full', ...profile, ...times });
    expect(await learned('full@example.com', '?scope=openid+address')).toEqual({ sub: 'full', address });
    const phone = { phone_number, phone_number_verified };
    expect(await learned('full@example.com', '?scope=openid+phone')).toEqual({ sub: 'full', ...phone });
    expect(await learned('full@example.com', '?scope=openid+email')).toEqual({ sub: 'full', ...email });
  });

  it('says nothing of what it does not know', async () => {
    expect(await learned('sparse@example.com', ALL)).toEqual({
      sub: 'sparse',
      email: 'sparse@example.com',
      email_verified: true,
      updated_at: expect.any(Number),
    });
  });

  it('proves its address by a code first when the file does not vouch for it', async () => {
    const browser = createBrowser();
    const page = await signInLocally(world, browser, 'unproven@example.com', ALL);
    expect(page.screen).toBe('check-email');
    expect(JSON.parse((await typeCode(world, browser, 'unproven@example.com')).body)).toMatchObject({
      userinfo: { sub: 'unproven', email_verified: true },
    });
  });
});

describe('a hash from elsewhere', () => {
  const django = pbkdf2Sync(PASSWORD, 'salt', 1000, 32, 'sha256').toString('base64');
  it.each([
    ['bcrypt', async () => bcrypt(PASSWORD, 4)],
    ['django', async () => `pbkdf2_sha256$1000$salt$${django}`],
  ])('of %s opens its account and is made anew', async (id, made) => {
    const line = { id, email: `${id}@example.com`, email_verified: true, password_hash: await made() };
    expectGood(await commandBeside(world, ['accounts', 'import', '-'], JSON.stringify(line)));
    expect(await learned(line.email, '')).toMatchObject({ sub: id });
    const rows = await world.query(`select password_hash from passwords where account_id = '${id}'`);
    expect(rows).toEqual([{ password_hash: expect.stringMatching(/^\$argon2id\$/) }]);
    expect(await learned(line.email, '')).toMatchObject({ sub: id });
  });

  it.each([
    ['plain text', 'hunter2', 'is of no kind that we can compare with'],
    ['cut off', '$argon2id$v=19$m=19456,t=2,p=1$c2', 'is damaged, or cut off'],
    [
      'too dear',
      '$argon2id$v=19$m=10485760,t=2,p=1$c29tZXNhbHQ$c29tZSBoYXNoIG9mIGEgcGFzc3dvcmQ',
      'would take too long',
    ],
  ])('is refused when it is %s', async (_, password_hash, reason) => {
    const line = { email: 'hashless@example.com', email_verified: true, password_hash };
    const { code, err } = await commandBeside(world, ['accounts', 'import', '-'], JSON.stringify(line));
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`line 1 password_hash ${reason}`) });
    expect(err).not.toContain(password_hash);
  });
});

async function signedIn(email: string): Promise<Browser> {
  const browser = createBrowser();
  expect(JSON.parse((await signInLocally(world, browser, email)).body)).toMatchObject({ refreshable: true });
  return browser;
}

async function hasEnded(browser: Browser): Promise<void> {
  expect((await browser.open(`${world.app.url}/refresh`)).body).toContain('invalid_grant');
  expect((await browser.open(`${world.app.url}/login`)).screen).toBe('login');
}

/** What the next logout token says that the app is sent. */
async function nextNotice(): Promise<unknown> {
  const body = await new Promise<string>((resolve) => (hear = resolve));
  const [, payload = ''] = new URLSearchParams(body).get('logout_token')?.split('.') ?? [];
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

describe('an admin at the command line, while the server runs', () => {
  it('disables an account: its sessions and tokens end and its apps are told; enabled again it signs in', async () => {
    const browser = await signedIn('disabled@example.com');
    const notice = nextNotice();
    expectGood(await commandBeside(world, ['accounts', 'disable', 'disabled@example.com']));
    expect(await notice).toMatchObject({ iss: world.gatehouse.issuer, sub: 'disabled', aud: 'app' });
    await hasEnded(browser);
    const refused = await signInLocally(world, createBrowser(), 'disabled@example.com');
    expect(refused).toMatchObject({ screen: 'error', error: 'account_disabled' });
    expectGood(await commandBeside(world, ['accounts', 'enable', 'disabled']));
    await signedIn('disabled@example.com');
  });

  it('deletes an account: all of it ends, and whoever has the address next is another subject (A20)', async () => {
    const browser = await signedIn('deleted@example.com');
    const notice = nextNotice();
    expectGood(await commandBeside(world, ['accounts', 'delete', 'deleted@example.com', '--yes']));
    expect(await notice).toMatchObject({ sub: 'deleted' });
    await hasEnded(browser);
    expect((await signInLocally(world, createBrowser(), 'deleted@example.com')).screen).toBe('login');
    const create = ['accounts', 'create', 'deleted@example.com', '--verified', '--password-stdin', '--json'];
    const { out } = await commandBeside(world, create, PASSWORD);
    const { id } = JSON.parse(out) as { id: string }; // what the command prints
    expect(id).not.toBe('deleted');
    expect(await learned('deleted@example.com', '')).toMatchObject({ sub: id });
  });
});
