import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openDatabase, type Database } from '../../src/database/index.ts';
import { openKeyAdministration, openKeys, type KeyAdministration, type Keys } from '../../src/keys/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { testDatabase } from '../support/database.ts';
import { keySchedule } from '../support/key_schedule.ts';

const HOUR = 3600;
const DAY = 86_400;
const encryptionKeys = [randomBytes(32)];

interface World {
  database: Database;
  url: string;
  events: { type: string; detail: object }[];
  open(): Promise<Keys>;
  administration: KeyAdministration;
  drop(): Promise<void>;
}

async function startWorld(schedule = keySchedule): Promise<World> {
  const { database, url, drop } = await testDatabase();
  const events: World['events'] = [];
  const deps = {
    database,
    encryptionKeys,
    schedule,
    record: async (event: World['events'][number]) => void events.push(event),
  };
  return {
    database,
    url,
    events,
    open: () => openKeys(deps),
    administration: openKeyAdministration({ ...deps, sealed: [] }),
    drop,
  };
}

const kidsOf = (keys: Keys, algorithm = 'ES256') =>
  keys.signingKeys().flatMap(({ alg, kid }) => (alg === algorithm && kid !== undefined ? [kid] : []));

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterEach(useRealClock);
afterAll(() => world.drop());

describe('the life of a key', () => {
  it('goes by another schedule from the moment on that it counts, and is kept as long as that needs', async () => {
    const other = await startWorld({ ...keySchedule, rotateEvery: undefined });
    const keys = await other.open();
    pass(100 * DAY);
    await keys.look();
    expect(kidsOf(keys)).toHaveLength(1);
    const commit = await keys.prepare({ ...keySchedule, needed: { signing: 300 * DAY, cookie: 365 * DAY } });
    await keys.look();
    expect(kidsOf(keys)).toHaveLength(1);
    expect(await other.database.knex('signing_keys').min('needed_seconds as seconds').first()).toEqual({
      seconds: 300 * DAY,
    });
    commit();
    await keys.look();
    expect(kidsOf(keys)).toHaveLength(2);
    await other.drop();
  });

  it('is to be published, to sign, to verify only, and to go, each in its time', async () => {
    const keys = await world.open();
    const [first] = kidsOf(keys);
    pass(88 * DAY);
    await keys.look();
    expect(kidsOf(keys)).toEqual([first]);
    pass(DAY + HOUR);
    await keys.look();
    const [, next = ''] = kidsOf(keys);
    expect(kidsOf(keys)).toEqual([first, next]);
    pass(DAY - HOUR);
    await keys.look();
    expect(kidsOf(keys)).toEqual([first, next]);
    pass(2 * HOUR);
    await keys.look();
    expect(kidsOf(keys)).toEqual([next, first]);
    pass(30 * DAY);
    await keys.look();
    expect(kidsOf(keys)).toEqual([next, first]);
    pass(3 * HOUR);
    await keys.look();
    expect(kidsOf(keys)).toEqual([next]);
    const states = (await world.administration.list()).filter(({ kind }) => kind === 'ES256');
    expect(states.map(({ id, state }) => [id, state])).toEqual([
      [next, 'signing'],
      [first, 'gone'],
    ]);
    const told = world.events.filter(({ detail }) => JSON.stringify(detail).includes('ES256')).map(({ type }) => type);
    expect(told).toEqual(['keys.created', 'keys.published', 'keys.signing', 'keys.retired']);
  });

  it('is not over for cookie keys as long as a cookie lasts', async () => {
    const keys = await world.open();
    await world.administration.rotate(['cookie']);
    pass(DAY);
    const [before] = keys.cookieKeys();
    await keys.look();
    expect(keys.cookieKeys()[0]).not.toBe(before);
    pass(300 * DAY);
    await keys.look();
    expect(keys.cookieKeys()).toContain(before);
  });

  it('leaves nothing secret of a key that is gone', async () => {
    const gone = await world.database.knex('signing_keys').whereNotNull('retired_at').select('private_key');
    expect(gone.length).toBeGreaterThan(0);
    expect(new Set(gone.map((row: { private_key: string }) => row.private_key))).toEqual(new Set(['']));
  });

  it('goes on in one process of many', async () => {
    const own = await startWorld();
    const others = await Promise.all([own.open(), own.open(), own.open()]);
    pass(89 * DAY + HOUR);
    await Promise.all(others.map((keys) => keys.look()));
    expect(own.events.filter(({ type }) => type === 'keys.published')).toHaveLength(3);
    for (const keys of others) await keys.look();
    expect(new Set(others.map((keys) => JSON.stringify([keys.signingKeys(), keys.cookieKeys()]))).size).toBe(1);
    await own.drop();
  });

  it('is longer where tokens live longer than when the key was made, and never shorter', async () => {
    const longer = await startWorld({ ...keySchedule, needed: { signing: 60 * DAY, cookie: 365 * DAY } });
    await longer.open();
    const deps = { database: longer.database, encryptionKeys, record: async () => {} };
    const keys = await openKeys({ ...deps, schedule: keySchedule });
    const [old = ''] = kidsOf(keys);
    await longer.administration.retire(old, { now: false });
    await longer.administration.rotate(['ES256']);
    pass(DAY);
    await keys.look();
    pass(59 * DAY);
    await keys.look();
    expect(kidsOf(keys)).toContain(old);
    await longer.drop();
  });

  it('does not go on by itself where the configuration says never', async () => {
    const still = await startWorld({ ...keySchedule, rotateEvery: undefined });
    const keys = await still.open();
    const before = keys.signingKeys();
    pass(5 * 365 * DAY);
    await keys.look();
    expect(keys.signingKeys()).toEqual(before);
    await still.drop();
  });

  it('is neither ended nor begun anew by a clock that steps by an hour', async () => {
    const own = await startWorld();
    const keys = await own.open();
    await own.administration.rotate(['ES256']);
    pass(DAY);
    await keys.look();
    const [signs, before = ''] = kidsOf(keys);
    pass(-HOUR);
    await keys.look();
    // Not the one before again.
    expect(kidsOf(keys)).toEqual([signs, before]);
    // It ended by a clock that ran an hour behind, and is looked at by one that runs an hour ahead.
    await own.database
      .knex('signing_keys')
      .where({ kid: before })
      .update({ ended_at: new Date(Date.now() - HOUR * 1000) });
    pass(30 * DAY + HOUR - 1);
    await keys.look();
    expect(kidsOf(keys)).toEqual([signs, before]);
    pass(2 * HOUR);
    await keys.look();
    expect(kidsOf(keys)[0]).toBe(signs);
    expect(kidsOf(keys)).not.toContain(before);
    pass(-3 * HOUR);
    await keys.look();
    expect(kidsOf(keys)).not.toContain(before);
    await own.drop();
  });
});

