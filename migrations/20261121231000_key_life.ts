import type { Knex } from 'knex';

// The life of a key stands in its row: published, signing, verifying only, gone. No clock that steps back can undo a step, and
// PostgreSQL itself sees to it that one key of a kind signs and no second one. The release before goes by `signs_from` alone:
// a process of it that starts while the next key is only published would sign with that one already.

const alive = [
  { table: 'signing_keys', id: 'kid', kind: 'algorithm' },
  { table: 'cookie_keys', id: 'id', kind: '(true)' },
] as const;

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('cookie_keys', (t) => {
    t.timestamp('signs_from');
  });
  await knex.raw('update cookie_keys set signs_from = created_at');
  for (const { table, id, kind } of alive) {
    await knex.schema.alterTable(table, (t) => {
      t.timestamp('began_at'); // to sign
      t.timestamp('ended_at'); // signing: another one signs since then
      t.integer('needed_seconds').notNullable().defaultTo(0); // after that end: how long what it signed is still around
    });
    await knex.raw(`
      update ${table} set began_at = signs_from, ended_at = followed.at
      from (
        select ${id} as key, lead(signs_from) over (partition by ${kind} order by signs_from, ${id} desc) as at
        from ${table} where retired_at is null
      ) followed
      where ${id} = followed.key`);
    await knex.raw(`
      create unique index ${table}_one_signs on ${table} (${kind})
      where began_at is not null and ended_at is null and retired_at is null`);
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const { table } of alive) {
    await knex.raw(`drop index ${table}_one_signs`);
    await knex.schema.alterTable(table, (t) => t.dropColumns('began_at', 'ended_at', 'needed_seconds'));
  }
  await knex.schema.alterTable('cookie_keys', (t) => t.dropColumn('signs_from'));
}
