import type { Knex } from 'knex';

// On which device a session is, and when it was last used: beside the session, because this is written when the session itself
// is not, and at most every few minutes. Only parsed names and a coarse place, never the client address. It ends with its session.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('session_devices', (t) => {
    t.text('uid').primary().references('sessions.uid').onDelete('CASCADE');
    t.text('browser');
    t.text('os');
    t.text('place');
    t.timestamp('created_at').notNullable();
    t.timestamp('last_seen_at').notNullable();
  });
  await knex.raw('alter table session_devices set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('session_devices');
}
