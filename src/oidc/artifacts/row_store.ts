import type { AdapterPayload } from 'oidc-provider';
import { accountAlong, type AccountAlong } from '../../accounts/index.ts';
import type { Database, Statement, Step } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { now } from '../../kit/clock.ts';
import { sha256 } from '../../kit/random.ts';
import { models, type ArtifactModel } from './models.ts';
import { bring, bringAccount } from './request_scope.ts';
import { fromRow, type ArtifactRow } from './rows.ts';
import { statementsOf, type Statements } from './statements.ts';

/** One row that is looked for; of a session also for which client, whose grant then comes along. */
export interface Wanted {
  rowId: string;
  clientId?: string | undefined;
}

/** Tells what is looked for from all else: a session that is asked for by two clients is looked for twice. */
export function wantedKey({ rowId, clientId }: Wanted): string {
  return clientId === undefined ? rowId : `${rowId} ${clientId}`;
}

/** A row with what was read along. Payloads are JSON text: each caller makes its own of them. */
export interface FoundRow extends Partial<AccountAlong> {
  row_id: string;
  row_payload: string;
  consumed_at?: Date | null;
  asked_for?: string | null;
  grant_id?: string | null;
  grant_payload?: string;
  session_id?: string;
  session_uid?: string | null;
  session_payload?: string;
}

/**
 * The rows of one model, many at once: each call is one statement, and its answers stand in the order of what was asked. What
 * has expired by our clock is never found. Rejects as the database does.
 */
export interface RowStore {
  /** What was alive `at` a time; absent: now. */
  find(wanted: Wanted[], at?: Date): Promise<(FoundRow | undefined)[]>;
  findByUid(uid: string): Promise<AdapterPayload | undefined>;
  findByUserCode(code: string): Promise<AdapterPayload | undefined>;
  /** The artifact of a row; `restored` are the values that whoever asked has brought along. Keeps what came along for this request. */
  open(row: FoundRow, restored: AdapterPayload): AdapterPayload;
  upsert(rows: ArtifactRow[]): Promise<void[]>;
  renew(rows: ArtifactRow[]): Promise<void[]>;
  /** Whether this very call saved it. */
  insert(rows: ArtifactRow[]): Promise<boolean[]>;
  /** Whether this very call redeemed it. */
  consume(rowIds: string[]): Promise<boolean[]>;
  destroy(rowIds: string[]): Promise<void[]>;
  revoke(grantIds: string[], sessionUid?: string): Promise<void>;
  steps: { upserting(row: ArtifactRow): Step; renewing(row: ArtifactRow): Step; taking(rowId: string): Step };
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

function finding(source: Source): Pick<RowStore, 'find' | 'findByUid' | 'findByUserCode' | 'open'> {
  const { model, sql, database, sealer } = source;
  const open: RowStore['open'] = (row, restored) => {
    bringAlong(row, sealer);
    return opened(source, { id: row.row_id, payload: row.row_payload, consumed_at: row.consumed_at }, restored);
  };
  const one = async (statement: Statement | undefined, value: string, restored: AdapterPayload) => {
    const { rows } = await database.run<FoundRow>(known(statement, model), [value, now()]);
    return rows[0] && open(rows[0], restored);
  };
  return {
    async find(wanted, at = now()) {
      const values = [wanted.map(({ rowId }) => rowId), at];
      const clients = 'uid' in model.columns ? [wanted.map(({ clientId }) => clientId ?? null)] : [];
      const { rows } = await database.run<FoundRow>(sql.find, [...values, ...clients]);
      const found = new Map(
        rows.map((row) => [wantedKey({ rowId: row.row_id, clientId: row.asked_for ?? undefined }), row]),
      );
      return wanted.map((each) => found.get(wantedKey(each)));
    },
    findByUid: (uid) => one(sql.findByUid, uid, {}),
    findByUserCode: (userCode) => one(sql.findByUserCode, sha256(userCode), { userCode }),
    open,
  };
}

function opened(
  { model, sealer }: Pick<Source, 'model' | 'sealer'>,
  row: { id: string; payload: string; consumed_at?: Date | null | undefined },
  restored: AdapterPayload,
): AdapterPayload {
  return fromRow(model, sealer, { ...row, payload: JSON.parse(row.payload) }, restored);
}

/** What the library will ask for next is there already, for this request alone, and opened when it does. */
function bringAlong(row: FoundRow, sealer: Sealer): void {
  const { grant_id: grantId, session_uid: uid, id: accountId } = row;
  if (grantId) {
    const grant = { id: grantId, payload: row.grant_payload ?? '' };
    bring(models.Grant.table, grantId, () => opened({ model: models.Grant, sealer }, grant, { jti: grantId }));
  }
  if (uid) {
    const session = { id: row.session_id ?? '', payload: row.session_payload ?? '' };
    bring(models.Session.table, uid, () => opened({ model: models.Session, sealer }, session, {}));
  }
  // The columns of an account come together.
  if (accountId) bringAccount(accountId, () => accountAlong.of(row as AccountAlong));
}

function saving({ model, sql, database }: Source): Pick<RowStore, 'upsert' | 'renew' | 'insert' | 'steps'> {
  const step = (statement: Statement, rows: ArtifactRow[]): Step => {
    const columns = Object.keys(model.columns).map((_, index) => rows.map((row) => row.columns[index] ?? null));
    const own = [rows.map((row) => row.id), rows.map((row) => row.payload), rows.map((row) => row.expiresAt)];
    return { statement, values: [...own, ...columns] };
  };
  const write = (statement: Statement, rows: ArtifactRow[]) =>
    database.run<{ id: string }>(statement, step(statement, rows).values);
  const silently = (statement: Statement) => async (rows: ArtifactRow[]) => {
    await write(statement, rows);
    return rows.map(() => {});
  };
  return {
    upsert: silently(sql.upsert),
    renew: silently(sql.renew),
    insert: async (rows) =>
      given(
        rows.map(({ id }) => id),
        (await write(sql.insert, rows)).rows,
      ),
    steps: {
      upserting: (row) => step(sql.upsert, [row]),
      renewing: (row) => step(sql.renew, [row]),
      taking: (rowId) => ({ statement: sql.destroy, values: [[rowId]], decisive: true }),
    },
  };
}

function ending({ model, sql, database }: Source): Pick<RowStore, 'consume' | 'destroy' | 'revoke'> {
  return {
    async consume(rowIds) {
      const { rows } = await database.run<{ id: string }>(known(sql.consume, model), [rowIds, now()]);
      return given(rowIds, rows);
    },
    async destroy(rowIds) {
      await database.run(sql.destroy, [rowIds]);
      return rowIds.map(() => {});
    },
    async revoke(grantIds, sessionUid) {
      if (sessionUid === undefined) await database.run(known(sql.revoke, model), [grantIds]);
      else if (sql.revokeOfSession) await database.run(sql.revokeOfSession, [grantIds, sessionUid]);
    },
  };
}

/** Of each row, whether a statement gave it back. */
function given(rowIds: string[], rows: { id: string }[]): boolean[] {
  const stored = new Set(rows.map(({ id }) => id));
  return rowIds.map((rowId) => stored.has(rowId));
}

function known(statement: Statement | undefined, { table }: ArtifactModel): Statement {
  if (!statement) throw new TypeError(`the library asks of ${table} what its model does not offer`);
  return statement;
}
