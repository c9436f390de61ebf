import type { Knex } from 'knex';

// What was proven of an account before this instant counts for nothing: a sign-in that was under way while everything was
// ended must not outlive it.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => {
    t.timestamp('proven_from');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => t.dropColumn('proven_from'));
}
