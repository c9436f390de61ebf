import type { Knex } from 'knex';

// Signing keys and cookie keys, encrypted with the configured key.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('signing_keys', (t) => {
    t.text('kid').primary();
    t.text('algorithm').notNullable();
    t.text('private_key').notNullable(); // encrypted JWK
    t.timestamp('created_at').notNullable();
    t.timestamp('signs_from').notNullable();
    t.timestamp('retired_at');
  });
  await knex.schema.createTable('cookie_keys', (t) => {
    t.text('id').primary();
    t.text('secret').notNullable(); // encrypted
    t.timestamp('created_at').notNullable();
    t.timestamp('retired_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('cookie_keys');
  await knex.schema.dropTable('signing_keys');
}
