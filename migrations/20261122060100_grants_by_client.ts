import type { Knex } from 'knex';

// Before a client is removed, its admin wants to know how many people that touches: by the client alone nothing was found.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('grants', (t) => {
    t.index(['client_id', 'account_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('grants', (t) => {
    t.dropIndex(['client_id', 'account_id']);
  });
}
