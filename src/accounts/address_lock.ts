import type { Knex } from 'knex';

/** Whoever decides by who has an address holds this until the transaction ends; others who decide about it wait. */
export async function lockAddress(transaction: Knex.Transaction, canonical: string): Promise<void> {
  await transaction.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`address ${canonical}`]);
}
