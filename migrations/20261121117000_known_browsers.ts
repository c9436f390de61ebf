import type { Knex } from 'knex';

// The browsers on which an account signed in: its owner gets a mail when there is another one.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('known_browsers', (t) => {
    t.text('account_id').notNullable().references('accounts.id').onDelete('CASCADE');
    t.text('browser_hash').notNullable();
    t.timestamp('first_used_at').notNullable().index();
    t.primary(['account_id', 'browser_hash']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('known_browsers');
}
