import { setTimeout as pause } from 'node:timers/promises';
import { now } from '../kit/clock.ts';
import type { Database } from './pool.ts';

/** Rows of one table that are deleted once they have ended. The names are words of our own, never values. */
export interface SweptRows {
  table: string;
  /** When a row ended. It has an index. */
  column: string;
  /** Rows that ended before this go. Default: the present instant. */
  before?: () => Date | number;
}

/** The same where ending a row takes more than deleting it. */
export interface SweptDeeds {
  table: string;
  column: string;
  /** Ends some of what is due; any number of processes may do it at once. */
  step(): Promise<SweepStep>;
}

/** What a room wants removed from one of its tables. */
export type Sweep = SweptRows | SweptDeeds;

/** What one step of a sweep came to. */
export interface SweepStep {
  removed: number;
  /** Whether another step may find something. */
  more: boolean;
  /** Another process was at it: this step did nothing. */
  taken?: boolean;
}

/** Rows in one statement: a few dozen milliseconds, so that nothing waits behind a sweep for long. */
const BATCH = 5000;

/** Any fixed number: whoever deletes a batch holds this advisory lock until it is committed. */
const SWEEP_LOCK = 4_703_102;

const TAKEN_MILLISECONDS = 50;

/**
 * One statement, so that it is a transaction by itself and the lock ends with it, also behind a pooler that gives each transaction
 * another connection. A row that somebody works with is left for later: a sweep waits for nobody, and cannot be part of a deadlock.
 */
function batchOf({ table, column }: SweptRows): string {
  return `with mine as materialized (select pg_try_advisory_xact_lock(${SWEEP_LOCK}) as held),
               ended as (
                 select ctid from ${table} where (select held from mine) and ${column} < ?
                 order by ${column} limit ${BATCH} for update skip locked
               ),
               gone as (delete from ${table} where ctid = any(array(select ctid from ended)) returning 1)
          select (select held from mine) as held, (select count(*) from gone)::int as removed`;
}

/**
 * Does one step: the rows that ended first, as many as one statement takes, or what the room does itself. Goes through the pool
 * of `knex`, one statement at a time, so that the hot path never waits for a connection. Rejects as the database does.
 */
export async function sweepStep({ knex }: Pick<Database, 'knex'>, sweep: Sweep): Promise<SweepStep> {
  if ('step' in sweep) return sweep.step();
  const before = sweep.before?.() ?? now();
  const { rows } = await knex.raw<{ rows: { held: boolean; removed: number }[] }>(batchOf(sweep), [before]);
  const { held = false, removed = 0 } = rows[0] ?? {};
  return { removed, more: !held || removed === BATCH, taken: !held };
}

/**
 * Removes all that has ended, table by table, and returns how many rows that were of each. Waits while another process is at
 * it. `told` hears of each step. Rejects as the database does; what was removed until then stays so.
 */
export async function sweepAll(
  database: Pick<Database, 'knex'>,
  sweeps: readonly Sweep[],
  told: (table: string, removed: number) => void = () => {},
): Promise<Record<string, number>> {
  const swept: Record<string, number> = {};
  for (const sweep of sweeps) {
    const { table } = sweep;
    swept[table] ??= 0;
    for (let more = true; more;) {
      const step = await sweepStep(database, sweep);
      swept[table] += step.removed;
      told(table, step.removed);
      if (step.taken) await pause(TAKEN_MILLISECONDS);
      ({ more } = step);
    }
  }
  return swept;
}
