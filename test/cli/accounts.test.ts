import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { showProgress } from '../../src/cli/progress.ts';
import { openPasswords, passwordSettings } from '../../src/passwords/index.ts';
import { testDatabase } from '../support/database.ts';
import { worldWith, type World } from './world.ts';

const PASSWORD = 'a long enough password 42';
const PARTNER = `upstreams:
  - id: partner
    preset: oidc
    issuer: https://login.partner.example
    client_id: gatehouse
    client_secret: a-secret
    groups: { from: [id.groups], allow: [heads] }
`;

let world: World;
let test: Awaited<ReturnType<typeof testDatabase>>;

beforeAll(async () => {
  test = await testDatabase();
  world = worldWith(`issuer: http://localhost:3000\nmode: development\ndatabase: { url: "${test.url}" }\n${PARTNER}`);
});

afterAll(async () => {
  world.remove();
  await test.drop();
});

async function json(...argv: string[]): Promise<Record<string, unknown>> {
  const { out, err } = await world.run(...argv, '--json');
  if (out === '') throw new Error(err);
  return JSON.parse(out);
}

async function shown(wanted: string): Promise<Record<string, unknown>> {
  return (await json('accounts', 'show', wanted))['account'] as Record<string, unknown>; // what `show` prints
}

describe('accounts create', () => {
  it('makes an account of an admin, prints its id and says how its person gets in', async () => {
    const { code, out } = await world.run(
      'accounts',
      'create',
      'Mina@acme.example',
      '--name',
      'Mina Kim',
      '--locale',
      'ko',
    );
    const [id = '', advice] = out.split('\n');
    expect(code).toBe(0);
    expect(advice).toContain('"Forgot password?"');
    expect(advice).not.toContain('code');
    expect(await shown('mina@acme.example')).toMatchObject({
      id,
      origin: 'admin',
      profile: { name: 'Mina Kim', locale: 'ko' },
      locale: 'ko',
      address: { stored: 'Mina@acme.example' },
    });
    expect((await world.run('accounts', 'show', id)).out).toMatch(/state +unverified[\s\S]*accounts\.created/);
  });

  it('takes claims from a file, and a password from standard input that keeps to the rules', async () => {
    writeFileSync(join(world.cwd, 'claims.json'), '{ "nickname": "M", "address": { "country": "Korea" } }');
    const create = [
      'accounts',
      'create',
      'm2@acme.example',
      '--verified',
      '--claims',
      'claims.json',
      '--password-stdin',
    ];
    const short = await world.runAt({ typed: 'short\n' }, ...create);
    expect(short).toMatchObject({ code: 1, out: '', err: expect.stringContaining('15') });
    expect((await world.runAt({ typed: PASSWORD, isTTY: true }, ...create)).err).toContain('through a pipe');
    expect((await world.runAt({ typed: Buffer.from([0xff, 0xfe]) }, ...create)).err).toContain('no text');
    const made = await world.runAt({ typed: `${PASSWORD}\n` }, ...create, '--json');
    const { id } = JSON.parse(made.out) as { id: string }; // as asserted next
    expect(JSON.parse(made.out)).toEqual({ id: expect.any(String), address: 'm2@acme.example', verified: true });
    expect(await shown(id)).toMatchObject({ profile: { nickname: 'M', address: { country: 'Korea' } } });
    const settings = passwordSettings.parse({});
    const record = async () => {};
    const passwords = openPasswords({ database: test.database, settings, brand: () => '', record, fetch });
    expect(await passwords.verify(id, PASSWORD)).toBe(true);
  });

  it.each([
    [['nobody'], 'that is no plain address'],
    [['taken@acme.example'], 'the address has an account already'],
    [['x@acme.example', '--locale', 'korean please'], 'locale must be a language tag'],
    [['x@acme.example', '--claims', 'missing.json'], 'no such file'],
    [['x@acme.example', '--claims', 'gatehouse.yaml'], 'is no JSON object'],
    [['x@acme.example', '--claims', 'wrong.json'], 'has a member that nobody knows: "plan"'],
  ])('refuses %j', async (argv, reason) => {
    writeFileSync(join(world.cwd, 'wrong.json'), '{ "plan": "gold" }');
    await world.run('accounts', 'create', 'taken@acme.example');
    const { code, out, err } = await world.run('accounts', 'create', ...argv);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(reason);
  });
});

