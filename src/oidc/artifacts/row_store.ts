import type { AdapterPayload } from 'oidc-provider';
import type { Database, Statement, Step } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { now } from '../../kit/clock.ts';
import { sha256 } from '../../kit/random.ts';
import type { ArtifactModel } from './models.ts';
import { fromRow, storedId, toRow, type StoredRow } from './rows.ts';
import { statementsOf, type Statements } from './statements.ts';

/** One artifact to save. */
export interface Artifact {
  id: string;
  payload: AdapterPayload;
  /** Seconds; absent: it never expires. */
  expiresIn?: number;
}

/**
 * The rows of one model, many at once: each call is one statement, and its answers stand in the order of what was asked. What
 * has expired by our clock is never found. Rejects as the database does.
 */
export interface RowStore {
  find(ids: string[]): Promise<(AdapterPayload | undefined)[]>;
  findByUid(uid: string): Promise<AdapterPayload | undefined>;
  findByUserCode(code: string): Promise<AdapterPayload | undefined>;
  upsert(artifacts: Artifact[]): Promise<void[]>;
  renew(artifacts: Artifact[]): Promise<void[]>;
  /** Whether this very call saved it. */
  insert(artifacts: Artifact[]): Promise<boolean[]>;
  /** Whether this very call redeemed it. */
  consume(ids: string[]): Promise<boolean[]>;
  destroy(ids: string[]): Promise<void[]>;
  revoke(grantIds: string[], sessionUid?: string): Promise<void>;
  steps: { upserting(artifact: Artifact): Step; renewing(artifact: Artifact): Step; taking(id: string): Step };
}

interface Source {
  model: ArtifactModel;
  sql: Statements;
  database: Database;
  sealer: Sealer;
}

/** The rows of a model in its table. */
export function openRows(model: ArtifactModel, database: Database, sealer: Sealer): RowStore {
  const source = { model, sql: statementsOf(model), database, sealer };
  return { ...finding(source), ...saving(source), ...ending(source) };
}

function finding({ model, sql, database, sealer }: Source): Pick<RowStore, 'find' | 'findByUid' | 'findByUserCode'> {
  const one = async (statement: Statement | undefined, value: string, restored: AdapterPayload) => {
    const { rows } = await database.run<StoredRow>(known(statement, model), [value, now()]);
    return rows[0] && fromRow(model, sealer, rows[0], restored);
  };
  return {
    async find(ids) {
      const stored = ids.map((id) => storedId(model, id));
      const { rows } = await database.run<StoredRow>(sql.find, [stored, now()]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id, index) => {
        const row = byId.get(stored[index] ?? '');
        return row && fromRow(model, sealer, row, { jti: id });
      });
    },
    findByUid: (uid) => one(sql.findByUid, uid, {}),
    findByUserCode: (userCode) => one(sql.findByUserCode, sha256(userCode), { userCode }),
  };
}

function saving({ model, sql, database, sealer }: Source): Pick<RowStore, 'upsert' | 'renew' | 'insert' | 'steps'> {
  const step = (statement: Statement, artifacts: Artifact[]): Step => {
    const rows = artifacts.map(({ id, payload, expiresIn }) => toRow(model, sealer, id, payload, expiresIn));
    const columns = Object.keys(model.columns).map((_, index) => rows.map((row) => row.columns[index] ?? null));
    const own = [rows.map((row) => row.id), rows.map((row) => row.payload), rows.map((row) => row.expiresAt)];
    return { statement, values: [...own, ...columns] };
  };
  const write = (statement: Statement, artifacts: Artifact[]) =>
    database.run<{ id: string }>(statement, step(statement, artifacts).values);
  const silently = (statement: Statement) => async (artifacts: Artifact[]) => {
    await write(statement, artifacts);
    return artifacts.map(() => {});
  };
  return {
    upsert: silently(sql.upsert),
    renew: silently(sql.renew),
    async insert(artifacts) {
      const { rows } = await write(sql.insert, artifacts);
      return given(
        model,
        artifacts.map(({ id }) => id),
        rows,
      );
    },
    steps: {
      upserting: (artifact) => step(sql.upsert, [artifact]),
      renewing: (artifact) => step(sql.renew, [artifact]),
      taking: (id) => ({ statement: sql.destroy, values: [[storedId(model, id)]], decisive: true }),
    },
  };
}

function ending({ model, sql, database }: Source): Pick<RowStore, 'consume' | 'destroy' | 'revoke'> {
  return {
    async consume(ids) {
      const values = [ids.map((id) => storedId(model, id)), now()];
      const { rows } = await database.run<{ id: string }>(known(sql.consume, model), values);
      return given(model, ids, rows);
    },
    async destroy(ids) {
      await database.run(sql.destroy, [ids.map((id) => storedId(model, id))]);
      return ids.map(() => {});
    },
    async revoke(grantIds, sessionUid) {
      if (sessionUid === undefined) await database.run(known(sql.revoke, model), [grantIds]);
      else if (sql.revokeOfSession) await database.run(sql.revokeOfSession, [grantIds, sessionUid]);
    },
  };
}

/** Of each id, whether a statement gave its row back. */
function given(model: ArtifactModel, ids: string[], rows: { id: string }[]): boolean[] {
  const stored = new Set(rows.map(({ id }) => id));
  return ids.map((id) => stored.has(storedId(model, id)));
}

function known(statement: Statement | undefined, { table }: ArtifactModel): Statement {
  if (!statement) throw new TypeError(`the library asks of ${table} what its model does not offer`);
  return statement;
}
