import type { Knex } from 'knex';

// Apps are told that a session has ended (Back-Channel Logout 1.0) after the transaction that ended it: what they will be told
// is written in that transaction, so that nothing is lost when the process dies in between. A row is gone once its app knows.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('logout_notices', (t) => {
    t.bigIncrements('id');
    t.text('client_id').notNullable();
    t.text('account_id').notNullable();
    t.text('sid'); // the session, as the app knows it
    t.integer('tries').notNullable().defaultTo(0);
    t.timestamp('created_at').notNullable();
    t.timestamp('due_at').notNullable().index();
    t.timestamp('expires_at').notNullable().index(); // the app has not answered for so long that it is given up
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('logout_notices');
}