describe('accounts disable, enable and delete', () => {
  it('change the state once and say so, by id or address', async () => {
    const { id } = await json('accounts', 'create', 'switch@acme.example', '--verified');
    expect(await json('accounts', 'disable', 'switch@acme.example')).toEqual({ id, disabled: true, changed: true });
    expect((await world.run('accounts', 'disable', String(id))).out).toContain('was disabled already');
    expect((await world.run('accounts', 'list', '--state', 'disabled')).out).toContain(String(id));
    expect((await world.run('accounts', 'list', '--state', 'active')).out).not.toContain(String(id));
    expect(await json('accounts', 'enable', String(id))).toEqual({ id, disabled: false, changed: true });
    expect((await json('accounts', 'enable', String(id)))['changed']).toBe(false);
    const { events } = await json('accounts', 'show', String(id));
    expect((events as { type: string }[]).map(({ type }) => type)).toEqual([
      'accounts.enabled',
      'accounts.disabled',
      'accounts.created',
    ]);
    expect((await world.run('accounts', 'disable', 'nobody@acme.example')).code).toBe(1);
    expect(world.open()).toBe(0);
  });

  it('say of an account that waits to be deleted until when, and not that its person can sign in', async () => {
    const { id } = await json('accounts', 'create', 'waiting@acme.example', '--verified');
    const deleteAt = new Date('2030-01-02T03:04:05Z');
    await test.database.knex('accounts').where({ id }).update({ delete_at: deleteAt });
    expect((await world.run('accounts', 'show', String(id))).out).toMatch(/to be deleted +2030-01-02T03:04:05/);
    const { out } = await world.run('accounts', 'enable', String(id));
    expect(out).toContain('is to be deleted at 2030-01-02T03:04:05');
    expect(out).not.toContain('can sign in');
  });

  it('delete asks on a terminal, and elsewhere wants to be told', async () => {
    const { id } = await json('accounts', 'create', 'leaving@acme.example', '--verified');
    const remove = ['accounts', 'delete', 'leaving@acme.example'];
    expect(await world.run(...remove)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    const refused = await world.runAt({ typed: 'y\n', isTTY: true }, ...remove);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('nothing was deleted') });
    expect((await world.runAt({ isTTY: true }, ...remove)).code).toBe(1);
    expect((await shown(String(id)))['id']).toBe(id);
    const done = await world.runAt({ typed: 'yes\n', isTTY: true }, ...remove);
    expect(done).toMatchObject({ code: 0, out: `${String(id)} is deleted\n` });
    expect((await world.run('accounts', 'show', String(id))).code).toBe(1);
    const next = await json('accounts', 'create', 'leaving@acme.example');
    expect(next['id']).not.toBe(id);
    expect(await world.run('accounts', 'delete', String(next['id']), '--yes')).toMatchObject({ code: 0 });
  });

  it('change nothing while the keys do not open the database, and say why', async () => {
    await world.run('accounts', 'create', 'keys@acme.example');
    const other = worldWith(`issuer: http://localhost:3000\nmode: development\ndatabase: { url: "${test.url}" }\n`);
    const { code, err } = await other.run('accounts', 'disable', 'keys@acme.example');
    expect(code).toBe(1);
    expect(err).toContain('this database was encrypted with a key that is not configured');
    expect(other.open()).toBe(0);
    other.remove();
  });
});

describe('accounts groups', () => {
  it('gives and takes away, shows where each came from, and keeps an event', async () => {
    const { id } = await json('accounts', 'create', 'grouped@acme.example', '--verified');
    const groups = (...argv: string[]) => world.run('accounts', 'groups', 'grouped@acme.example', ...argv);
    expect((await groups()).out).toBe(`${String(id)}: no groups\n`);
    expect((await groups('--add', 'staff, admins', '--remove', 'nothing')).out).toContain('admins, staff');
    await test.database.knex('identities').insert({
      upstream_id: 'partner',
      issuer: 'https://login.partner.example',
      subject: '1',
      account_id: id,
      facts: JSON.stringify({ groups: ['heads', 'cooks'] }),
      trust: 'absent',
      created_at: new Date(),
      last_used_at: new Date(),
    });
    expect(JSON.parse((await groups('--remove', 'staff', '--json')).out)).toEqual({
      id,
      groups: [{ name: 'admins' }, { name: 'partner:heads', through: 'partner' }],
    });
    for (const wrong of ['two:words', 'x'.repeat(65)]) {
      expect(await groups('--add', wrong)).toMatchObject({
        code: 1,
        err: expect.stringContaining('nothing was changed'),
      });
    }
    expect((await world.run('accounts', 'list', '--group', 'partner:heads')).out).toMatch(
      /admins, partner:heads \(through partner\)/,
    );
    expect(JSON.parse((await world.run('accounts', 'list', '--group', 'staff', '--json')).out)).toEqual([]);
    expect((await shown(String(id)))['groups']).toHaveLength(2);
    expect((await world.run('accounts', 'show', String(id))).out).toMatch(/groups +admins, partner:heads/);
    expect((await world.run('accounts', 'show', String(id))).out).toMatch(/groups_changed .* removed=staff$/m);
    const { events } = await json('accounts', 'show', String(id));
    expect(events).toMatchObject([
      { type: 'accounts.groups_changed', detail: { added: '', removed: 'staff' } },
      { type: 'accounts.groups_changed', detail: { added: 'admins staff', removed: '' } },
      { type: 'accounts.created' },
    ]);
    const { out } = await world.run('accounts', 'export');
    expect(out).toContain('"groups":["admins"]');
    expect((await world.run('accounts', 'groups', 'nobody@acme.example')).code).toBe(1);
  });
});

