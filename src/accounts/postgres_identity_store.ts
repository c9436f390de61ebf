import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import { IdentityTaken, type Identity, type IdentityFacts, type IdentityKey } from './account.ts';
import type { IdentityStore } from './identity_store.ts';
import type { Trust } from './linking.ts';

interface Row {
  upstream_id: string;
  issuer: string;
  subject: string;
  account_id: string;
  facts: IdentityFacts;
  trust: Trust;
  created_at: Date;
  last_used_at: Date;
  suspended_at: Date | null;
}

/** Identities in PostgreSQL, within a transaction or outside of any. */
export function postgresIdentityStore(knex: Knex): IdentityStore {
  return {
    async find(key) {
      const row = await knex<Row>('identities').where(columnsOf(key)).first();
      return row && identityOf(row);
    },
    async listOf(accountId) {
      const rows = await knex<Row>('identities').where({ account_id: accountId }).orderBy('created_at');
      return rows.map(identityOf);
    },
    async insert(accountId, { facts, trust, ...key }) {
      const at = now();
      const row = {
        ...columnsOf(key),
        account_id: accountId,
        facts: JSON.stringify(facts),
        trust,
        created_at: at,
        last_used_at: at,
      };
      // Either unique constraint may object: (upstream, issuer, subject) or (account, upstream).
      const inserted = await knex('identities').insert(row).onConflict().ignore().returning('subject');
      if (inserted.length === 0) throw new IdentityTaken();
    },
    async touch({ facts, trust, ...key }) {
      const changes = { facts: JSON.stringify(facts), trust, last_used_at: now() };
      const usable = knex('identities').where(columnsOf(key)).whereNull('suspended_at');
      return (await usable.update(changes)) === 1;
    },
    async suspend(key, suspended) {
      await knex('identities')
        .where(columnsOf(key))
        .update({ suspended_at: suspended ? now() : null });
    },
    async remove(key) {
      await knex('identities').where(columnsOf(key)).delete();
    },
  };
}

function columnsOf({ upstreamId, issuer, subject }: IdentityKey) {
  return { upstream_id: upstreamId, issuer, subject };
}

function identityOf(row: Row): Identity {
  return {
    upstreamId: row.upstream_id,
    issuer: row.issuer,
    subject: row.subject,
    accountId: row.account_id,
    facts: row.facts,
    trust: row.trust,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    suspendedAt: row.suspended_at ?? undefined,
  };
}
