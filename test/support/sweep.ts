import { sweepAll, type Database, type Sweep } from '../../src/database/index.ts';

/** Sweeps what a room wants swept, and returns how many rows that were. */
export async function sweepRoom(database: Database, { sweeps }: { sweeps: readonly Sweep[] }): Promise<number> {
  return Object.values(await sweepAll(database, sweeps)).reduce((sum, removed) => sum + removed, 0);
}
