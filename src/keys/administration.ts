import type { KeyAdministrationDeps } from './deps.ts';
import type { KeyAdministration, ListedKey } from './door.ts';
import { listKeys } from './key_store.ts';
import { stateOf, uselessFrom, type KeyRow } from './life.ts';
import { isPurpose } from './purposes.ts';
import { resealAll } from './rewrap.ts';
import { createRotation } from './rotation.ts';
import { createSealer } from './sealer.ts';

/** Opens what commands do with keys. No key of the database is opened for it. */
export function openKeyAdministration(deps: KeyAdministrationDeps): KeyAdministration {
  const { database, record, sealed } = deps;
  const { knex } = database;
  const sealer = createSealer(deps.encryptionKeys);
  const rotation = createRotation(deps, sealer, () => deps.schedule);
  return {
    list: async () => (await listKeys(knex)).map(toListed),
    async find(id) {
      if (isPurpose(id)) return { kind: 'derived', state: 'signing' };
      const found = (await listKeys(knex)).find((row) => row.id === id);
      return found && { kind: found.kind, state: stateOf(found) };
    },
    rotate: rotation.rotate,
    retire: rotation.retire,
    async rewrap(told) {
      const all = await resealAll(database, sealer, sealed, told);
      const sum = (pick: 'done' | 'unreadable') => all.reduce((total, column) => total + column[pick], 0);
      const detail = { done: sum('done'), unreadable: sum('unreadable') };
      await record({ type: 'keys.rewrapped', outcome: 'ok', detail });
      return all;
    },
  };
}

function toListed(row: KeyRow): ListedKey {
  const { kind, id, publishedAt, signsFrom, endedAt, retiredAt } = row;
  const goneAt = retiredAt ?? uselessFrom(row);
  return {
    kind,
    id,
    state: stateOf(row),
    publishedAt,
    signsFrom,
    ...(endedAt && { endedAt }),
    ...(goneAt && { goneAt }),
  };
}
