/**
 * database: the pool, the migrations runner, the embedded server and the sweeper.
 *
 * Owns every connection to PostgreSQL and to its replica; nothing else creates one. Puts calls that come together into one
 * statement, and removes rows that have ended, for whoever wishes that. Mounts no URL. Never goes by PostgreSQL's clock and
 * never builds SQL out of values.
 */
export { combine } from './combine.ts';
export { openDatabase, type Database } from './pool.ts';
export type { Connection } from './connection.ts';
export type { Statement, Step } from './statement.ts';
export { migrate, migrateDown, migrationStatus, pendingMigrations } from './migrations.ts';
export { isDatabaseUnavailable } from './database_errors.ts';
export { checkSession } from './transaction_pooler.ts';
export { clockOf } from './clock_of.ts';
export { findEmbedded, startEmbedded } from './embedded.ts';
export { sweepAll, type Sweep, type SweepStep } from './sweep.ts';
export { createSweeper, type Sweeper } from './sweeper.ts';
export type { SealedColumn } from './sealed_column.ts';
export { createQueueWorker, secondsUntilRetry, type QueueWorker } from './queue_worker.ts';
