import type { Knex } from 'knex';

// When an account that its person deleted is buried; until then it cannot be used, and a mailed link takes it back.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => {
    t.timestamp('delete_at');
  });
  // Almost no account has one: the sweep finds those that are due without reading the others.
  await knex.raw('create index accounts_delete_at_index on accounts (delete_at) where delete_at is not null');
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => t.dropColumn('delete_at'));
}
