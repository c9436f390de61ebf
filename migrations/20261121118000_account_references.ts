import type { Knex } from 'knex';

// Deleting an account looks for the rows that refer to it: without an index, in the whole of these two tables.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('remembered_accounts', (t) => t.index('account_id'));
  await knex.schema.alterTable('mailed_proofs', (t) =>
    t.index('confirmed_account_id', undefined, { predicate: knex.whereNotNull('confirmed_account_id') }),
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('mailed_proofs', (t) => t.dropIndex('confirmed_account_id'));
  await knex.schema.alterTable('remembered_accounts', (t) => t.dropIndex('account_id'));
}
