import type { Knex } from 'knex';

// When an app last used what it was allowed: people decide by it which apps to keep. Null for grants from before.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('grants', (t) => {
    t.timestamp('last_used_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('grants', (t) => {
    t.dropColumn('last_used_at');
  });
}
