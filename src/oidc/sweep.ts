import type { Database, Statement } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { statements } from './artifacts/statements.ts';

/** Rows in one statement: a few milliseconds, so that nothing waits behind a sweep. */
const BATCH = 5000;

const ours: Statement[] = [
  {
    name: 'visits_sweep',
    text: `delete from visits where ctid = any(array(select ctid from visits where restartable_until < $1 order by restartable_until limit $2))`,
  },
  {
    name: 'remembered_accounts_sweep',
    text: `delete from remembered_accounts where ctid = any(array(select ctid from remembered_accounts where expires_at < $1 order by expires_at limit $2))`,
  },
];

/**
 * Removes what has expired, table by table, in small steps. Two processes that sweep at once only share the work: rows that
 * the other has deleted are gone by then.
 */
export function createSweep(database: Pick<Database, 'run'>): () => Promise<number> {
  return async () => {
    const time = now();
    let removed = 0;
    for (const statement of [...Object.values(statements).map(({ sweep }) => sweep), ...ours]) {
      let rowCount: number;
      do {
        ({ rowCount } = await database.run(statement, [time, BATCH]));
        removed += rowCount;
      } while (rowCount === BATCH);
    }
    return removed;
  };
}
