import type { Knex } from 'knex';

// What the protocol engine stores: one narrow table a model, so that each keeps its own size, indexes and churn.
// `id` is the SHA-256 of a bearer value, except for grants, whose id is no secret. `payload` is a JSON object, or a JSON
// string where the whole of it is encrypted (requests in flight may carry another artifact's id or an ID token hint).

const models = [
  { table: 'sessions', uid: true, account: true, fillfactor: 80 },
  { table: 'grants', account: true, client: true, fillfactor: 90 },
  { table: 'authorization_codes', grant: true, consumed: true, fillfactor: 90 },
  { table: 'access_tokens', grant: true, fillfactor: 100 },
  { table: 'refresh_tokens', grant: true, consumed: true, fillfactor: 90 },
  { table: 'client_credentials', fillfactor: 100 },
  { table: 'interactions', fillfactor: 90 },
  { table: 'pushed_authorization_requests', consumed: true, fillfactor: 90 },
  { table: 'device_codes', grant: true, consumed: true, user_code: true, fillfactor: 90 },
  { table: 'backchannel_authentication_requests', grant: true, consumed: true, fillfactor: 90 },
  { table: 'replay_detections', fillfactor: 100 },
  { table: 'initial_access_tokens', fillfactor: 100 },
  { table: 'registration_access_tokens', fillfactor: 100 },
] as const;

export async function up(knex: Knex): Promise<void> {
  for (const model of models) {
    await knex.schema.createTable(model.table, (t) => {
      t.text('id').primary();
      t.jsonb('payload').notNullable();
      t.timestamp('expires_at').index();
      if ('uid' in model) t.text('uid').unique();
      if ('user_code' in model) t.text('user_code_hash').unique();
      if ('account' in model) t.text('account_id');
      if ('client' in model) t.text('client_id');
      if ('account' in model) t.index('client' in model ? ['account_id', 'client_id'] : ['account_id']);
      if ('grant' in model) t.text('grant_id').index();
      if ('consumed' in model) t.timestamp('consumed_at');
    });
    await knex.raw(
      `alter table ${model.table} set (fillfactor = ${model.fillfactor}, autovacuum_vacuum_scale_factor = 0.02)`,
    );
  }
  // One row a prompt of a visit: the browser it belongs to, the reference people read out, how to start it again, and how
  // far it got. `params` and `progress` are encrypted: they hold addresses, and the state and nonce of the client.
  await knex.schema.createTable('visits', (t) => {
    t.text('uid_hash').primary();
    t.text('browser_hash').notNullable();
    t.text('reference').notNullable().index();
    t.text('client_id').notNullable();
    t.text('params').notNullable();
    t.text('progress');
    t.text('account_id').index(); // who signed in, once finished
    t.timestamp('created_at').notNullable();
    t.timestamp('expires_at').notNullable();
    t.timestamp('restartable_until').notNullable().index();
    t.timestamp('finished_at');
  });
  // Accounts that chose "keep me signed in" on a browser: what the account chooser shows.
  await knex.schema.createTable('remembered_accounts', (t) => {
    t.text('browser_hash').notNullable();
    t.text('account_id').notNullable().references('accounts.id').onDelete('CASCADE');
    t.timestamp('last_used_at').notNullable();
    t.timestamp('expires_at').notNullable().index();
    t.primary(['browser_hash', 'account_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['remembered_accounts', 'visits', ...models.map((model) => model.table).toReversed()]) {
    await knex.schema.dropTable(table);
  }
}
