import type { Knex } from 'knex';

// A sign-in or a link that is under way must not outlive what ends it: a new password, an identity that was taken away, the end
// of everything. Raised by each of them, and compared when a proof is about to count.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => {
    t.integer('proof_epoch').notNullable().defaultTo(0);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('accounts', (t) => t.dropColumn('proof_epoch'));
}
