import type { Knex } from 'knex';

// Browsers on which an account need not prove its second factor for a while, as its person wished. A row counts in the epoch in
// which it was made: whatever ends proofs ends it, too.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('trusted_devices', (t) => {
    t.text('account_id').notNullable().references('accounts.id').onDelete('CASCADE');
    t.text('browser_hash').notNullable();
    t.text('token_hash').notNullable();
    t.integer('proof_epoch').notNullable();
    t.timestamp('created_at').notNullable();
    t.timestamp('expires_at').notNullable().index();
    t.primary(['account_id', 'browser_hash']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('trusted_devices');
}
