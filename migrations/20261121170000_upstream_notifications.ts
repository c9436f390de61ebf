import type { Knex } from 'knex';

// What an upstream tells us of its accounts is heeded once: a row per notification, kept for as long as it could be sent again.
// Whoever asked an upstream to have their data deleted can read here what became of that, with a code of which we keep the hash.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('upstream_notifications', (t) => {
    t.text('upstream_id').notNullable();
    t.text('hash').notNullable(); // of what makes it this one: a jti, or a whole signed request
    t.timestamp('received_at').notNullable();
    t.timestamp('expires_at').notNullable().index();
    t.primary(['upstream_id', 'hash']);
  });
  await knex.schema.createTable('upstream_deletions', (t) => {
    t.text('code_hash').primary();
    t.text('upstream_id').notNullable();
    t.text('outcome').notNullable(); // nothing | disconnected | account
    t.timestamp('done_at').notNullable();
    t.timestamp('expires_at').notNullable().index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('upstream_deletions');
  await knex.schema.dropTable('upstream_notifications');
}
