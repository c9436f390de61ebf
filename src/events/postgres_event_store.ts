import { sweepRows, type Database } from '../database/index.ts';
import type { RecordedEvent } from './door.ts';
import type { EventStore } from './event_store.ts';

interface Row {
  at: Date;
  type: RecordedEvent['type'];
  outcome: RecordedEvent['outcome'];
  reference: string | null;
  account_id: string | null;
  client_id: string | null;
  upstream_id: string | null;
  reason: string | null;
  detail: NonNullable<RecordedEvent['detail']>;
}

const append = {
  name: 'events_append',
  text: `insert into events (at, type, outcome, reference, account_id, client_id, upstream_id, reason, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
};

/** Events in PostgreSQL. */
export function postgresEventStore(database: Database): EventStore {
  const { knex } = database;
  return {
    async append(event) {
      const about = [event.reference, event.accountId, event.clientId, event.upstreamId, event.reason];
      await database.run(append, [event.at, event.type, event.outcome, ...about, JSON.stringify(event.detail ?? {})]);
    },
    async ofReference(reference) {
      const rows = await knex<Row>('events').where({ reference }).orderBy(['at', 'id']);
      return rows.map(eventOf);
    },
    async ofAccount(accountId, limit, types) {
      const rows = await knex<Row>('events')
        .where({ account_id: accountId })
        .modify((query) => void (types && query.whereIn('type', types)))
        .orderBy([
          { column: 'at', order: 'desc' },
          { column: 'id', order: 'desc' },
        ])
        .limit(limit);
      return rows.map(eventOf);
    },
    sweep: (before) => sweepRows(database, { table: 'events', column: 'at' }, before),
  };
}

function eventOf(row: Row): RecordedEvent {
  return {
    at: row.at,
    type: row.type,
    outcome: row.outcome,
    reference: row.reference ?? undefined,
    accountId: row.account_id ?? undefined,
    clientId: row.client_id ?? undefined,
    upstreamId: row.upstream_id ?? undefined,
    reason: row.reason ?? undefined,
    detail: row.detail,
  };
}
