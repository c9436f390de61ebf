import type { Knex } from 'knex';

// Links in mails: each good for one purpose, once. A confirmed proof remembers whom it made or verified, so that the
// browser in which it began can go on.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('mailed_links', (t) => {
    t.text('token_hash').primary();
    t.text('purpose').notNullable();
    t.text('account_id').references('accounts.id').onDelete('CASCADE').index();
    t.text('proof_id').references('mailed_proofs.id').onDelete('CASCADE').index();
    t.jsonb('payload').notNullable().defaultTo('{}');
    t.timestamp('created_at').notNullable();
    t.timestamp('expires_at').notNullable().index();
    t.timestamp('consumed_at'); // kept until it expires, so that a second press is told from a dead link
  });
  await knex.schema.alterTable('mailed_proofs', (t) => {
    t.text('confirmed_account_id').references('accounts.id').onDelete('CASCADE');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('mailed_proofs', (t) => t.dropColumn('confirmed_account_id'));
  await knex.schema.dropTable('mailed_links');
}
