import type { Knex } from 'knex';

// How often a key was blocked stands in the row of its counter, so that one statement counts and blocks. A row that still
// has strikes is kept for them. The release before inserts three columns and leaves the others at their defaults.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('rate_limits', (t) => {
    t.integer('strikes').notNullable().defaultTo(0);
    t.bigInteger('strikes_expire').notNullable().defaultTo(0);
    t.specificType('kept_until', 'bigint generated always as (greatest(expire, strikes_expire)) stored').index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('rate_limits', (t) => {
    t.dropColumns('kept_until', 'strikes', 'strikes_expire');
  });
}
