import type { Knex } from 'knex';

// With an initial access token apps may register themselves: so many, until its end, and an admin sees who made it and why.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('initial_access_tokens', (t) => {
    t.integer('uses');
    t.integer('uses_left');
    t.text('created_by');
    t.text('note');
    t.timestamp('created_at');
    t.check('uses_left between 0 and uses', undefined, 'initial_access_tokens_uses');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('initial_access_tokens', (t) => {
    t.dropColumns('uses', 'uses_left', 'created_by', 'note', 'created_at');
  });
}
