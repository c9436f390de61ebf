import type { AdapterPayload } from 'oidc-provider';
import type { Database, Statement, Step } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { now } from '../../kit/clock.ts';
import { sha256 } from '../../kit/random.ts';
import { modelEntries, type ArtifactModel, type ModelName } from './models.ts';
import { fromRow, storedId, toRow, type StoredRow } from './rows.ts';
import { statementsOf, type Statements } from './statements.ts';

/** One artifact to save. */
interface Artifact {
  id: string;
  payload: AdapterPayload;
  /** Seconds; absent: it never expires. */
  expiresIn?: number;
}

/**
 * Where one model lives. Takes many at once, so that what concurrent requests ask can be put into one statement. What has
 * expired by our clock is never found. Rejects as the database does.
 */
export interface ModelStore {
  /** What was found, by id. */
  find(ids: string[]): Promise<Map<string, AdapterPayload>>;
  findByUid(uid: string): Promise<AdapterPayload | undefined>;
  findByUserCode(code: string): Promise<AdapterPayload | undefined>;
  /** Saves, whether or not it is there yet. */
  upsert(artifacts: Artifact[]): Promise<void>;
  /** Saves what is still there, and nothing else: what was ended meanwhile stays ended. Returns how many were. */
  renew(artifacts: Artifact[]): Promise<number>;
  /** Saves what is not yet there and returns how many that were. */
  insert(artifacts: Artifact[]): Promise<number>;
  /** Marks as redeemed and returns the ids for which this very call did it. */
  consume(ids: string[]): Promise<string[]>;
  destroy(ids: string[]): Promise<void>;
  /** The same, as steps of what is written together. `taking` deletes what must still be there. */
  steps: { upserting(artifact: Artifact): Step; renewing(artifact: Artifact): Step; taking(id: string): Step };
  /** Ends everything of these grants; with a session, only what was issued in it and can be searched for it. */
  revoke(grantIds: string[], sessionUid?: string): Promise<void>;
}

interface Source {
  model: ArtifactModel;
  sql: Statements;
  database: Database;
  sealer: Sealer;
}

/** The stores of all models, over one database. */
export function allStores(database: Database, sealer: Sealer): Record<ModelName, ModelStore> {
  const entries = modelEntries.map(([name, model]) => {
    const source = { model, sql: statementsOf(model), database, sealer };
    return [name, { ...finding(source), ...saving(source), ...ending(source) }];
  });
  // Object.fromEntries forgets the names.
  return Object.fromEntries(entries) as Record<ModelName, ModelStore>;
}

function finding({ model, sql, database, sealer }: Source): Pick<ModelStore, 'find' | 'findByUid' | 'findByUserCode'> {
  const one = async (statement: Statement | undefined, value: string, restored: AdapterPayload) => {
    const { rows } = await database.run<StoredRow>(known(statement, model), [value, now()]);
    return rows[0] && fromRow(model, sealer, rows[0], restored);
  };
  return {
    async find(ids) {
      const byStored = new Map(ids.map((id) => [storedId(model, id), id]));
      const { rows } = await database.run<StoredRow>(sql.find, [[...byStored.keys()], now()]);
      return new Map(
        rows.map((row) => {
          const id = byStored.get(row.id) ?? row.id;
          return [id, fromRow(model, sealer, row, { jti: id })];
        }),
      );
    },
    findByUid: (uid) => one(sql.findByUid, uid, {}),
    findByUserCode: (userCode) => one(sql.findByUserCode, sha256(userCode), { userCode }),
  };
}

function saving({ model, sql, database, sealer }: Source): Pick<ModelStore, 'upsert' | 'renew' | 'insert' | 'steps'> {
  const step = (statement: Statement, artifacts: Artifact[]): Step => {
    const rows = artifacts.map(({ id, payload, expiresIn }) => toRow(model, sealer, id, payload, expiresIn));
    const columns = Object.keys(model.columns).map((_, index) => rows.map((row) => row.columns[index] ?? null));
    const own = [rows.map((row) => row.id), rows.map((row) => row.payload), rows.map((row) => row.expiresAt)];
    return { statement, values: [...own, ...columns] };
  };
  const write = async (statement: Statement, artifacts: Artifact[]): Promise<number> =>
    (await database.run(statement, step(statement, artifacts).values)).rowCount;
  return {
    upsert: async (artifacts) => void (await write(sql.upsert, artifacts)),
    renew: (artifacts) => write(sql.renew, artifacts),
    insert: (artifacts) => write(sql.insert, artifacts),
    steps: {
      upserting: (artifact) => step(sql.upsert, [artifact]),
      renewing: (artifact) => step(sql.renew, [artifact]),
      taking: (id) => ({ statement: sql.destroy, values: [[storedId(model, id)]], decisive: true }),
    },
  };
}

function ending({ model, sql, database }: Source): Pick<ModelStore, 'consume' | 'destroy' | 'revoke'> {
  return {
    async consume(ids) {
      const byStored = new Map(ids.map((id) => [storedId(model, id), id]));
      const values = [[...byStored.keys()], now()];
      const { rows } = await database.run<{ id: string }>(known(sql.consume, model), values);
      return rows.map((row) => byStored.get(row.id) ?? row.id);
    },
    async destroy(ids) {
      await database.run(sql.destroy, [ids.map((id) => storedId(model, id))]);
    },
    async revoke(grantIds, sessionUid) {
      if (sessionUid === undefined) await database.run(known(sql.revoke, model), [grantIds]);
      else if (sql.revokeOfSession) await database.run(sql.revokeOfSession, [grantIds, sessionUid]);
    },
  };
}

function known(statement: Statement | undefined, { table }: ArtifactModel): Statement {
  if (!statement) throw new TypeError(`the library asks of ${table} what its model does not offer`);
  return statement;
}
