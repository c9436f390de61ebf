import type { Knex } from 'knex';

// What happened, append-only: what `explain` reads and, later, a person's own activity page.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('events', (t) => {
    t.bigIncrements('id');
    t.timestamp('at').notNullable().index();
    t.text('type').notNullable();
    t.text('outcome').notNullable(); // ok | refused | failed
    t.text('reference').index();
    t.text('account_id').index();
    t.text('client_id');
    t.text('upstream_id');
    t.text('reason');
    t.jsonb('detail').notNullable().defaultTo('{}');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('events');
}
