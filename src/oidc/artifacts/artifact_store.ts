import type { AdapterPayload } from 'oidc-provider';
import { combine, type Database, type Step } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { keyOf, modelEntries, type ArtifactModel, type ModelName } from './models.ts';
import type { DeedStep } from './request_scope.ts';
import { openRows, wantedKey, type FoundRow, type RowStore, type Wanted } from './row_store.ts';
import { storedId, toRow, type ArtifactRow } from './rows.ts';

/** One artifact to save. */
export interface Artifact {
  id: string;
  payload: AdapterPayload;
  /** Seconds; absent: it never expires. */
  expiresIn?: number;
}

/**
 * Where one model lives. What concurrent requests of this process ask of it is one statement for each operation; everybody
 * hears once that is committed. What has expired by our clock is never found. Rejects as the database does.
 */
export interface ModelStore extends Pick<RowStore, 'findByUid' | 'findByUserCode'> {
  /** What the library asks next comes along, for the request scope; with a session the grant of a client. */
  find(id: string, clientId?: string): Promise<AdapterPayload | undefined>;
  /** Finds what has expired, too, as long as it is kept. */
  findKept(id: string): Promise<AdapterPayload | undefined>;
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
  steps: { upserting(artifact: Artifact): DeedStep; renewing(artifact: Artifact): DeedStep; taking(id: string): Step };
}

/** The stores of all models, over one database. `unavailable` words what rejects before it has reached the database. */
export function allStores(
  database: Database,
  sealer: Sealer,
  unavailable?: (cause: Error) => Error,
): Record<ModelName, ModelStore> {
  const entries = modelEntries.map(([name, model]) => [
    name,
    storeOf({ model, rows: openRows(model, database, sealer), sealer, unavailable }),
  ]);
  // Object.fromEntries forgets the names.
  return Object.fromEntries(entries) as Record<ModelName, ModelStore>;
}

interface Parts {
  model: ArtifactModel;
  rows: RowStore;
  sealer: Sealer;
  unavailable: ((cause: Error) => Error) | undefined;
}

function storeOf({ model, rows, sealer, unavailable }: Parts): ModelStore {
  const saving = <Input>(run: (inputs: Input[]) => Promise<void[]>) =>
    combine({ run, again: { as: 'replace' }, unavailable });
  const deciding = <Input>(run: (inputs: Input[]) => Promise<boolean[]>) =>
    combine({ run, again: { as: 'lose', answer: () => false }, unavailable });
  const find = combine<Wanted, FoundRow | undefined>({
    run: (wanted) => rows.find(wanted),
    // Nobody changes a row: each makes its own artifact of it.
    again: { as: 'join', copy: (row) => row },
    unavailable,
  });
  const upsert = saving(rows.upsert);
  const renew = saving(rows.renew);
  const insert = deciding(rows.insert);
  const consume = deciding(rows.consume);
  const destroy = saving(rows.destroy);
  const rowOf = ({ id, payload, expiresIn }: Artifact) => toRow(model, sealer, id, payload, expiresIn);
  // A session is found by its uid: its id may change with this very save.
  const renewing = (row: ArtifactRow, { id, payload }: Artifact) => renew(keyOf(model, id, payload), row);
  const byId = <Output>(call: (key: string, rowId: string) => Promise<Output>) => {
    return (id: string) => call(storedId(model, id), storedId(model, id));
  };
  return {
    findByUid: rows.findByUid,
    findByUserCode: rows.findByUserCode,
    async find(id, clientId) {
      const wanted = { rowId: storedId(model, id), clientId };
      const row = await find(wantedKey(wanted), wanted);
      return row && rows.open(row, { jti: id });
    },
    async findKept(id) {
      const [row] = await rows.find([{ rowId: storedId(model, id) }], new Date(0));
      return row && rows.open(row, { jti: id });
    },
    async upsert(artifact) {
      const row = rowOf(artifact);
      await upsert(row.id, row);
    },
    renew: async (artifact) => renewing(rowOf(artifact), artifact),
    async insert(artifact) {
      const row = rowOf(artifact);
      return insert(row.id, row);
    },
    consume: byId(consume),
    destroy: byId(destroy),
    revoke: (grantId, sessionUid) => rows.revoke([grantId], sessionUid),
    steps: {
      upserting(artifact) {
        const row = rowOf(artifact);
        return { ...rows.steps.upserting(row), alone: () => upsert(row.id, row) };
      },
      renewing(artifact) {
        const row = rowOf(artifact);
        return { ...rows.steps.renewing(row), alone: () => renewing(row, artifact) };
      },
      taking: (id) => rows.steps.taking(storedId(model, id)),
    },
  };
}
