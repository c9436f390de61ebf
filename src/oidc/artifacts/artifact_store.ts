import type { AdapterPayload } from 'oidc-provider';
import { combine, type CombinedCall, type Database } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { keyOf, modelEntries, type ArtifactModel, type ModelName } from './models.ts';
import { openRows, type Artifact, type RowStore } from './row_store.ts';

/**
 * Where one model lives. What concurrent requests of this process ask of it is one statement for each operation; everybody
 * hears once that is committed. What has expired by our clock is never found. Rejects as the database does.
 */
export interface ModelStore extends Pick<RowStore, 'findByUid' | 'findByUserCode' | 'steps'> {
  find(id: string): Promise<AdapterPayload | undefined>;
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
}

/** The stores of all models, over one database. `unavailable` words what rejects before it has reached the database. */
export function allStores(
  database: Database,
  sealer: Sealer,
  unavailable?: (cause: Error) => Error,
): Record<ModelName, ModelStore> {
  const entries = modelEntries.map(([name, model]) => [
    name,
    storeOf(model, openRows(model, database, sealer), unavailable),
  ]);
  // Object.fromEntries forgets the names.
  return Object.fromEntries(entries) as Record<ModelName, ModelStore>;
}

function storeOf(model: ArtifactModel, rows: RowStore, unavailable?: (cause: Error) => Error): ModelStore {
  const saving = (run: RowStore['upsert']) => combine({ run, again: { as: 'replace' }, unavailable });
  const deciding = <Input>(run: (inputs: Input[]) => Promise<boolean[]>) =>
    combine({ run, again: { as: 'lose', answer: () => false }, unavailable });
  const find = combine({ run: rows.find, again: { as: 'join', copy: structuredClone }, unavailable });
  const upsert = saving(rows.upsert);
  const renew = saving(rows.renew);
  const insert = deciding(rows.insert);
  return {
    ...rows,
    find: byId(find),
    upsert: (artifact) => upsert(artifact.id, artifact),
    renew: (artifact) => renew(keyOf(model, artifact.id, artifact.payload), artifact),
    insert: (artifact) => insert(artifact.id, artifact),
    consume: byId(deciding(rows.consume)),
    destroy: byId(combine({ run: rows.destroy, again: { as: 'replace' }, unavailable })),
    revoke: (grantId, sessionUid) => rows.revoke([grantId], sessionUid),
  };
}

function byId<Output>(call: CombinedCall<string, Output>): (id: string) => Promise<Output> {
  return (id) => call(id, id);
}