describe('accounts list', () => {
  it('lists so many at most', async () => {
    const two = JSON.parse((await world.run('accounts', 'list', '--limit', '2', '--json')).out);
    expect(two).toHaveLength(2);
  });
});

describe('accounts import and export', () => {
  it('make what a file says, report each refused line, and end with 1 when there was one', async () => {
    const csv =
      'email,email_verified,name\nc1@acme.example,true,One\nc2@acme.example,,Two\nc3@acme.example,true,Three\n';
    writeFileSync(join(world.cwd, 'people.csv'), csv);
    const dry = await world.run('accounts', 'import', 'people.csv', '--dry-run');
    expect(dry).toMatchObject({ code: 1, out: '2 would be made, 0 unchanged, 1 refused\n' });
    const first = await world.run('accounts', 'import', 'people.csv');
    expect(first).toEqual({
      code: 1,
      out: '2 made, 0 unchanged, 1 refused\n',
      err: 'line 3 does not say email_verified\n',
    });
    const again = await world.run('accounts', 'import', 'people.csv', '--json');
    expect(again).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(again.out)).toEqual({
      made: 0,
      unchanged: 2,
      refused: 1,
      dry_run: false,
      refusals: [{ line: 3, reason: 'does not say email_verified' }],
    });
  });

  it('read standard input, and write a new file that only its owner reads', async () => {
    const typed = '{"id":"stdin-1","email":"stdin@acme.example","email_verified":true,"nickname":"S"}\n';
    const made = await world.runAt({ typed }, 'accounts', 'import', '-');
    expect(made).toMatchObject({ code: 0, out: '1 made, 0 unchanged, 0 refused\n' });
    const lines = (await world.run('accounts', 'export')).out;
    expect(lines).toContain(typed);
    const file = join(world.cwd, 'all.jsonl');
    expect((await world.run('accounts', 'export', '--output', 'all.jsonl', '--with-hashes')).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('"password_hash":"$argon2id$');
    expect(lines).not.toContain('password_hash');
    const over = await world.run('accounts', 'export', '--output', 'all.jsonl');
    expect(over).toMatchObject({ code: 1, err: expect.stringContaining('EEXIST') });
    const unchanged = await world.run('accounts', 'import', 'all.jsonl');
    expect(unchanged.out).toMatch(/^0 made, \d+ unchanged, 0 refused\n$/);
  });

  it('leave no file behind when the export fails, so that it can be tried again', async () => {
    const { knex } = test.database;
    await knex.schema.renameTable('identities', 'identities_away');
    const failed = await world.run('accounts', 'export', '--output', 'broken.jsonl');
    await knex.schema.renameTable('identities_away', 'identities');
    expect([failed.code, existsSync(join(world.cwd, 'broken.jsonl'))]).toEqual([1, false]);
    expect((await world.run('accounts', 'export', '--output', 'broken.jsonl')).code).toBe(0);
  });

  it('keep one event about an import, and none when nothing was to change', async () => {
    const count = async () => (await test.database.knex('events').where({ type: 'accounts.imported' })).length;
    const before = await count();
    await world.runAt({ typed: '' }, 'accounts', 'import', '-', '--dry-run');
    expect(await count()).toBe(before);
    expect(await world.runAt({ typed: '' }, 'accounts', 'import', '-')).toMatchObject({ code: 0 });
    expect(await count()).toBe(before + 1);
  });

  it.each([['missing.jsonl'], ['.']])('say why %s cannot be read', async (file) => {
    expect(existsSync(join(world.cwd, 'missing.jsonl'))).toBe(false);
    const { code, out, err } = await world.run('accounts', 'import', file);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/ENOENT|EISDIR/);
  });
});

