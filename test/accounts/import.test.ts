import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportAccounts, importAccounts, readCsvLines, readJsonLines } from '../../src/accounts/index.ts';
import { postgresAccountStore } from '../../src/accounts/postgres_account_store.ts';
import type { FileRecord } from '../../src/accounts/transfer/file_record.ts';
import { hashesOf, putMany } from '../../src/passwords/index.ts';
import { testDatabase } from '../support/database.ts';
import { fullProfile } from './full_profile.ts';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$c29tZSBoYXNoIG9mIGEgcGFzc3dvcmQ';

type Test = Awaited<ReturnType<typeof testDatabase>>;

/** In pieces of a few bytes, as a slow pipe brings them. */
async function* pieces(content: string | Buffer, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  return Array.fromAsync(items);
}

async function importInto({ database }: Test, records: AsyncIterable<FileRecord>, dryRun = false) {
  const refused: [number, string][] = [];
  const counts = await importAccounts(
    { knex: database.knex, hashFault: (hash) => (hash === HASH ? undefined : 'is no hash'), keepHashes: putMany },
    records,
    { dryRun, refused: (line, reason) => refused.push([line, reason]), progress: () => {} },
  );
  return { ...counts, lines: refused };
}

const jsonLines = (...lines: unknown[]) => readJsonLines(pieces(lines.map((line) => JSON.stringify(line)).join('\n')));

async function exported({ database: { knex } }: Test, withHashes = true): Promise<string> {
  const pages = await all(exportAccounts({ knex, ...(withHashes && { hashesOf: (ids) => hashesOf(knex, ids) }) }));
  return pages.join('');
}

describe('the lines of a JSON lines file', () => {
  it('are read whatever ends them, with a byte order mark, blank lines and none at the end', async () => {
    const file = '\uFEFF{"a":1}\r\n\n  \r\n{"a":"ü"}\n{"a":3}';
    expect(await all(readJsonLines(pieces(file, 3)))).toEqual([
      { line: 1, ok: true, members: { a: 1 } },
      { line: 4, ok: true, members: { a: 'ü' } },
      { line: 5, ok: true, members: { a: 3 } },
    ]);
  });

  it('are told and left when they are no UTF-8, no object or far too long', async () => {
    const file = Buffer.concat([
      Buffer.from('[1]\n"a"\nnull\n{"a":\n'),
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]),
      Buffer.from(`{"a":"${'x'.repeat(10_000_000)}"}\n{"a":1}\n`),
    ]);
    const read = await all(readJsonLines(pieces(file, 65_536)));
    expect(read.map((record) => (record.ok ? 'read' : `${record.line} ${record.reason}`))).toEqual([
      ...[1, 2, 3, 4].map((line) => `${line} is no JSON object`),
      '5 is not UTF-8',
      '6 is longer than 1 MB',
      'read',
    ]);
  });
});

describe('the lines of a CSV file', () => {
  it('are read with a byte order mark, CRLF, quoted line breaks and cells of an address', async () => {
    const file =
      '\uFEFF"email",email_verified,name,groups,address.street_address\r\n' +
      'a@acme.example,true,"A ""the"" one",staff admins,"1 Road\r\nBack door"\r\n' +
      '\r\n' +
      'b@acme.example,FALSE,,,\r\n' +
      "c@acme.example,perhaps,=cmd|' /C calc'!A0,,\n";
    expect(await all(readCsvLines(pieces(file)))).toEqual([
      {
        line: 2,
        ok: true,
        members: {
          email: 'a@acme.example',
          email_verified: true,
          name: 'A "the" one',
          groups: ['staff', 'admins'],
          address: { street_address: '1 Road\r\nBack door' },
        },
      },
      { line: 5, ok: true, members: { email: 'b@acme.example', email_verified: false, name: '', groups: [] } },
      {
        line: 6,
        ok: true,
        members: { email: 'c@acme.example', email_verified: 'perhaps', name: "=cmd|' /C calc'!A0", groups: [] },
      },
    ]);
  });

  it('are told and left when they have other cells than the first line, or are no UTF-8', async () => {
    const file = Buffer.concat([
      Buffer.from('email,email_verified\na@acme.example\nb@acme.example,true,more\n'),
      Buffer.from([0xff, 0x2c, 0x31, 0x0a]),
      Buffer.from(`${'x'.repeat(10_000_000)},true\nc@acme.example,true\n`),
    ]);
    const read = await all(readCsvLines(pieces(file, 65_536)));
    expect(read.map((record) => (record.ok ? record.line : `${record.line} ${record.reason}`))).toEqual([
      '2 has 1 cells for 2 columns',
      '3 has 3 cells for 2 columns',
      '4 is not UTF-8',
      5,
      6,
    ]);
  });

  it.each([
    ['email;email_verified\n', 1, 'names columns that nobody knows: ["email;email_verified"]'],
    ['email,plan,identities\n', 1, 'names columns that nobody knows: ["plan","identities"]'],
    ['email,email\n', 1, 'names the column email twice'],
    ['email,name\na@acme.example,"open\nb@acme.example,x\n', 2, 'begins a record whose quotes stand wrong'],
    ['email,name\na@acme.example,"x"y\nb@acme.example,x\n', 2, 'begins a record whose quotes stand wrong'],
  ])('end where they can be understood no more: %j', async (file, line, reason) => {
    const read = await all(readCsvLines(pieces(file)));
    expect(read).toEqual([{ line, ok: false, reason: expect.stringContaining(reason) }]);
  });
});

