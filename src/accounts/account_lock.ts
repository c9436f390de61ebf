import type { Knex } from 'knex';

/**
 * Whoever changes what opens an account, or buries it, holds it until the transaction ends; others who do wait. False when
 * it is gone.
 */
export async function lockAccount(within: Knex, id: string): Promise<boolean> {
  const standing = await within('accounts').where({ id, deleted_at: null }).forUpdate().first('id');
  return standing !== undefined;
}
