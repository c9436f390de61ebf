import type { Knex } from 'knex';

// Whose a device's code is, and that it was answered, stand beside the sealed payload, so that one conditional statement decides
// when two browsers type the same code, or one sends its answer twice. The release before fills none of them in.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('device_codes', (t) => {
    t.text('claimed_by');
    t.timestamp('answered_at');
  });
  for (const table of ['device_codes', 'backchannel_authentication_requests']) {
    await knex.schema.alterTable(table, (t) => {
      t.timestamp('polled_at');
      t.integer('poll_seconds').notNullable().defaultTo(5);
    });
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['device_codes', 'backchannel_authentication_requests']) {
    await knex.schema.alterTable(table, (t) => t.dropColumns('polled_at', 'poll_seconds'));
  }
  await knex.schema.alterTable('device_codes', (t) => t.dropColumns('claimed_by', 'answered_at'));
}
