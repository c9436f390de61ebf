import type { Knex } from 'knex';

// A request of an app for somebody who is elsewhere is listed by its account, answered there once, and the app is told of the
// answer until it has heard it or the request is over. The payload stays sealed. The release before fills none of this in.

const TABLE = 'backchannel_authentication_requests';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable(TABLE, (t) => {
    t.text('account_id').index();
    t.text('reference');
    t.timestamp('answered_at');
    t.timestamp('ping_due_at').index();
    t.integer('ping_tries').notNullable().defaultTo(0);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable(TABLE, (t) => {
    t.dropColumns('account_id', 'reference', 'answered_at', 'ping_due_at', 'ping_tries');
  });
}
