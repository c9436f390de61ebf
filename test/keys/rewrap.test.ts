import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sealedColumns } from '../../src/app/index.ts';
import { openKeyAdministration, openKeys } from '../../src/keys/index.ts';
import { createSealer } from '../../src/keys/sealer.ts';
import { testDatabase } from '../support/database.ts';
import { keySchedule } from '../support/key_schedule.ts';

const [old, young] = [randomBytes(32), randomBytes(32)];
const root = join(import.meta.dirname, '../..');
let test: Awaited<ReturnType<typeof testDatabase>>;

const administration = (encryptionKeys: Buffer[]) =>
  openKeyAdministration({
    database: test.database,
    encryptionKeys,
    schedule: keySchedule,
    record: async () => {},
    sealed: sealedColumns,
  });
const rewrap = (encryptionKeys = [young, old]) => administration(encryptionKeys).rewrap(() => {});
const columnOf = (all: Awaited<ReturnType<typeof rewrap>>, name: string) => all.find(({ table }) => table === name);

function mailOf(sealer: ReturnType<typeof createSealer>, id: string) {
  const at = new Date();
  const content = sealer.seal(`to ${id}`, `mail_outbox ${id}`);
  return { id, template: 'x', locale: 'en', content, created_at: at, due_at: at };
}

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

describe('encrypting anew', () => {
  const before = createSealer([old]);
  const after = createSealer([young]);

  it('leaves everything readable with the new key alone, as it was, and finds nothing the second time', async () => {
    const { knex } = test.database;
    const keys = await openKeys({
      database: test.database,
      encryptionKeys: [old],
      schedule: keySchedule,
      record: async () => {},
    });
    const mails = Array.from({ length: 450 }, (_, index) => mailOf(before, `mail ${index}`));
    await knex('mail_outbox').insert(mails);
    await knex('mail_outbox').insert({ ...mailOf(before, 'sent'), content: null, sent_at: new Date() });
    const token = before.seal('a token', 'upstream_tokens google https://a b');
    const of = { upstream_id: 'google', issuer: 'https://a', subject: 'b' };
    await knex('upstream_tokens').insert({ ...of, token, created_at: new Date(), due_at: new Date() });
    const whole = JSON.stringify(before.seal('{"x":1}', 'interactions i'));
    await knex('interactions').insert({ id: 'i', payload: whole });
    const state = before.seal('"a secret"', 'sessions s');
    await knex('sessions').insert({ id: 's', uid: 'u', payload: JSON.stringify({ state, loginTs: 1 }) });
    await knex('sessions').insert({ id: 't', uid: 'v', payload: JSON.stringify({ loginTs: 1 }) });

    const first = await rewrap();
    expect(columnOf(first, 'mail_outbox')).toMatchObject({ found: 450, done: 450, unreadable: 0 });
    expect(columnOf(first, 'sessions')).toMatchObject({ column: 'state', found: 1, done: 1 });
    expect((await rewrap()).filter(({ found }) => found > 0)).toEqual([]);

    const alone = await openKeys({
      database: test.database,
      encryptionKeys: [young],
      schedule: keySchedule,
      record: async () => {},
    });
    expect([alone.signingKeys(), alone.cookieKeys()]).toEqual([keys.signingKeys(), keys.cookieKeys()]);
    expect(alone.derive('forms')).toEqual(keys.derive('forms'));
    for (const { id, content } of await knex('mail_outbox').whereNotNull('content')) {
      expect(after.open(content, `mail_outbox ${id}`)).toBe(`to ${id}`);
    }
    const kept = await knex('upstream_tokens').first();
    expect(after.open(kept.token, 'upstream_tokens google https://a b')).toBe('a token');
    const { payload } = await knex('interactions').first();
    expect(after.open(payload, 'interactions i')).toBe('{"x":1}');
    const session = await knex('sessions').where({ id: 's' }).first();
    expect(session.payload.loginTs).toBe(1);
    expect(after.open(session.payload.state, 'sessions s')).toBe('"a secret"');
  });

  it('goes on where it was stopped, beside another one, and under who writes meanwhile', async () => {
    const { knex } = test.database;
    await knex('mail_outbox').delete();
    await knex('mail_outbox').insert(Array.from({ length: 900 }, (_, index) => mailOf(before, `m ${index}`)));
    const stopped = administration([young, old]).rewrap(() => {
      throw new Error('stopped');
    });
    await expect(stopped).rejects.toThrow('stopped');
    const writing = (async () => {
      for (let index = 0; index < 900; index += 9) {
        const id = `m ${index}`;
        const content = after.seal('written meanwhile', `mail_outbox ${id}`);
        await knex('mail_outbox').where({ id }).update({ content });
      }
    })();
    await Promise.all([rewrap(), rewrap(), writing]);
    expect((await rewrap()).filter(({ found }) => found > 0)).toEqual([]);
    const rows = await knex('mail_outbox');
    const opened = rows.map(({ id, content }) => after.open(content, `mail_outbox ${id}`));
    expect(opened.filter((text) => text === 'written meanwhile')).toHaveLength(100);
    expect(rows).toHaveLength(900);
  });

  it('leaves what it cannot open as it is, says so, and does the rest', async () => {
    const { knex } = test.database;
    await knex('mail_outbox').delete();
    const stranger = createSealer([randomBytes(32)]);
    const foreign = Array.from({ length: 250 }, (_, index) => mailOf(stranger, `a ${index}`));
    await knex('mail_outbox').insert([...foreign, mailOf(before, 'z')]);
    expect(columnOf(await rewrap(), 'mail_outbox')).toMatchObject({ found: 251, done: 1, unreadable: 250 });
    expect(after.open((await knex('mail_outbox').where({ id: 'z' }).first()).content, 'mail_outbox z')).toBe('to z');
  });
});

