import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Adapter } from 'oidc-provider';
import pg from 'pg';
import { openDatabase, type Database, type Step } from '../../src/database/index.ts';
import { openKeys, type Sealer } from '../../src/keys/index.ts';
import { adapterFactory } from '../../src/oidc/artifacts/adapter.ts';
import { guardedDatabase, unavailable } from '../../src/oidc/artifacts/guarded_database.ts';
import { models, type ModelName } from '../../src/oidc/artifacts/models.ts';
import { inRequestScope, takeBrought } from '../../src/oidc/artifacts/request_scope.ts';
import { toRow } from '../../src/oidc/artifacts/rows.ts';
import { allStores } from '../../src/oidc/artifacts/artifact_store.ts';
import { statementsOf } from '../../src/oidc/artifacts/statements.ts';
import { sweptArtifacts } from '../../src/oidc/sweep.ts';
import { secretToken, sha256 } from '../../src/kit/random.ts';
import { testDatabase } from '../support/database.ts';
import { layDatabaseLine } from '../support/database_line.ts';
import { keySchedule } from '../support/key_schedule.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { sweepRoom } from '../support/sweep.ts';

const CONSUMABLE = Object.entries(models).flatMap(([name, model]) => (model.consumable ? [name as ModelName] : []));
const OF_GRANT = [
  'AuthorizationCode',
  'AccessToken',
  'RefreshToken',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
] as const;
const EVERY = Object.entries(models).flatMap(([name, model]) => (model.once ? [] : [name as ModelName]));

/** Characters that make a row as long as the longest ones that our flows have left: 1060 to 1590 bytes. */
const LONGEST: Partial<Record<ModelName, number>> = {
  AuthorizationCode: 850,
  RefreshToken: 780,
  PushedAuthorizationRequest: 750,
  DeviceCode: 480,
  BackchannelAuthenticationRequest: 850,
};

/** How long each row is, in parts of the longest, which of them are redeemed, and how many at once. */
interface Redeeming {
  long(index: number): number;
  chosen: string;
  atOnce: number;
}
/** So that pages are full to their brim. */
const ofAnyLength = (index: number) => ((index * 7) % 64) / 63;
const longestOfEachPage = 'distinct on ((ctid::text::point)[0]) id';

