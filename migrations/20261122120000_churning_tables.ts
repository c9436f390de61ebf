import type { Knex } from 'knex';

// What is written once, changed once and deleted soon needs more than PostgreSQL's defaults: room in its page for the changed
// row, so that no index has to be changed with it (a HOT update), and a vacuum after 2 % of dead rows instead of 20 %. Rows that
// are changed in the moment in which they were written lie beside each other and are changed together: a full half of the page
// is left to them. Settings count for what is written from now on; nothing is rewritten.

/** Used up within moments: as much room as they take. */
const usedAtOnce = [
  'authorization_codes',
  'interactions',
  'pushed_authorization_requests',
  'upstream_transactions',
  'webauthn_challenges',
  'rate_limits',
];
/** Changed some time later, a few of a page at a time. */
const changedLater = ['visits', 'mailed_proofs', 'mailed_links', 'device_codes', 'backchannel_authentication_requests'];
/** What they had until now; the others had nothing. */
const before: Readonly<Record<string, number>> = {
  authorization_codes: 90,
  interactions: 90,
  pushed_authorization_requests: 90,
  device_codes: 90,
  backchannel_authentication_requests: 90,
};
/** Swept, or ended with what is swept, and without the setting until now. */
const vacuumedSooner = [
  'visits',
  'remembered_accounts',
  'logout_notices',
  'session_upstreams',
  'upstream_transactions',
  'upstream_notifications',
  'upstream_deletions',
  'mailed_proofs',
  'mailed_links',
  'invitations',
  'known_browsers',
  'factor_drafts',
  'trusted_devices',
  'webauthn_challenges',
  'mail_outbox',
  'rate_limits',
  'events',
  'registered_clients',
];

export async function up(knex: Knex): Promise<void> {
  for (const table of usedAtOnce) await knex.raw(`alter table ${table} set (fillfactor = 50)`);
  for (const table of changedLater) await knex.raw(`alter table ${table} set (fillfactor = 80)`);
  for (const table of vacuumedSooner) {
    await knex.raw(`alter table ${table} set (autovacuum_vacuum_scale_factor = 0.02)`);
  }
  // A sweep looks for them each minute, and there is almost never one.
  await knex.raw(
    `create index addresses_throw_away on addresses (canonical) where canonical like 'doctor-%@doctor.gatehouse.invalid'`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index addresses_throw_away');
  for (const table of vacuumedSooner) await knex.raw(`alter table ${table} reset (autovacuum_vacuum_scale_factor)`);
  for (const table of [...usedAtOnce, ...changedLater]) {
    const had = before[table];
    await knex.raw(`alter table ${table} ${had === undefined ? 'reset (fillfactor)' : `set (fillfactor = ${had})`}`);
  }
}
