import type { Knex } from 'knex';

// One trip to an upstream: bound to a browser and an interaction, consumed once by its callback.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('upstream_transactions', (t) => {
    t.text('state_hash').primary();
    t.text('upstream_id').notNullable();
    t.text('purpose').notNullable(); // login | link
    t.text('secrets').notNullable(); // encrypted nonce, PKCE verifier and interaction uid
    t.text('browser_hash').notNullable();
    t.text('reference'); // of the visit, so that events of the trip are found under it
    t.text('callback'); // encrypted fields of a form_post callback, stored once
    t.text('resume_hash').unique();
    t.timestamp('created_at').notNullable();
    t.timestamp('expires_at').notNullable().index();
    t.timestamp('consumed_at');
  });
  // The last good discovery document of an upstream, so that a start or a restart does not need it to answer.
  await knex.schema.createTable('upstream_metadata', (t) => {
    t.text('issuer').primary();
    t.jsonb('document').notNullable();
    t.timestamp('fetched_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('upstream_metadata');
  await knex.schema.dropTable('upstream_transactions');
}