describe('a key that is retired by command', () => {
  it('is refused while it signs, while what it signed is around, and twice', async () => {
    const own = await startWorld();
    const keys = await own.open();
    const [old = ''] = kidsOf(keys);
    const gently = (id: string) => own.administration.retire(id, { now: false });
    expect(await gently(old)).toEqual({ ok: false, reason: 'signs' });
    expect(await gently('nothing')).toEqual({ ok: false, reason: 'unknown' });
    await own.administration.rotate(['ES256']);
    pass(DAY);
    await keys.look();
    expect(await gently(old)).toMatchObject({ ok: false, reason: 'needed' });
    pass(31 * DAY);
    expect(await gently(old)).toEqual({ ok: true, kind: 'ES256' });
    expect(await gently(old)).toEqual({ ok: false, reason: 'gone' });
    await own.drop();
  });

  it('is gone at once with --now, and another one signs at once', async () => {
    const own = await startWorld();
    const keys = await own.open();
    for (const kind of ['RS256', 'ES256', 'cookie'] as const) {
      const old = (await own.administration.list()).find((key) => key.kind === kind && key.state === 'signing');
      const dropped = await own.administration.retire(old?.id ?? '', { now: true });
      expect(dropped).toMatchObject({ ok: true, kind });
      await keys.look();
      const now = (await own.administration.list()).filter((key) => key.kind === kind && key.state !== 'gone');
      expect(now).toEqual([expect.objectContaining({ state: 'signing', id: dropped.ok ? dropped.signs : '' })]);
    }
    await own.drop();
  });

  it('can be one that cannot be opened any more', async () => {
    const own = await startWorld();
    await own.open();
    const [damaged] = await own.database.knex('signing_keys').where({ algorithm: 'RS256' });
    await own.database
      .knex('signing_keys')
      .where({ kid: damaged.kid })
      .update({ private_key: `${damaged.private_key}AA` });
    await expect(own.open()).rejects.toThrow(`./gatehouse keys retire ${damaged.kid} --now`);
    expect(await own.administration.retire(damaged.kid, { now: true })).toMatchObject({ ok: true });
    expect(kidsOf(await own.open(), 'RS256')).toHaveLength(1);
    await own.drop();
  });

  it('is of one purpose: what was derived for it is another after the next start', async () => {
    const before = (await world.open()).derive('forms');
    expect(await world.administration.retire('forms', { now: false })).toEqual({ ok: false, reason: 'signs' });
    expect(await world.administration.retire('forms', { now: true })).toEqual({ ok: true, kind: 'derived' });
    expect((await world.open()).derive('forms')).not.toEqual(before);
  });
});

