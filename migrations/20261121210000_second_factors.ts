import type { Knex } from 'knex';

// An authenticator app, with the newest step it was used for, so that one statement accepts a code and no code is accepted
// twice; ten recovery codes, each in a place of its own, so that one statement replaces the whole set; and what a page has to
// show again until its person is done with it.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('totp_seeds', (t) => {
    t.text('account_id').primary().references('accounts.id').onDelete('CASCADE');
    t.text('secret').notNullable(); // encrypted
    t.bigInteger('last_step').notNullable();
    t.text('preferred'); // totp or passkey, where the person said
    t.timestamp('created_at').notNullable();
    t.timestamp('last_used_at').notNullable();
  });
  await knex.schema.createTable('recovery_codes', (t) => {
    t.text('account_id').notNullable().references('accounts.id').onDelete('CASCADE');
    t.smallint('place').notNullable();
    t.text('code_hash').notNullable();
    t.timestamp('created_at').notNullable();
    t.timestamp('used_at');
    t.primary(['account_id', 'place']);
  });
  await knex.schema.createTable('factor_drafts', (t) => {
    t.text('account_id').notNullable().references('accounts.id').onDelete('CASCADE');
    t.text('browser_hash').notNullable();
    t.text('kind').notNullable();
    t.text('content').notNullable(); // encrypted
    t.timestamp('expires_at').notNullable().index();
    t.primary(['account_id', 'browser_hash', 'kind']);
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['factor_drafts', 'recovery_codes', 'totp_seeds']) await knex.schema.dropTable(table);
}
