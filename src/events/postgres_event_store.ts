import type { Database, Step } from '../database/index.ts';
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

/** Their order among those of the same instant is that of the arrays: ids are given row by row. */
const append = {
  name: 'events_append',
  text: `insert into events (at, type, outcome, reference, account_id, client_id, upstream_id, reason, detail)
         select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
           $8::text[], $9::jsonb[])`,
};

function appending(events: readonly RecordedEvent[]): Step {
  const column = (value: (event: RecordedEvent) => unknown) => events.map((event) => value(event) ?? null);
  const values = [
    column(({ at }) => at),
    column(({ type }) => type),
    column(({ outcome }) => outcome),
    column(({ reference }) => reference),
    column(({ accountId }) => accountId),
    column(({ clientId }) => clientId),
    column(({ upstreamId }) => upstreamId),
    column(({ reason }) => reason),
    column(({ detail }) => JSON.stringify(detail ?? {})),
  ];
  return { statement: append, values };
}

/** Events in PostgreSQL. */
export function postgresEventStore(database: Database): EventStore {
  const { knex } = database;
  return {
    async append(event) {
      const { statement, values } = appending([event]);
      await database.run(statement, values);
    },
    appending,
    async ofReference(reference) {
      const rows = await knex<Row>('events').where({ reference }).orderBy(['at', 'id']);
      return rows.map(eventOf);
    },
    async ofAccount(accountId, limit, types) {
      const rows = await database.stale((from) =>
        from<Row>('events')
          .where({ account_id: accountId })
          .modify((query) => void (types && query.whereIn('type', types)))
          .orderBy([
            { column: 'at', order: 'desc' },
            { column: 'id', order: 'desc' },
          ])
          .limit(limit),
      );
      return rows.map(eventOf);
    },
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
