import type { Knex } from 'knex';
import { models, tablesOfGrant } from './models.ts';

/** Ends grants and every token below them; returns how many. */
export async function deleteGrants(within: Knex, of: { account_id?: string; client_id?: string }): Promise<number> {
  const grants: { id: string }[] = await within(models.Grant.table).where(of).delete().returning(['id']);
  const ids = grants.map(({ id }) => id);
  for (const table of tablesOfGrant) await within(table).whereIn('grant_id', ids).delete();
  return grants.length;
}
