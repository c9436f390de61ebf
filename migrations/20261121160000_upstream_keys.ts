import type { Knex } from 'knex';

// The last good keys of an upstream, so that a start does not need it to answer before somebody can sign in.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('upstream_keys', (t) => {
    t.text('url').primary();
    t.jsonb('keys').notNullable();
    t.timestamp('fetched_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('upstream_keys');
}
