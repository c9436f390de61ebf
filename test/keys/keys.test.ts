import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openKeys, type Keys } from '../../src/keys/index.ts';
import { openDatabase, type Database } from '../../src/database/index.ts';
import { testDatabase } from '../support/database.ts';

const encryptionKeys = [randomBytes(32)];

describe('keys', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let database: Database;
  const events: { type: string }[] = [];
  const open = (keys = encryptionKeys, on = database): Promise<Keys> =>
    openKeys({ database: on, encryptionKeys: keys, record: async (event) => void events.push(event) });

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
    await expect(keys.check()).rejects.toThrow('is gone');
    await stored.clone().update({ retired_at: null, private_key: `${row.private_key}AA` });
    await expect(keys.check()).rejects.toMatchObject({ code: 'internal' });
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
    expect(keys.derive('forms')).not.toEqual(keys.derive('subjects'));
  });
});
