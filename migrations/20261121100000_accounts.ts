import type { Knex } from 'knex';

// Accounts, their one address, their identities at upstreams, and the proofs that are mailed to an address.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('accounts', (t) => {
    t.text('id').primary();
    t.jsonb('profile').notNullable().defaultTo('{}');
    t.text('locale');
    t.text('terms_version');
    t.text('origin').notNullable(); // signup | upstream | admin: only the first two can be shells
    t.timestamp('created_at').notNullable();
    t.timestamp('updated_at').notNullable();
    t.timestamp('disabled_at');
    t.timestamp('deleted_at'); // a tombstone keeps the id from ever being used again
  });
  await knex.schema.createTable('addresses', (t) => {
    t.text('canonical').primary();
    t.text('stored').notNullable();
    t.text('account_id').notNullable().unique().references('accounts.id').onDelete('CASCADE');
    t.timestamp('verified_at');
  });
  await knex.schema.createTable('identities', (t) => {
    t.text('upstream_id').notNullable();
    t.text('issuer').notNullable();
    t.text('subject').notNullable();
    t.text('account_id').notNullable().references('accounts.id').onDelete('CASCADE');
    t.jsonb('facts').notNullable().defaultTo('{}');
    t.text('trust').notNullable();
    t.timestamp('created_at').notNullable();
    t.timestamp('last_used_at').notNullable();
    t.primary(['upstream_id', 'issuer', 'subject']);
    t.unique(['account_id', 'upstream_id']);
  });
  await knex.schema.createTable('mailed_proofs', (t) => {
    t.text('id').primary();
    t.text('purpose').notNullable(); // sign-up | verify-address | arrive | link
    t.text('code_hash').notNullable();
    t.text('address').notNullable().index(); // canonical: what the code proves
    t.text('stored').notNullable(); // where the mail goes
    t.text('account_id').references('accounts.id').onDelete('CASCADE').index();
    t.text('interaction_hash').notNullable(); // SHA-256 of the interaction's uid
    t.text('browser_hash').notNullable();
    t.jsonb('payload').notNullable().defaultTo('{}');
    t.integer('tries').notNullable().defaultTo(0);
    t.timestamp('created_at').notNullable();
    t.timestamp('sent_at').notNullable(); // of the newest code: a new one may follow a minute later
    t.timestamp('expires_at').notNullable().index();
    t.timestamp('consumed_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['mailed_proofs', 'identities', 'addresses', 'accounts']) await knex.schema.dropTable(table);
}
