import type { Knex } from 'knex';

// Mails are written in the transaction of what they announce and sent afterwards; what they say is encrypted until then, and dropped once sent.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('mail_outbox', (t) => {
    t.text('id').primary();
    t.text('template').notNullable();
    t.text('locale').notNullable();
    t.text('content'); // encrypted recipient and values; null once sent
    t.text('reference'); // of the visit that caused it
    t.integer('tries').notNullable().defaultTo(0);
    t.text('last_error');
    t.timestamp('created_at').notNullable();
    t.timestamp('due_at').notNullable();
    t.timestamp('sent_at').index(); // both found again when it is time to delete
    t.timestamp('failed_at').index();
    t.index(['due_at'], 'mail_outbox_waiting', { predicate: knex.whereRaw('sent_at is null and failed_at is null') });
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('mail_outbox');
}
