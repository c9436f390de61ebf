import type { Knex } from 'knex';

// What an authenticator has to sign: each once, within minutes, for one purpose, browser and visit (or session). Used ones stay
// until they expire, so that a second use is seen as one.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('webauthn_challenges', (t) => {
    t.text('challenge_hash').primary();
    t.text('purpose').notNullable();
    t.text('browser_hash').notNullable();
    t.text('bound_to').notNullable(); // hash of the uid of a visit or session
    t.text('account_id'); // whose passkey it must be; null: whoever has one
    t.text('user_handle'); // of the passkey that is about to be made
    t.timestamp('expires_at').notNullable().index();
    t.timestamp('consumed_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('webauthn_challenges');
}