describe('whatever is done to keys, in whatever order', () => {
  /** What signs now has signed a token of an hour, by every kind. */
  interface Token {
    kid: string;
    until: number;
  }
  const moves = fc.array(
    fc.record({
      move: fc.constantFrom('rotate', 'retire', 'drop', 'nothing'),
      which: fc.nat(9),
      // An hour back, up to a day, and up to three months.
      hours: fc.oneof(fc.constant(-1), fc.nat(30), fc.nat(24 * 95)),
      looks: fc.boolean(),
    }),
    { minLength: 4, maxLength: 10 },
  );

  it('one key of a kind signs, and what has not expired verifies unless its key was dropped', async () => {
    const own = await startWorld();
    const keys = await own.open();
    const other = await own.open();
    const tokens: Token[] = [];
    const dropped = new Set<string>();
    const kidsIn = (ring: Keys) => new Set(ring.signingKeys().map(({ kid }) => kid ?? ''));
    const property = fc.asyncProperty(moves, async (sequence) => {
      for (const { move, which, hours, looks } of sequence) {
        pass(hours * HOUR);
        const there = (await own.administration.list()).filter(({ state }) => state !== 'gone');
        const { id = '' } = there[which % there.length] ?? {};
        if (move === 'rotate') await own.administration.rotate(['ES256', 'cookie']);
        if (move === 'retire') await own.administration.retire(id, { now: false });
        if (move === 'drop' && which < 3) {
          await own.administration.retire(id, { now: true });
          dropped.add(id);
        }
        if (looks) await other.look();
        await keys.look();
        for (const kind of ['RS256', 'ES256', 'cookie']) {
          const listed = (await own.administration.list()).filter((key) => key.kind === kind);
          expect([kind, listed.filter(({ state }) => state === 'signing').length]).toEqual([kind, 1]);
        }
        const known = kidsIn(keys);
        const live = tokens.filter(({ kid, until }) => until > Date.now() && !dropped.has(kid));
        expect(live.filter(({ kid }) => !known.has(kid))).toEqual([]);
        expect([...known].filter((kid) => dropped.has(kid))).toEqual([]);
        // Also by a process that has not looked for a while: it may sign with a key that has ended meanwhile.
        for (const ring of [keys, other]) {
          for (const kid of [kidsOf(ring)[0], kidsOf(ring, 'RS256')[0]])
            if (kid !== undefined && known.has(kid)) tokens.push({ kid, until: Date.now() + 3_600_000 });
        }
        await other.look();
      }
    });
    await fc.assert(property, { numRuns: 12, endOnFailure: true });
    expect(dropped.size).toBeGreaterThan(0);
    await own.drop();
  });
});

describe('another process', () => {
  it('takes a change within five seconds, and is told of it once', async () => {
    const own = await startWorld();
    const theirs = openDatabase({ url: own.url }, { poolSize: 2 });
    const keys = await openKeys({ database: theirs, encryptionKeys, schedule: keySchedule, record: async () => {} });
    const changes: string[] = [];
    let told = () => {};
    const changed = new Promise<void>((resolve) => (told = resolve));
    keys.start({
      changed() {
        changes.push(kidsOf(keys)[0] ?? '');
        told();
      },
      failed: () => {},
    });
    const dropped = await own.administration.retire(kidsOf(keys)[0] ?? '', { now: true });
    const began = process.hrtime.bigint();
    await changed;
    expect(Number(process.hrtime.bigint() - began) / 1e9).toBeLessThan(5);
    expect(changes).toEqual([dropped.ok ? dropped.signs : '']);
    await keys.stop();
    await theirs.close();
    await own.drop();
  });

  it('keeps the keys it has when the new ones cannot be opened', async () => {
    const own = await startWorld();
    const keys = await own.open();
    const before = keys.signingKeys();
    const elsewhere = openKeyAdministration({
      database: own.database,
      encryptionKeys: [randomBytes(32), ...encryptionKeys],
      schedule: keySchedule,
      record: async () => {},
      sealed: [],
    });
    await elsewhere.rotate(['ES256']);
    await expect(keys.look()).rejects.toThrow('a key that is not configured');
    await expect(keys.check()).rejects.toThrow('a key that is not configured');
    expect(keys.signingKeys()).toEqual(before);
    await own.drop();
  });
});
