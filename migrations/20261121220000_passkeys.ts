import type { Knex } from 'knex';

// Public keys that open an account. A credential id belongs to one account only; `user_handle` is what an authenticator knows
// the account by: random, so that it tells nothing, and one for all passkeys of the account.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('passkey_owners', (t) => {
    t.text('account_id').primary().references('accounts.id').onDelete('CASCADE');
    t.text('user_handle').notNullable().unique();
    t.timestamp('offer_again_at'); // when the page that offers one may come again; null: it never came
    t.boolean('never_offer').notNullable().defaultTo(false);
  });
  await knex.schema.createTable('passkeys', (t) => {
    t.text('credential_id').primary();
    t.text('account_id').notNullable().references('passkey_owners.account_id').onDelete('CASCADE').index();
    t.binary('public_key').notNullable(); // COSE
    t.bigInteger('sign_count').notNullable();
    t.text('aaguid').notNullable();
    t.jsonb('transports').notNullable();
    t.boolean('backup_eligible').notNullable();
    t.boolean('backed_up').notNullable();
    t.text('name');
    t.timestamp('created_at').notNullable();
    t.timestamp('last_used_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('passkeys');
  await knex.schema.dropTable('passkey_owners');
}