describe('mail list', () => {
  it('lists what became of mails, and never to whom they go or what they say', async () => {
    const at = new Date('2026-01-01T00:00:00Z');
    const mail = { template: 'verify-email', locale: 'en', tries: 1, created_at: at, due_at: at };
    await test.database.knex('mail_outbox').insert([
      { ...mail, id: 'waits', content: 'sealed words' },
      { ...mail, id: 'went', sent_at: at },
      { ...mail, id: 'lost', failed_at: at, tries: 10, last_error: 'mailbox_unknown', reference: 'AAAAA-BBBBB' },
    ]);
    const { code, out } = await world.run('mail', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/waits +verify-email +waiting +1 /);
    expect(out).toMatch(/went +verify-email +sent +1 /);
    expect(out).toMatch(/lost +verify-email +failed +10 +mailbox_unknown .*AAAAA-BBBBB/);
    expect(out).not.toContain('sealed');
    const failed = JSON.parse((await world.run('mail', 'list', '--failed', '--json')).out);
    expect(failed).toEqual([
      {
        id: 'lost',
        template: 'verify-email',
        state: 'failed',
        tries: 10,
        lastError: 'mailbox_unknown',
        reference: 'AAAAA-BBBBB',
        queuedAt: at.toISOString(),
        at: at.toISOString(),
      },
    ]);
    expect(JSON.parse((await world.run('mail', 'list', '--limit', '1', '--json')).out)).toHaveLength(1);
  });
});

describe('progress', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  function shownOn(isTTY: boolean) {
    jest.useFakeTimers();
    const written: string[] = [];
    const out = { isTTY, write: (text: string) => written.push(text) };
    return { written, progress: showProgress(out, () => ({ share: 0.5, says: '7 made' })) };
  }

  it('is a line every two seconds where nobody sits at a terminal', () => {
    const { written, progress } = shownOn(false);
    jest.advanceTimersByTime(4100);
    progress.end();
    jest.advanceTimersByTime(4000);
    expect(written).toEqual(Array.from({ length: 2 }, () => `[${'#'.repeat(15)}${'.'.repeat(15)}]  50 %  7 made\n`));
  });

  it('is a bar on a terminal, which a line does not run into', () => {
    const { written, progress } = shownOn(true);
    progress.tell('line 3 is wrong');
    jest.advanceTimersByTime(110);
    progress.end();
    const clear = '\r\u001B[K';
    const bar = `${clear}[${'#'.repeat(15)}${'.'.repeat(15)}]  50 %  7 made`;
    expect(written).toEqual([bar, `${clear}line 3 is wrong\n`, bar, clear]);
  });
});

describe('accounts reset-second-step', () => {
  it('takes every second factor away, says so, and mails its person', async () => {
    const { id } = await json('accounts', 'create', 'lost@acme.example', '--verified');
    const { knex } = test.database;
    const at = new Date('2026-01-02T03:04:05Z');
    await knex('accounts').where({ id }).update({ second_step_at: at });
    await knex('totp_seeds').insert({ account_id: id, secret: 's', last_step: 1, created_at: at, last_used_at: at });
    await knex('recovery_codes').insert({ account_id: id, place: 0, code_hash: 'h', created_at: at });
    await knex('passkey_owners').insert({ account_id: id, user_handle: 'lost' });
    const key = { public_key: '', sign_count: 0, aaguid: '', transports: '[]', backup_eligible: true, backed_up: true };
    await knex('passkeys').insert({ credential_id: 'lost', account_id: id, created_at: at, ...key });
    const before = await world.run('accounts', 'show', 'lost@acme.example');
    expect(before.out).toMatch(/second step +at every sign-in\n.*app +added 2026-01-02[^\n]*\n.*codes +1\n/);
    expect(await json('accounts', 'reset-second-step', 'lost@acme.example')).toEqual({ id, second_step: false });
    const { second_factors: left, account } = await json('accounts', 'show', String(id));
    expect([left, account]).toEqual([{ recoveryCodes: 0 }, expect.objectContaining({ secondStep: false })]);
    expect(await knex('passkeys').where({ account_id: id })).toEqual([]);
    expect(await knex('mail_outbox').where({ template: 'second-step-off' })).toHaveLength(1);
    expect((await world.run('accounts', 'reset-second-step', 'nobody@acme.example')).code).toBe(1);
  });
});
