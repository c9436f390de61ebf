import type { Knex } from 'knex';

// What ends a connection at the upstream once it has ended here: kept only where the config says so. The database itself notes,
// in the transaction that takes the identity away and however that comes about, that the connection is to be ended there:
// `identity_subject` becomes null, and the row is due. So this is also the outbox.

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('upstream_tokens', (t) => {
    t.text('upstream_id').notNullable();
    t.text('issuer').notNullable();
    t.text('subject').notNullable();
    t.text('identity_subject');
    t.text('token'); // encrypted; null where the upstream needs none
    t.integer('tries').notNullable().defaultTo(0);
    t.timestamp('created_at').notNullable();
    t.timestamp('due_at').notNullable();
    t.primary(['upstream_id', 'issuer', 'subject']);
    t.index(['upstream_id', 'issuer', 'identity_subject']);
    t.index('due_at', undefined, { predicate: knex.whereNull('identity_subject') });
  });
  await knex.raw(`
    alter table upstream_tokens add constraint upstream_tokens_identity
    foreign key (upstream_id, issuer, identity_subject) references identities (upstream_id, issuer, subject)
    on delete set null (identity_subject)`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('upstream_tokens');
}