describe('the list of sealed columns', () => {
  it('has every column that a migration calls encrypted', () => {
    const folder = join(root, 'migrations');
    const encrypted = readdirSync(folder).flatMap((file) => {
      const blocks = readFileSync(join(folder, file), 'utf8').split('createTable(').slice(1);
      return blocks.flatMap((block) => {
        const [, table] = /^'(\w+)'/.exec(block) ?? [];
        return [...block.matchAll(/t\.text\('(\w+)'\).*\/\/ encrypted/g)].map(([, column]) => `${table}.${column}`);
      });
    });
    expect(encrypted.length).toBeGreaterThan(8);
    const declared = new Set(sealedColumns.map(({ table, column }) => `${table}.${column}`));
    expect(encrypted.filter((column) => !declared.has(column))).toEqual([]);
  });

  it('has nothing that is not in the database', async () => {
    const { rows } = await test.database.knex.raw<{ rows: { name: string }[] }>(
      `select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public'`,
    );
    const there = new Set(rows.map(({ name }) => name));
    const named = sealedColumns.flatMap(({ table, key, column }) => [...key, column].map((each) => `${table}.${each}`));
    expect(named.filter((name) => !there.has(name))).toEqual([]);
  });

  it('has something of every room that seals, but for what is in links and forms only', () => {
    const rooms = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    const roomOf = (path: string) => path.split('/')[0] ?? '';
    const texts = rooms.map((path) => ({ room: roomOf(path), text: readFileSync(join(root, 'src', path), 'utf8') }));
    const sealing = new Set(texts.filter(({ text }) => /sealer\.seal\(/.test(text)).map(({ room }) => room));
    const declaring = new Set(texts.filter(({ text }) => text.includes('const sealedColumns')).map(({ room }) => room));
    // The uid of a visit in its mailed links: when it cannot be opened any more, the link works all the same.
    expect([...sealing].filter((room) => !declaring.has(room))).toEqual(['sign_in']);
  });
});
