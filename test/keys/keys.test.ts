import { hkdfSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { openKeys, type Keys } from '../../src/keys/index.ts';
import { openDatabase, type Database } from '../../src/database/index.ts';
import { testDatabase } from '../support/database.ts';
import { keySchedule } from '../support/key_schedule.ts';

const encryptionKeys = [randomBytes(32)];

describe('keys', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let database: Database;
  const events: { type: string }[] = [];
  const open = (keys = encryptionKeys, on = database): Promise<Keys> =>
    openKeys({
      database: on,
      encryptionKeys: keys,
      schedule: keySchedule,
      record: async (event) => void events.push(event),
    });

  beforeAll(async () => {
    world = await testDatabase();
    database = world.database;
  });
  afterAll(() => world.drop());

  it('are the same for several processes that start at once over an empty database', async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const own = openDatabase({ url: world.url }, { poolSize: 2 });
        try {
          const keys = await open(encryptionKeys, own);
          return { signing: keys.signingKeys(), cookie: keys.cookieKeys() };
        } finally {
          await own.close();
        }
      }),
    );
    for (const other of others) expect(other).toEqual(others[0]);
    expect(events.filter((event) => event.type === 'keys.created')).toHaveLength(3);
  });

  it('offer RS256 of 2048 bits first and ES256 second, each with its own kid', async () => {
    const keys = (await open()).signingKeys();
    expect(keys.map((key) => [key.alg, key.kty, key.use])).toEqual([
      ['RS256', 'RSA', 'sig'],
      ['ES256', 'EC', 'sig'],
    ]);
    expect(Buffer.from(keys[0]?.n ?? '', 'base64url')).toHaveLength(256);
    expect(new Set(keys.map((key) => key.kid)).size).toBe(2);
  });

  it('are nowhere readable in the database', async () => {
    const keys = await open();
    const dump = JSON.stringify([await database.knex('signing_keys'), await database.knex('cookie_keys')]);
    for (const key of keys.signingKeys()) expect(dump).not.toContain(key.d);
    for (const key of keys.cookieKeys()) expect(dump).not.toContain(key);
  });

  it.each([
    ['the key of another row', (row: JWK, other: JWK) => ({ ...other, kid: row.kid })],
    ['a key of another kid', (row: JWK) => ({ ...row, kid: 'another' })],
    ['a public key', ({ d: _d, ...row }: JWK) => row],
    ['no key at all', () => 'nothing'],
  ])('keep Gatehouse from starting with %s, and say how to go on', async (_name, put) => {
    const { sealer } = await open();
    const rows = database.knex('signing_keys').where({ algorithm: 'ES256' });
    const { kid, private_key } = await rows.clone().first();
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const wrong = put(JSON.parse(sealer.open(private_key, `signing_keys ${kid}`)), {
      ...(await exportJWK(privateKey)),
      alg: 'ES256',
    });
    await rows.clone().update({ private_key: sealer.seal(JSON.stringify(wrong), `signing_keys ${kid}`) });
    await expect(open()).rejects.toThrow(`damaged: ./gatehouse keys retire ${kid} --now drops it and makes another`);
    await rows.clone().update({ private_key });
  });

  it('survive a new encryption key as long as the old one is still configured', async () => {
    const before = (await open()).signingKeys();
    expect((await open([randomBytes(32), ...encryptionKeys])).signingKeys()).toEqual(before);
    await expect(open([randomBytes(32)])).rejects.toThrow('encrypted with a key that is not configured');
  });

  it('are checked: it is noticed when one of them is gone, retired, or cannot be opened any more', async () => {
    const keys = await open();
    await keys.check();
    const stored = database.knex('signing_keys').where({ algorithm: 'ES256' });
    const row = await stored.clone().first();
    await stored.clone().update({ retired_at: new Date() });
    await expect(keys.check()).rejects.toThrow('no ES256 key signs');
    await stored.clone().update({ retired_at: null, private_key: `${row.private_key}AA` });
    await expect(keys.check()).rejects.toThrow(`the ES256 key ${row.kid} in the database is damaged`);
    await stored.clone().update({ private_key: row.private_key });
    await keys.check();
  });

  it('refuse an encryption key of another length', async () => {
    await expect(open([randomBytes(16)])).rejects.toThrow('32 bytes');
    await expect(open([])).rejects.toThrow('32 bytes');
  });

  it('seal for one context only, and notice a changed letter', async () => {
    const { sealer } = await open();
    const sealed = sealer.seal('a refresh token of an upstream', 'upstream google of account 1');
    expect(sealed).not.toContain('refresh');
    expect(sealer.open(sealed, 'upstream google of account 1')).toBe('a refresh token of an upstream');
    expect(() => sealer.open(sealed, 'upstream google of account 2')).toThrow('internal');
    for (const changed of [`${sealed.slice(0, -2)}AA`, sealed.slice(0, -8), sealed.replace('v1', 'v0'), '', 'v1..']) {
      expect(() => sealer.open(changed, 'upstream google of account 1')).toThrow('internal');
    }
  });

  it('never seal the same text twice into the same value', async () => {
    const { sealer } = await open();
    expect(sealer.seal('same', 'context')).not.toBe(sealer.seal('same', 'context'));
  });

  it('derive one key per purpose, always the same', async () => {
    const keys = await open();
    expect(keys.derive('forms')).toHaveLength(32);
    expect(keys.derive('forms')).toEqual((await open()).derive('forms'));
    expect(keys.derive('forms')).not.toEqual(keys.derive('rate limits'));
  });

  it('derive the same under another encryption key', async () => {
    const before = (await open()).derive('forms');
    expect((await open([randomBytes(32), ...encryptionKeys])).derive('forms')).toEqual(before);
  });

  it('derive in a database of an earlier release what was computed there from the encryption key', async () => {
    await database.knex('derived_secrets').delete();
    const computed = hkdfSync('sha256', encryptionKeys[0] ?? '', '', 'gatehouse derived forms', 32);
    expect((await open()).derive('forms')).toEqual(Buffer.from(computed));
    const fresh = await testDatabase();
    expect((await open(encryptionKeys, fresh.database)).derive('forms')).not.toEqual(Buffer.from(computed));
    await fresh.drop();
  });
});
