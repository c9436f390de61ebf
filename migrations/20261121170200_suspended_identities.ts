import type { Knex } from 'knex';

// An upstream says that an account of its was disabled, perhaps because somebody else got in: until it says that it is enabled
// again, it opens nothing here.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('identities', (t) => t.timestamp('suspended_at'));
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('identities', (t) => t.dropColumn('suspended_at'));
}
