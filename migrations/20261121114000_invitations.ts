import type { Knex } from 'knex';

// Invitations: who may sign up where not everybody may. The token is in the link alone; the row knows its hash.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('invitations', (t) => {
    t.text('token_hash').primary();
    t.text('address'); // canonical: the only address it counts for, if there is one
    t.text('stored'); // the same as it was typed
    t.integer('uses').notNullable();
    t.integer('uses_left').notNullable();
    t.text('created_by').notNullable();
    t.text('note');
    t.timestamp('created_at').notNullable();
    t.timestamp('expires_at').notNullable().index();
    t.check('uses_left between 0 and uses', undefined, 'invitations_uses');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('invitations');
}
