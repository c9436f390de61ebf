import type { AdapterPayload } from 'oidc-provider';
import type { Database, Step } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { sha256 } from '../../kit/random.ts';
import { combinedRows } from './combined_rows.ts';
import { rowOpener, type FoundRow } from './found_row.ts';
import { isSearchable, keyOf, modelEntries, type ArtifactModel, type ModelName } from './models.ts';
import type { DeedStep } from './request_scope.ts';
import { storedId, toRow, type ArtifactRow } from './rows.ts';
import { statementsOf } from './statements.ts';

/** One artifact to save. */
export interface Artifact {
  id: string;
  payload: AdapterPayload;
  /** Seconds; absent: it never expires. */
  expiresIn?: number;
}

/**
 * Where one model lives. Concurrent calls of one operation share a statement (see `combinedRows`), and everybody hears once
 * theirs is committed. What has expired by our clock is found by `findKept` alone. Rejects as the database does.
 */
export interface ModelStore {
  /** What the library asks next comes along, for the request scope; with a session the grant of a client. */
  find(id: string, clientId?: string): Promise<AdapterPayload | undefined>;
  /** Finds what has expired, too, as long as it is kept. */
  findKept(id: string): Promise<AdapterPayload | undefined>;
  findByUid(uid: string): Promise<AdapterPayload | undefined>;
  findByUserCode(code: string): Promise<AdapterPayload | undefined>;
  /** Saves, whether or not it is there yet. Of several for one id the last one stays. */
  upsert(artifact: Artifact): Promise<void>;
  /** Saves what is still there, and nothing else: what was ended meanwhile stays ended. */
  renew(artifact: Artifact): Promise<void>;
  /** Saves what is not yet there; true for the one call that did it. */
  insert(artifact: Artifact): Promise<boolean>;
  /** Marks as redeemed; true for the one call that did it. */
  consume(id: string): Promise<boolean>;
  destroy(id: string): Promise<void>;
  /** Ends everything of a grant; with a session, only what was issued in it and can be searched for it. */
  revoke(grantId: string, sessionUid?: string): Promise<void>;
  /** The same as parts of what a request writes at its end. */
  steps: {
    upserting(artifact: Artifact): DeedStep;
    renewing(artifact: Artifact): DeedStep;
    destroying(id: string): Step;
    /** The same, if it is still there. */
    taking(id: string): Step;
    revoking(grantId: string): Step;
  };
}

/** The stores of all models, over one database. `unavailable` words what rejects before it has reached the database. */
export function allStores(
  database: Database,
  sealer: Sealer,
  unavailable?: (cause: Error) => Error,
): Record<ModelName, ModelStore> {
  const entries = modelEntries.map(([name, model]) => [name, storeOf({ model, database, sealer, unavailable })]);
  // Object.fromEntries forgets the names.
  return Object.fromEntries(entries) as Record<ModelName, ModelStore>;
}

interface Parts {
  model: ArtifactModel;
  database: Database;
  sealer: Sealer;
  unavailable: ((cause: Error) => Error) | undefined;
}

function storeOf({ model, database, sealer, unavailable }: Parts): ModelStore {
  const statements = statementsOf(model);
  const run = async <Row extends object>({ statement, values }: Step) =>
    (await database.run<Row>(statement, values)).rows;
  const rows = combinedRows(statements, run, unavailable);
  const open = rowOpener(model, sealer);
  const one = async (step: Step, restored: AdapterPayload) => {
    const [row] = await run<FoundRow>(step);
    return row && open(row, restored);
  };
  const idOf = (id: string) => storedId(model, id);
  const rowOf = ({ id, payload, expiresIn }: Artifact) => toRow(model, sealer, id, payload, expiresIn);
  // A session is found by its uid: its id may change with this very save.
  const renewing = (row: ArtifactRow, { id, payload }: Artifact) =>
    rows.renew(row, model.key === 'uid' ? keyOf(model, id, payload) : row.id);
  return {
    async find(id, clientId) {
      const row = await rows.find({ rowId: idOf(id), clientId });
      return row && open(row, { jti: id });
    },
    findKept: (id) => one(statements.find([{ rowId: idOf(id) }], new Date(0)), { jti: id }),
    findByUid: (uid) => one(statements.findByUid(uid), {}),
    findByUserCode: (userCode) => one(statements.findByUserCode(sha256(userCode)), { userCode }),
    upsert: async (artifact) => rows.upsert(rowOf(artifact)),
    renew: async (artifact) => renewing(rowOf(artifact), artifact),
    insert: async (artifact) => rows.insert(rowOf(artifact)),
    consume: (id) => rows.consume(idOf(id)),
    destroy: (id) => rows.destroy(idOf(id)),
    async revoke(grantId, sessionUid) {
      // A sealed payload cannot be searched; such requests in flight end with their grant anyway.
      if (sessionUid === undefined) await run(statements.revoke(grantId));
      else if (isSearchable(model)) await run(statements.revokeOfSession(grantId, sessionUid));
    },
    steps: {
      upserting(artifact) {
        const row = rowOf(artifact);
        return { ...statements.upsert([row]), alone: () => rows.upsert(row) };
      },
      renewing(artifact) {
        const row = rowOf(artifact);
        return { ...statements.renew([row]), alone: () => renewing(row, artifact) };
      },
      destroying: (id) => statements.destroy([idOf(id)]),
      taking: (id) => ({ ...statements.destroy([idOf(id)]), decisive: true }),
      revoking: (grantId) => statements.revoke(grantId),
    },
  };
}
