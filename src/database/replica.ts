import type { Knex } from 'knex';
import { isDatabaseUnavailable, isRefusedStatement } from './database_errors.ts';
import { openKnex } from './open_knex.ts';

/** Reads that may be some seconds old. */
export interface Replica {
  /** Does the reading there, or on the primary while that is away. It must change nothing. */
  read<Result>(work: (knex: Knex) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** So long a replica that did not answer is left alone: nobody waits for it again and again. */
const REST_MILLISECONDS = 10_000;

/** Opens a replica beside its primary; without a URL the primary does everything itself. */
export function openReplica(primary: Knex, { url, settings }: { url?: string | undefined; settings: object }): Replica {
  if (url === undefined) return { read: (work) => work(primary), close: async () => {} };
  // A primary that is named here by mistake, or was promoted, is only read from, too.
  const reading = { ...settings, connectionString: url, options: '-c default_transaction_read_only=on' };
  const replica = openKnex(reading, { most: 2, patience: 3000 });
  let away = -Infinity;
  return {
    async read(work) {
      if (performance.now() - away < REST_MILLISECONDS) return work(primary);
      try {
        return await work(replica);
      } catch (error) {
        if (isWriting(error)) throw error;
        // It may also stand behind: without a column that is there since a moment, or with rows that just went (SQLSTATE 40001).
        if (isDatabaseUnavailable(error) && !isRefusedStatement(error)) away = performance.now();
        return work(primary);
      }
    },
    close: () => replica.destroy(),
  };
}

/** SQLSTATE read_only_sql_transaction: work that is no reading belongs elsewhere, and is not done behind anybody's back. */
function isWriting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25006';
}
