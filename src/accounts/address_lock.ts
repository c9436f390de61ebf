import type { Knex } from 'knex';

/** Whoever decides by who has an address holds this until the transaction ends; others who decide about it wait. */
export async function lockAddress(within: Knex, canonical: string): Promise<void> {
  await within.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`address ${canonical}`]);
}
