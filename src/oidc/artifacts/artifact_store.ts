import type { AdapterPayload } from 'oidc-provider';
import type { Database } from '../../database/index.ts';
import { now } from '../../kit/clock.ts';
import { sha256 } from '../../kit/random.ts';
import { models, type ArtifactModel, type ModelName } from './models.ts';
import { fromRow, storedId, toRow, type Sealer, type StoredRow } from './rows.ts';
import { statements, type Statements } from './statements.ts';

/** One artifact to save. */
export interface Artifact {
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
  /** Ends everything of these grants; with a session, only what was issued in it. */
  revoke(grantIds: string[], sessionUid?: string): Promise<void>;
}

/** Opens the store of one model. */
export function modelStore(name: ModelName, database: Database, sealer: Sealer): ModelStore {
  const model: ArtifactModel = models[name];
  const sql = statements[name];
  const write = async (statement: Statements['upsert'], artifacts: Artifact[]): Promise<number> => {
    const rows = artifacts.map(({ id, payload, expiresIn }) => toRow(model, sealer, id, payload, expiresIn));
    const columns = Object.keys(model.columns).map((_, index) => rows.map((row) => row.columns[index] ?? null));
    const values = [
      rows.map((row) => row.id),
      rows.map((row) => row.payload),
      rows.map((row) => row.expiresAt),
      ...columns,
    ];
    return (await database.run(statement, values)).rowCount;
  };
  const one = async (statement: Statements['find'], value: string, restored: AdapterPayload) => {
    const { rows } = await database.run<StoredRow>(statement, [value, now()]);
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
    upsert: async (artifacts) => void (await write(sql.upsert, artifacts)),
    renew: (artifacts) => write(sql.renew, artifacts),
    insert: (artifacts) => write(sql.insert, artifacts),
    async consume(ids) {
      const byStored = new Map(ids.map((id) => [storedId(model, id), id]));
      const { rows } = await database.run<{ id: string }>(sql.consume, [[...byStored.keys()], now()]);
      return rows.map((row) => byStored.get(row.id) ?? row.id);
    },
    async destroy(ids) {
      await database.run(sql.destroy, [ids.map((id) => storedId(model, id))]);
    },
    async revoke(grantIds, sessionUid) {
      // A sealed payload cannot be searched; such requests in flight end with their grant anyway.
      if (sessionUid === undefined) await database.run(sql.revoke, [grantIds]);
      else if (model.sealed !== 'payload') await database.run(sql.revokeOfSession, [grantIds, sessionUid]);
    },
  };
}
