import type { Knex } from 'knex';

// Which configurations were in force: so that a plan can say what a changed file would change, and for whom.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('applied_configs', (t) => {
    t.text('digest').primary(); // of the whole content
    t.text('hash').notNullable(); // as /health/ready shows it
    t.jsonb('content').notNullable(); // without secrets: a keyed hash stands in the place of each
    t.timestamp('written_at').notNullable(); // of the newest of its files: an older one is not the last, whoever applies it again
    t.timestamp('applied_at').notNullable(); // the last time
    t.text('process').notNullable(); // by whom, then
    t.index(['written_at', 'applied_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('applied_configs');
}
