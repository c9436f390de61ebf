import type { Knex } from 'knex';

// One password an account, as a PHC string.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('passwords', (t) => {
    t.text('account_id').primary().references('accounts.id').onDelete('CASCADE');
    t.text('password_hash').notNullable();
    t.timestamp('changed_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('passwords');
}
