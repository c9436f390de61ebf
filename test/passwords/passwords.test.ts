import { hash as argon2 } from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../../src/database/index.ts';
import { describeHash, openPasswords, passwordSettings, putMany, type Passwords } from '../../src/passwords/index.ts';
import { argon2Maker } from '../../src/passwords/argon2_hash.ts';
import { accountId } from '../../src/kit/random.ts';
import { testDatabase } from '../support/database.ts';
import { FOREIGN_PASSWORD, foreignHashes, OF_DECOMPOSED, OF_SEVENTY_TWO } from './foreign_hashes.ts';

const GOOD = 'unkempt walnut harbour';

describe('passwords', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let passwords: Passwords;
  const events: string[] = [];
  const open = (database: Database, settings = {}) =>
    openPasswords({
      database,
      settings: passwordSettings.parse(settings),
      brand: () => 'Acme',
      record: async ({ type }) => void events.push(type),
      fetch,
    });
  beforeAll(async () => {
    world = await testDatabase();
    passwords = open(world.database);
  });
  afterAll(() => world.drop());

  async function accountWith(passwordHash?: string): Promise<string> {
    const id = accountId();
    const at = new Date();
    await world.database.knex('accounts').insert({ id, origin: 'signup', created_at: at, updated_at: at });
    if (passwordHash !== undefined) await passwords.set(world.database.knex, id, passwordHash);
    return id;
  }
  const storedOf = async (id: string): Promise<string> =>
    (await world.database.knex('passwords').where({ account_id: id }).first()).password_hash;

  it('know their own from any other', async () => {
    const id = await accountWith(await passwords.hash(GOOD));
    expect(await passwords.verify(id, GOOD)).toBe(true);
    for (const wrong of [`${GOOD} `, GOOD.toUpperCase(), GOOD.slice(0, -1), ''])
      expect(await passwords.verify(id, wrong)).toBe(false);
  });

  it('are wrong for an account without one, and for nobody', async () => {
    expect(await passwords.verify(await accountWith(), GOOD)).toBe(false);
    expect(await passwords.verify(undefined, GOOD)).toBe(false);
    expect(await passwords.verify('unknown', '')).toBe(false);
  });

  it('are kept as argon2id with a salt of their own', async () => {
    const [one, two] = [await passwords.hash(GOOD), await passwords.hash(GOOD)];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    const { decoy, isDated } = argon2Maker(passwordSettings.parse({}).argon2);
    const shape = (hash: string) => hash.split('$').map((part) => part.length);
    expect([shape(decoy()), describeHash(decoy()).ok, isDated(decoy())]).toEqual([shape(one), true, false]);
  });

  it('are the same composed and decomposed, and to the last of their characters (E15)', async () => {
    const korean = '우리집고양이는아침마다운다네요';
    const id = await accountWith(await passwords.hash(korean.normalize('NFC')));
    expect(await passwords.verify(id, korean.normalize('NFD'))).toBe(true);

    const long = await accountWith(await passwords.hash(`${'a'.repeat(72)}b`));
    expect(await passwords.verify(long, `${'a'.repeat(72)}b`)).toBe(true);
    expect(await passwords.verify(long, `${'a'.repeat(72)}c`)).toBe(false);

    const nul = await accountWith(await passwords.hash('before\0and-after-it'));
    expect(await passwords.verify(nul, 'before\0and-after-IT')).toBe(false);
    expect(await passwords.verify(nul, 'before\0and-after-it')).toBe(true);
  });

  it('that are too long are refused, whoever has the account', async () => {
    const id = await accountWith(await passwords.hash(GOOD));
    expect(await passwords.verify(id, 'x'.repeat(1_000_000))).toBe(false);
    expect(await passwords.verify(undefined, 'x'.repeat(129))).toBe(false);
    await expect(passwords.hash('x'.repeat(129))).rejects.toMatchObject({ code: 'too_large' });
  });

  it('replace what was set before, in the transaction they are set in', async () => {
    const id = await accountWith(await passwords.hash(GOOD));
    const other = await passwords.hash('another walnut harbour');
    const failing = world.database.knex.transaction(async (transaction) => {
      await passwords.set(transaction, id, other);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await passwords.verify(id, GOOD)).toBe(true);
    await passwords.set(world.database.knex, id, other);
    expect(await passwords.verify(id, GOOD)).toBe(false);
  });

  it('go with their account', async () => {
    const id = await accountWith(await passwords.hash(GOOD));
    expect(await passwords.has(id)).toBe(true);
    await world.database.knex('accounts').where({ id }).delete();
    expect(await passwords.has(id)).toBe(false);
  });

  it('made with other parameters still open the account, and are made anew at once', async () => {
    const dated = await argon2(GOOD, { memoryCost: 8192, timeCost: 3, parallelism: 2 });
    const id = await accountWith(dated);
    expect(await passwords.verify(id, 'wrong walnut harbour')).toBe(false);
    expect(await storedOf(id)).toBe(dated);
    expect(await passwords.verify(id, GOOD)).toBe(true);
    expect(await storedOf(id)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify(id, GOOD)).toBe(true);
  });

  it.each(foreignHashes)('of %s (%s) open the account and become argon2id at once', async (_tool, _kind, stored) => {
    const id = await accountWith(stored);
    expect(await passwords.verify(id, FOREIGN_PASSWORD.toUpperCase())).toBe(false);
    expect(await storedOf(id)).toBe(stored);
    expect(await passwords.verify(id, FOREIGN_PASSWORD)).toBe(true);
    expect(await storedOf(id)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.verify(id, FOREIGN_PASSWORD)).toBe(true);
  });

  it('that bcrypt cut off at 72 bytes are taken as it took them, and whole from then on', async () => {
    const id = await accountWith(OF_SEVENTY_TWO);
    const typed = `${'a'.repeat(72)} and its tail`;
    expect(await passwords.verify(id, typed.slice(1))).toBe(false);
    expect(await passwords.verify(id, typed)).toBe(true);
    expect(await passwords.verify(id, typed)).toBe(true);
    for (const other of [`${'a'.repeat(72)} and another`, 'a'.repeat(72)]) {
      expect(await passwords.verify(id, other)).toBe(false);
    }
  });

  it('that another system hashed as they were typed are found, and are the same in any form from then on', async () => {
    const id = await accountWith(OF_DECOMPOSED);
    expect(await passwords.verify(id, FOREIGN_PASSWORD.normalize('NFC'))).toBe(false);
    expect(await passwords.verify(id, FOREIGN_PASSWORD.normalize('NFD'))).toBe(true);
    expect(await passwords.verify(id, FOREIGN_PASSWORD.normalize('NFC'))).toBe(true);
  });

  it('changed while an old hash was being compared are not put back by its upgrade', async () => {
    const [, , slow] = foreignHashes[0] ?? ['', '', ''];
    const id = await accountWith(slow);
    const signingIn = passwords.verify(id, FOREIGN_PASSWORD);
    const other = await argon2('another walnut harbour');
    await passwords.set(world.database.knex, id, other);
    await signingIn;
    expect(await storedOf(id)).toBe(other);
  });

  it('of an import are written together, once, and never over one that is there', async () => {
    const ids = await Promise.all([accountWith(), accountWith(), accountWith(await passwords.hash(GOOD))]);
    const [, , passwordHash] = foreignHashes.find(([tool]) => tool === 'werkzeug pbkdf2') ?? ['', '', ''];
    const rows = ids.map((id) => ({ accountId: id, passwordHash }));
    expect(await putMany(world.database.knex, rows)).toBe(2);
    expect(await putMany(world.database.knex, rows)).toBe(0);
    expect(await putMany(world.database.knex, [])).toBe(0);
    expect(await passwords.verify(ids[0], FOREIGN_PASSWORD)).toBe(true);
    expect(await passwords.verify(ids[2], GOOD)).toBe(true);
    expect(await passwords.verify(ids[2], FOREIGN_PASSWORD)).toBe(false);
  });

  it.each([
    [
      'asks for ten gigabytes',
      '$argon2id$v=19$m=10485760,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b+dWRWJTmaaJObG',
    ],
    [
      'asks for a million passes',
      '$argon2id$v=19$m=19456,t=1000000,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b+dWRWJTmaaJObG',
    ],
    ['is cut off', '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNh'],
    ['is half a bcrypt', '$2b$10$abcdefghijklmnopqrstuv'],
    ['is of another kind', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['is empty', ''],
  ])('are wrong, cheaply and with an event, when the stored hash %s', async (_what, stored) => {
    const id = await accountWith(stored);
    events.length = 0;
    expect(await passwords.verify(id, GOOD)).toBe(false);
    expect(events).toEqual(['passwords.hash_unusable']);
  });

  it('are answered busy beyond a bounded queue, and the rest is answered right (H13)', async () => {
    // A cheap hash: what is looked at here is the queue.
    const id = await accountWith(await argon2(GOOD, { memoryCost: 1024, timeCost: 1 }));
    const isRight = (index: number) => index % 32 === 0;
    const flood = await Promise.allSettled(
      Array.from({ length: 600 }, (_, index) => passwords.verify(id, isRight(index) ? GOOD : `${GOOD}!`)),
    );
    const refused = flood.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(100);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'busy', status: 503, details: { retryAfter: expect.any(Number) } });
    for (const [index, result] of flood.entries()) {
      if (result.status === 'fulfilled') expect(result.value).toBe(isRight(index));
    }
    expect(await passwords.verify(id, GOOD)).toBe(true);
  });

  it('G2: cost a hash on every path, also where there is none to compare with', async () => {
    const cost = async (id: string | undefined) => {
      const before = process.cpuUsage();
      await passwords.verify(id, `${GOOD}!`);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const ids = [
      await accountWith(await passwords.hash(GOOD)),
      undefined,
      await accountWith(),
      await accountWith('$argon2id$no hash'),
    ];
    // In turns, and the least of each: what else the machine does makes one hash four times as dear as the next.
    const least = ids.map(() => Infinity);
    for (let round = 0; round < 6; round += 1)
      for (const [at, id] of ids.entries()) least[at] = Math.min(least[at] ?? 0, await cost(id));
    for (const figure of least) expect(figure).toBeGreaterThan(Math.max(...least) / 3);
  });

  it('leave the main thread free while they are computed', async () => {
    let turns = 0;
    let done = false;
    const hashing = passwords.hash(GOOD).then(() => (done = true));
    while (!done) {
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await hashing;
    expect(turns).toBeGreaterThan(5);
  });

  it('do not pass for right when the database is away', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:9/none' });
    await expect(open(away).verify('someone', GOOD)).rejects.toThrow('ECONNREFUSED');
    await away.close();
  });

  it('have settings with the defaults of the design, and refuse weak parameters', () => {
    expect(passwordSettings.parse({})).toEqual({ min_length: 15, argon2: { memory_kib: 19_456, passes: 2 } });
    expect(passwordSettings.parse({ breach_check: {} }).breach_check).toEqual({
      url: 'https://api.pwnedpasswords.com/range/',
      timeout: 1,
    });
    expect(passwordSettings.safeParse({ min_length: 4 }).success).toBe(false);
    expect(passwordSettings.safeParse({ argon2: { memory_kib: 1024 } }).success).toBe(false);
  });
});
