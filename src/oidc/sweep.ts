import { sweepRows, type Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { modelEntries } from './artifacts/models.ts';

/** Where rows of this room end: by which column of which table. */
const swept = [
  // Initial access tokens stay in sight for a while.
  ...modelEntries
    .filter(([name]) => name !== 'InitialAccessToken')
    .map(([, { table }]) => ({ table, column: 'expires_at' })),
  { table: 'visits', column: 'restartable_until' },
  { table: 'remembered_accounts', column: 'expires_at' },
  { table: 'logout_notices', column: 'expires_at' },
];

/** Removes what has expired, table by table, and returns how many rows that were. */
export async function sweep(database: Pick<Database, 'run'>): Promise<number> {
  const time = now();
  let removed = 0;
  for (const place of swept) removed += await sweepRows(database, place, time);
  return removed;
}
