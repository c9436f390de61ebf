import type { Knex } from 'knex';

// Admins give accounts groups, by which apps let people in. What an upstream says of groups stands with its identity.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => {
    t.specificType('groups', 'text[]').notNullable().defaultTo('{}');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => {
    t.dropColumn('groups');
  });
}
