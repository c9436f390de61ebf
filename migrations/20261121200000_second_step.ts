import type { Knex } from 'knex';

// An account may ask for a second step at every sign-in. It stands on the account itself, which every sign-in and every look at
// a session read anyway.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => {
    t.timestamp('second_step_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => t.dropColumn('second_step_at'));
}
