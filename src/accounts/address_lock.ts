import type { Knex } from 'knex';
import type { Address } from '../kit/addresses.ts';

/** Whoever decides by who has an address holds this until the transaction ends; others who decide about it wait. */
export async function lockAddress(within: Knex, canonical: string): Promise<void> {
  await within.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`address ${canonical}`]);
}

/** The same for several, always in one order: two who want the same ones do not wait for each other. */
export async function lockAddresses(within: Knex, addresses: readonly (Address | undefined)[]): Promise<void> {
  const canonical = new Set(addresses.flatMap((address) => address?.canonical ?? []));
  for (const one of [...canonical].toSorted()) await lockAddress(within, one);
}
