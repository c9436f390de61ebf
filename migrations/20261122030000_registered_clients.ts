import type { Knex } from 'knex';

// Apps that registered themselves (RFC 7591). `payload` is their metadata, with the secret sealed: it is a key, too, so that a
// hash would not do. `used_at` is exact to a day: what nobody uses is swept.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('registered_clients', (t) => {
    t.text('id').primary();
    t.jsonb('payload').notNullable();
    t.timestamp('created_at').notNullable();
    t.timestamp('used_at').notNullable().index();
  });
  // Who ends an app ends what it was managed with.
  await knex.schema.alterTable('registration_access_tokens', (t) => {
    t.text('client_id').index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('registration_access_tokens', (t) => {
    t.dropColumn('client_id');
  });
  await knex.schema.dropTable('registered_clients');
}