describe('an import', () => {
  let test: Test;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.drop());

  it('makes accounts of an admin with all that a line says', async () => {
    const identity = { upstream_id: 'google', issuer: 'https://accounts.google.com', subject: '4711' };
    const line = {
      id: 'ada-1815',
      email: 'Ada@Acme.example',
      email_verified: true,
      password_hash: HASH,
      groups: ['staff', 'admins', 'staff'],
      ...fullProfile,
    };
    const sparse = { email: 'b@acme.example', email_verified: false, disabled: true, name: null, nickname: '' };
    const counts = await importInto(test, jsonLines({ ...line, identities: [identity] }, sparse));
    expect(counts).toEqual({ made: 2, unchanged: 0, refused: 0, lines: [] });
    const accounts = postgresAccountStore(test.database.knex);
    expect(await accounts.find('ada-1815')).toMatchObject({
      origin: 'admin',
      profile: fullProfile,
      groups: { own: ['admins', 'staff'], through: {} },
      locale: 'en',
      address: { canonical: 'ada@acme.example', stored: 'Ada@acme.example', verifiedAt: expect.any(Date) },
    });
    const second = await accounts.findByAddress('b@acme.example');
    expect(second).toMatchObject({ profile: {}, origin: 'admin', disabledAt: expect.any(Date) });
    expect(second?.id).toMatch(/^[\w-]{22}$/);
    expect(second?.address?.verifiedAt).toBeUndefined();
    expect(await test.database.knex('identities').select('account_id', 'subject', 'trust')).toEqual([
      { account_id: 'ada-1815', subject: '4711', trust: 'absent' },
    ]);
    expect(await hashesOf(test.database.knex, ['ada-1815'])).toEqual(new Map([['ada-1815', HASH]]));
  });

  it('changes nothing when the same file comes again', async () => {
    const lines = [
      { id: 'again', email: 'again@acme.example', email_verified: true, name: 'First' },
      { email: 'AGAIN2@acme.example', email_verified: true },
    ];
    expect(await importInto(test, jsonLines(...lines))).toMatchObject({ made: 2 });
    const changed = lines.map((line) => ({ ...line, name: 'Second', password_hash: HASH, disabled: true }));
    expect(await importInto(test, jsonLines(...changed))).toEqual({ made: 0, unchanged: 2, refused: 0, lines: [] });
    expect(await postgresAccountStore(test.database.knex).find('again')).toMatchObject({ profile: { name: 'First' } });
    expect(await hashesOf(test.database.knex, ['again'])).toEqual(new Map());
  });

  it('only says what it would do when that is all that is asked', async () => {
    const records = jsonLines({ email: 'dry@acme.example', email_verified: true }, { email: 'dry@acme.example' });
    expect(await importInto(test, records, true)).toMatchObject({ made: 1, unchanged: 0, refused: 1 });
    expect(await postgresAccountStore(test.database.knex).findByAddress('dry@acme.example')).toBeUndefined();
  });

  it('refuses what contradicts the file itself or the accounts that are there, and goes on', async () => {
    const store = postgresAccountStore(test.database.knex);
    const identity = { upstream_id: 'google', issuer: 'https://accounts.google.com', subject: 'taken' };
    await importInto(test, jsonLines({ id: 'buried', email: 'gone@acme.example', email_verified: true }));
    await store.bury('buried');
    const other = { upstream_id: 'partner', issuer: 'https://p.example', subject: 's' };
    const there = { id: 'there', email: 'there@acme.example', email_verified: true, identities: [identity] };
    await importInto(test, jsonLines(there));
    const verified = { email_verified: true };
    const counts = await importInto(
      test,
      jsonLines(
        { ...verified, id: 'buried', email: 'new1@acme.example' },
        { ...verified, id: 'there', email: 'new2@acme.example' },
        { ...verified, id: 'elsewhere', email: 'there@acme.example' },
        { ...verified, email: 'new3@acme.example', identities: [identity] },
        { ...verified, id: 'fresh', email: 'new4@acme.example', identities: [other] },
        { ...verified, email: 'NEW4@acme.example' },
        { ...verified, id: 'fresh', email: 'new5@acme.example' },
        { ...verified, email: 'new6@acme.example', identities: [other] },
        { ...verified, email: 'gone@acme.example' },
      ),
    );
    expect(counts).toMatchObject({ made: 2, unchanged: 0, refused: 7 });
    expect(new Map(counts.lines)).toEqual(
      new Map([
        [1, 'has the id of a deleted account'],
        [2, 'has the id of an account with another address'],
        [3, 'has the address of the account there, which has another id'],
        [4, 'has an identity of another account'],
        [6, 'has the address of line 5'],
        [7, 'has the id of line 5'],
        [8, 'has the identity of line 5'],
      ]),
    );
  });

  it.each<[object, string]>([
    [{}, 'has no email'],
    [{ email: '' }, 'has no email'],
    [{ email: 'not an address', email_verified: true }, 'has an email that is no plain address'],
    // Full-width letters: a look-alike of another address.
    [{ email: 'ａdmin@acme.example', email_verified: true }, 'has an email that is no plain address'],
    [{ email: ['a@acme.example'], email_verified: true }, 'has an email that is no plain address'],
    [{ email: 'x@acme.example' }, 'does not say email_verified'],
    [{ email: 'x@acme.example', email_verified: null }, 'does not say email_verified'],
    [{ email: 'x@acme.example', email_verified: 'true' }, 'email_verified must be true or false'],
    [{ email: 'x@acme.example', email_verified: true, disabled: 'no' }, 'disabled must be true or false'],
    [{ email: 'x@acme.example', email_verified: true, id: 'a b' }, 'id must be 1 to 64 letters, digits, - or _'],
    [{ email: 'x@acme.example', email_verified: true, id: 7 }, 'id must be 1 to 64 letters, digits, - or _'],
    [{ email: 'x@acme.example', email_verified: true, id: 'x'.repeat(65) }, 'id must be 1 to 64 letters'],
    [{ email: 'x@acme.example', email_verified: true, password_hash: 'hunter2' }, 'password_hash is no hash'],
    [{ email: 'x@acme.example', email_verified: true, nickame: 'x' }, 'has a member that nobody knows: "nickame"'],
    [{ email: 'x@acme.example', email_verified: true, birthdate: '1.1.1970' }, 'birthdate must be YYYY-MM-DD'],
    [{ email: 'x@acme.example', email_verified: true, name: 'x'.repeat(201) }, 'name must be a line of up to 200'],
    [{ email: 'x@acme.example', email_verified: true, address: { town: 'x', country: 'y' } }, 'address must be'],
    [{ email: 'x@acme.example', email_verified: true, identities: [{ upstream_id: 'google' }] }, 'identities must be'],
    [
      {
        email: 'x@acme.example',
        email_verified: true,
        identities: ['1', '2'].map((subject) => ({ upstream_id: 'google', issuer: 'https://i.example', subject })),
      },
      'identities must be',
    ],
  ])('refuses %j', async (line, reason) => {
    expect(await importInto(test, jsonLines(line))).toMatchObject({
      made: 0,
      refused: 1,
      lines: [[1, expect.stringContaining(reason)]],
    });
  });

  it('keeps a formula as the text that it is', async () => {
    const csv = 'email,email_verified,name\nformula@acme.example,true,"=HYPERLINK(""https://evil.example"")"\n';
    expect(await importInto(test, readCsvLines(pieces(csv)))).toMatchObject({ made: 1, refused: 0 });
    const account = await postgresAccountStore(test.database.knex).findByAddress('formula@acme.example');
    expect(account?.profile.name).toBe('=HYPERLINK("https://evil.example")');
  });

  it('exports, and the lines make the same accounts in an empty database', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => ({
      email: `many${index}@acme.example`,
      email_verified: index % 2 === 0,
      locale: index % 3 === 0 ? 'ko' : undefined,
      phone_number: index % 5 === 0 ? '+82212345678' : undefined,
    }));
    await importInto(test, jsonLines(...many));
    await test.database.knex('accounts').whereRaw(`id like 'a%'`).update({ locale: 'ko' });
    const lines = await exported(test);
    expect(lines.split('\n').length).toBeGreaterThan(1200);
    const empty = await testDatabase();
    const counts = await importInto(empty, readJsonLines(pieces(lines, 65_536)));
    expect(counts).toMatchObject({ unchanged: 0, refused: 0 });
    expect(await exported(empty)).toBe(lines);
    expect(await exported(empty, false)).not.toContain('password_hash');
    await empty.drop();
  });

  it('of two at once makes every account once', async () => {
    const lines = Array.from({ length: 800 }, (_, index) => ({
      email: `both${index}@acme.example`,
      email_verified: true,
    }));
    const counts = await Promise.all([
      importInto(test, jsonLines(...lines)),
      importInto(test, jsonLines(...lines.toReversed())),
    ]);
    expect(counts.reduce((sum, { made }) => sum + made, 0)).toBe(800);
    expect(counts.reduce((sum, { unchanged }) => sum + unchanged, 0)).toBe(800);
  });
});
