import type { Knex } from 'knex';
import type { Database } from '../database/index.ts';
import { AddressTaken, IdentityTaken } from './account.ts';

/** SQLSTATE deadlock_detected: PostgreSQL ended this transaction so that another one could go on. */
const DEADLOCK = '40P01';

/**
 * Runs a transaction, once more when a concurrent one took the identity or the address that this one was about to give
 * away: by then it is known whose it is, and the rule decides anew. Two first sign-ins of one person end in one account.
 * Also once more when both waited for each other.
 */
export async function transact<Result>({ knex }: Database, work: (within: Knex) => Promise<Result>): Promise<Result> {
  try {
    return await knex.transaction(work);
  } catch (cause) {
    if (!(cause instanceof IdentityTaken || cause instanceof AddressTaken || isDeadlock(cause))) throw cause;
    return knex.transaction(work);
  }
}

function isDeadlock(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === DEADLOCK;
}
