import type { Knex } from 'knex';

// What forms, counters and the like are keyed with, encrypted. It was computed from the encryption key, so that a new encryption
// key would have changed all of it.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('derived_secrets', (t) => {
    t.text('purpose').primary();
    t.text('secret').notNullable(); // encrypted
    t.timestamp('created_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('derived_secrets');
}
