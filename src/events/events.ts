import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { RecordedEvent, SecurityEvent } from './event_store.ts';
import { postgresEventStore } from './postgres_event_store.ts';

/** Keeps an event. Never throws: what cannot be written to the database is written to the log. */
export type RecordEvent = (event: SecurityEvent) => Promise<void>;

export interface Events {
  record: RecordEvent;
  /** The timeline of a visit, oldest first, for a reference as people read it out: any case, with or without the hyphen. */
  explain(reference: string): Promise<RecordedEvent[]>;
  /** The newest events of an account, newest first. */
  ofAccount(accountId: string, limit: number): Promise<RecordedEvent[]>;
}

const LONGEST = 300;

/** Opens the events over the database. */
export function openEvents({ database, logger }: { database: Database; logger: Logger }): Events {
  const store = postgresEventStore(database);
  return {
    async record(event) {
      const kept = { ...storable(event), at: now() };
      try {
        await store.append(kept);
      } catch (cause) {
        logger.error(
          { event: kept, cause: cause instanceof Error ? cause.message : 'unknown' },
          'an event was not kept',
        );
      }
    },
    explain: (reference) => store.ofReference(normaliseReference(reference)),
    ofAccount: (accountId, limit) => store.ofAccount(accountId, limit),
  };
}

/** Crockford base32: O reads as 0, I and L as 1. */
function normaliseReference(typed: string): string {
  const characters = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return `${characters.slice(0, 5)}-${characters.slice(5)}`;
}

/** PostgreSQL refuses NUL and lone surrogates, and some values come from strangers: a client id, an upstream's error code. */
function storable(event: SecurityEvent): SecurityEvent {
  const detail = Object.fromEntries(
    Object.entries(event.detail ?? {}).map(([name, value]) => [cleanText(name), clean(value)]),
  );
  // Cleaning replaces strings by strings and leaves all else as it is.
  return {
    ...Object.fromEntries(Object.entries(event).map(([name, value]) => [name, clean(value)])),
    detail,
  } as SecurityEvent;
}

function clean(value: unknown): unknown {
  return typeof value === 'string' ? cleanText(value) : value;
}

function cleanText(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\uFFFD').slice(0, LONGEST).toWellFormed();
}
