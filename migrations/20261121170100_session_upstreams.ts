import type { Knex } from 'knex';

// Through which identities a session was signed in to: when the upstream says that one ended there, the session ends here, and
// signing out here can go on to there. Without a reference to identities: a session outlives one that was taken away.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('session_upstreams', (t) => {
    t.text('uid').notNullable().references('sessions.uid').onDelete('CASCADE');
    t.text('upstream_id').notNullable();
    t.text('issuer').notNullable();
    t.text('subject').notNullable();
    t.text('sid'); // the session there, as the upstream names it to us
    t.timestamp('created_at').notNullable();
    t.primary(['uid', 'upstream_id']);
    t.index(['upstream_id', 'issuer', 'subject']);
    t.index(['upstream_id', 'sid'], undefined, { predicate: knex.whereNotNull('sid') });
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('session_upstreams');
}