describe('the artifact store', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let database: Database;
  let adapter: (name: string) => Adapter;
  let stores: ReturnType<typeof allStores>;
  let sealer: Sealer;
  const rest = {
    clients: { find: (id: string) => (id === 'wiki' ? { client_id: id } : undefined) },
    visitSeconds: 3600,
  };

  beforeAll(async () => {
    world = await testDatabase();
    database = world.database;
    const keys = await openKeys({
      database,
      encryptionKeys: [randomBytes(32)],
      schedule: keySchedule,
      record: async () => {},
    });
    sealer = keys.sealer;
    stores = allStores(database, sealer);
    adapter = adapterFactory({ stores, ...rest });
  });
  beforeEach(() => useRealClock());
  afterAll(() => world.drop());

  const payloadOf = (name: ModelName, id: string) => ({
    jti: id,
    kind: name,
    iat: 1,
    exp: 2,
    ...('grant_id' in models[name].columns ? { grantId: `grant-of-${id}` } : {}),
    ...(name === 'Session' ? { uid: `uid-of-${id}`, accountId: 'ada' } : {}),
  });

  describe.each(EVERY)('for %s', (name) => {
    it('finds what was saved, with the id put back', async () => {
      const id = secretToken();
      await adapter(name).upsert(id, payloadOf(name, id), 60);
      expect(await adapter(name).find(id)).toEqual(payloadOf(name, id));
      expect(await adapter(name).find(secretToken())).toBeUndefined();
    });

    it('replaces what is saved again, and removes what is destroyed', async () => {
      const id = secretToken();
      await adapter(name).upsert(id, payloadOf(name, id), 60);
      await adapter(name).upsert(id, { ...payloadOf(name, id), iat: 7 }, 60);
      expect(await adapter(name).find(id)).toMatchObject({ iat: 7 });
      await adapter(name).destroy(id);
      expect(await adapter(name).find(id)).toBeUndefined();
    });

    it('finds nothing that has expired by our clock, though it is still there', async () => {
      const id = secretToken();
      await adapter(name).upsert(id, payloadOf(name, id), 60);
      pass(3661);
      expect(await adapter(name).find(id)).toBeUndefined();
    });

    it('does not save again, within one request, what another has ended meanwhile', async () => {
      const id = secretToken();
      await adapter(name).upsert(id, payloadOf(name, id), 60);
      await inRequestScope(async () => {
        await adapter(name).find(id);
        await stores[name].destroy(id);
        await adapter(name).upsert(id, payloadOf(name, id), 60);
      });
      expect(await adapter(name).find(id)).toBeUndefined();
    });

    it('keeps no bearer id in the database', async () => {
      const id = secretToken();
      const payload = {
        ...payloadOf(name, id),
        ...(name === 'Grant' ? {} : { returnTo: `https://id.example/oidc/authorize/${id}` }),
      };
      if (name !== 'Interaction') delete (payload as { returnTo?: string }).returnTo;
      await adapter(name).upsert(
        id,
        { ...payload, session: { accountId: 'ada', uid: 'u', cookie: `cookie-${id}` } },
        60,
      );
      const dump = JSON.stringify(await database.knex(models[name].table).select('payload', 'id'));
      if (name !== 'Grant')
        expect(dump.replaceAll(`grant-of-${id}`, '').replaceAll(`uid-of-${id}`, '')).not.toContain(id);
      expect(dump).not.toContain(`cookie-${id}`);
    });
  });

  describe.each(CONSUMABLE)('for %s', (name) => {
    it('lets one of many parallel redemptions through', async () => {
      const id = secretToken();
      await adapter(name).upsert(id, payloadOf(name, id), 60);
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => adapter(name).consume(id)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected')
          expect((result.reason as Error).message).toMatch(/^invalid_(grant|request_uri)$/);
      }
    });

    it('keeps what was redeemed until it expires, so that reuse is seen', async () => {
      const id = secretToken();
      await adapter(name).upsert(id, payloadOf(name, id), 60);
      await adapter(name).consume(id);
      expect(await adapter(name).find(id)).toMatchObject({ consumed: expect.any(Number) });
    });

    it('refuses to redeem what is gone', async () => {
      await expect(adapter(name).consume(secretToken())).rejects.toThrow('invalid_');
    });
  });

  it.each(OF_GRANT)('ends every %s of a grant, and none of another', async (name) => {
    const [first, second] = [secretToken(), secretToken()];
    await adapter(name).upsert(first, payloadOf(name, first), 60);
    await adapter(name).upsert(second, payloadOf(name, second), 60);
    await adapter(name).revokeByGrantId(`grant-of-${first}`);
    expect(await adapter(name).find(first)).toBeUndefined();
    expect(await adapter(name).find(second)).toBeDefined();
  });

  it('finds a session by its uid, and moves it to its new id in one step', async () => {
    const [before, after] = [secretToken(), secretToken()];
    await adapter('Session').upsert(before, { ...payloadOf('Session', before), uid: 'one-session' }, 60);
    await inRequestScope(async () => {
      await adapter('Session').find(before);
      await adapter('Session').upsert(after, { jti: after, uid: 'one-session', accountId: 'ada' }, 60);
    });
    expect(await adapter('Session').find(before)).toBeUndefined();
    expect(await adapter('Session').find(after)).toMatchObject({ uid: 'one-session' });
    expect(await adapter('Session').findByUid('one-session')).toMatchObject({ accountId: 'ada' });
  });

  it('brings the grant and the session of a token along, once, and never one that the request itself has saved since', async () => {
    const [id, grant, session] = [secretToken(), secretToken(), secretToken()];
    const uid = `uid-of-${session}`;
    await adapter('Grant').upsert(grant, { accountId: 'ada', clientId: 'wiki' }, 60);
    await adapter('Session').upsert(session, payloadOf('Session', session), 60);
    await adapter('RefreshToken').upsert(id, { grantId: grant, sessionUid: uid, expiresWithSession: true }, 60);
    await inRequestScope(async () => {
      await adapter('RefreshToken').find(id);
      await stores.Grant.destroy(grant);
      await stores.Session.destroy(session);
      expect(await adapter('Grant').find(grant)).toMatchObject({ jti: grant, accountId: 'ada' });
      expect(await adapter('Session').findByUid(uid)).toMatchObject({ uid, accountId: 'ada' });
      expect(await adapter('Grant').find(grant)).toBeUndefined();
      expect(await adapter('Session').findByUid(uid)).toBeUndefined();
    });
    await adapter('Grant').upsert(grant, { accountId: 'ada', clientId: 'wiki' }, 60);
    await inRequestScope(async () => {
      await adapter('RefreshToken').find(id);
      await adapter('Grant').upsert(grant, { accountId: 'ada', clientId: 'wiki', rar: [] }, 60);
      expect(await adapter('Grant').find(grant)).toMatchObject({ rar: [] });
    });
    await adapter('RefreshToken').find(id);
    await stores.Grant.destroy(grant);
    expect(await adapter('Grant').find(grant)).toBeUndefined();
  });

  it('brings the grant of the client along with a session that several clients ask for at once', async () => {
    const id = secretToken();
    const grants = { wiki: secretToken(), shop: secretToken() };
    const authorizations = { wiki: { grantId: grants.wiki }, shop: { grantId: grants.shop } };
    for (const [clientId, grant] of Object.entries(grants)) await adapter('Grant').upsert(grant, { clientId }, 60);
    await adapter('Session').upsert(id, { ...payloadOf('Session', id), authorizations }, 60);
    const asked = Object.entries({ ...grants, other: undefined }).map(([clientId, grant]) =>
      inRequestScope(async () => {
        const session = await stores.Session.find(id, clientId);
        return [session?.authorizations, grant && takeBrought('grants', grant)?.clientId];
      }),
    );
    expect(await Promise.all([...asked, stores.Session.find(id)])).toMatchObject([
      [authorizations, 'wiki'],
      [authorizations, 'shop'],
      [authorizations, undefined],
      { authorizations },
    ]);
  });

  it('finds a device by what the person types, and saves it under its own id again', async () => {
    const id = secretToken();
    await adapter('DeviceCode').upsert(id, { ...payloadOf('DeviceCode', id), userCode: 'BCDFGHJK' }, 60);
    const found = await adapter('DeviceCode').findByUserCode('BCDFGHJK');
    expect(found).toMatchObject({ jti: id, userCode: 'BCDFGHJK' });
    await adapter('DeviceCode').upsert(id, { ...payloadOf('DeviceCode', id), accountId: 'ada' }, 60);
    expect(await adapter('DeviceCode').findByUserCode('BCDFGHJK')).toMatchObject({ accountId: 'ada' });
    expect(JSON.stringify(await database.knex('device_codes'))).not.toContain('BCDFGHJK');
  });

  it('accepts a proof once, also of many that come at the same time', async () => {
    const save = () =>
      adapter('ReplayDetection').upsert('a-hash-of-a-proof', { jti: 'a-hash-of-a-proof', iss: 'wiki' }, 60);
    const results = await Promise.allSettled(Array.from({ length: 10 }, save));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('reads clients from the registry and never writes them', async () => {
    expect(await adapter('Client').find('wiki')).toEqual({ client_id: 'wiki' });
    expect(await adapter('Client').find('other')).toBeUndefined();
    await expect(adapter('Client').upsert('x', {}, 1)).rejects.toThrow('config');
  });

  it('has no question for a model that its table cannot answer', async () => {
    const asked = [
      stores.Grant.findByUid('uid'),
      stores.Session.findByUserCode('BCDFGHJK'),
      stores.Session.consume('id'),
      stores.Interaction.revoke('grant'),
    ];
    for (const outcome of await Promise.allSettled(asked)) expect(outcome).toMatchObject({ reason: { code: '42703' } }); // undefined_column
  });

  it('takes many at once', async () => {
    const ids = Array.from({ length: 50 }, () => secretToken());
    await Promise.all(
      ids.map((id) => stores.RefreshToken.upsert({ id, payload: { jti: id, accountId: id }, expiresIn: 60 })),
    );
    const found = await Promise.all([...ids, 'none'].map((id) => stores.RefreshToken.find(id)));
    expect(found.map((payload) => payload?.accountId)).toEqual([...ids, undefined]);
    const consume = () => Promise.all(ids.map((id) => stores.RefreshToken.consume(id)));
    expect(await consume()).toEqual(ids.map(() => true));
    expect(await consume()).toEqual(ids.map(() => false));
  });

  it('answers 503 to everybody of a statement whose outcome nobody knows, and nothing is redeemed twice', async () => {
    const line = await layDatabaseLine(world.url);
    const through = openDatabase({ url: line.url });
    try {
      const broken = adapterFactory({ stores: allStores(guardedDatabase(through), sealer, unavailable), ...rest })(
        'RefreshToken',
      );
      const ids = Array.from({ length: 32 }, () => secretToken());
      await Promise.all(ids.map((id) => broken.upsert(id, { jti: id }, 60)));
      const consume = () => Promise.allSettled(ids.map((id) => broken.consume(id)));
      const consumed = () => database.knex('refresh_tokens').whereNotNull('consumed_at');
      const before = (await consumed()).length;
      line.slow(2000);
      const first = consume();
      // Committed, and the answer is still on its way.
      while ((await consumed()).length < before + ids.length) await Promise.resolve();
      await line.cut();
      for (const outcome of await first) expect(outcome).toMatchObject({ reason: { status: 503 } });
      line.slow(0);
      await line.restore();
      for (const outcome of await consume()) expect(outcome).toMatchObject({ reason: { message: 'invalid_grant' } });
    } finally {
      await through.close();
      await line.close();
    }
  });

  /** Redeems some of 64 rows: how many, and how many of them without a change of any index. */
  async function redeemed(name: ModelName, { long, chosen, atOnce }: Redeeming): Promise<{ all: number; hot: number }> {
    const client = new pg.Client(world.url);
    await client.connect();
    const run = ({ statement, values }: Step) => client.query({ ...statement, values });
    try {
      // Within one transaction nothing can be cleared away in between: what is counted lies with the room in the pages alone.
      await client.query('begin');
      const model = models[name];
      const { upsert, consume } = statementsOf(model);
      const made = Array.from({ length: 64 }, () => secretToken());
      const longer = (index: number) => '-'.repeat((LONGEST[name] ?? Infinity) * long(index));
      const payload = (id: string, index: number) => ({ ...payloadOf(name, id), scope: longer(index) });
      await run(upsert(made.map((id, index) => toRow(model, sealer, id, payload(id, index), 60))));
      const ids = made.map((id) => sha256(id));
      const query = `select ${chosen} from ${model.table} where id = any($1)
                     order by (ctid::text::point)[0], pg_column_size(payload) desc`;
      const wanted = (await client.query<{ id: string }>(query, [ids])).rows.map(({ id }) => id);
      for (let at = 0; at < wanted.length; at += atOnce) await run(consume(wanted.slice(at, at + atOnce)));
      const counted = await client.query<{ all: number; hot: number }>(
        `select pg_stat_get_xact_tuples_updated($1::regclass)::int as all,
           pg_stat_get_xact_tuples_hot_updated($1::regclass)::int as hot`,
        [model.table],
      );
      return counted.rows[0] ?? { all: 0, hot: 0 };
    } finally {
      await client.end();
    }
  }

  it.each(CONSUMABLE)('redeems a %s in the page where it lies: no index changes', async (name) => {
    // The others of its page are still there, and so is every version of them.
    const { all, hot } = await redeemed(name, { long: ofAnyLength, chosen: longestOfEachPage, atOnce: 1 });
    expect(all).toBeGreaterThan(5);
    expect(hot).toBe(all);
  });

  it.each(['AuthorizationCode', 'PushedAuthorizationRequest'] as const)(
    'does so with every %s of a moment, too, redeemed together',
    async (name) => {
      expect(await redeemed(name, { long: () => 1, chosen: 'id', atOnce: 32 })).toEqual({ all: 64, hot: 64 });
    },
  );

  it('sweeps what has expired and nothing else', async () => {
    const [dead, alive] = [secretToken(), secretToken()];
    await stores.AccessToken.upsert({ id: dead, payload: {}, expiresIn: -10 });
    await stores.AccessToken.upsert({ id: alive, payload: {}, expiresIn: 60 });
    expect(await sweepRoom(database, { sweeps: sweptArtifacts })).toBeGreaterThan(0);
    expect(await database.knex('access_tokens').where('expires_at', '<', new Date())).toEqual([]);
    expect(await adapter('AccessToken').find(alive)).toBeDefined();
    expect(await sweepRoom(database, { sweeps: sweptArtifacts })).toBe(0);
  });
});
