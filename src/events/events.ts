import type { Database } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { describeError } from '../kit/errors.ts';
import type { EventsDeps } from './deps.ts';
import type { ActivityEvent, Events, RecordedEvent, SecurityEvent } from './door.ts';
import { isPersonal, personalEvents } from './event_types.ts';
import { postgresEventStore } from './postgres_event_store.ts';

const LONGEST = 300;

/** Reads events and records none: what commands need. */
export function readEvents(database: Database): Pick<Events, 'explain' | 'ofAccount'> {
  const store = postgresEventStore(database);
  return {
    explain: (reference) => store.ofReference(normaliseReference(reference)),
    ofAccount: (accountId, limit) => store.ofAccount(accountId, limit),
  };
}

/** Opens the events over the database. */
export function openEvents({ database, logger, lifetimes, device = () => undefined }: EventsDeps): Events {
  const store = postgresEventStore(database);
  const asKept = (event: SecurityEvent): RecordedEvent => {
    const own = isPersonal(event.type) ? { ...event, detail: { ...device(), ...event.detail } } : event;
    return { ...storable(own), at: now() };
  };
  return {
    ...readEvents(database),
    async recordDeed(deed, events) {
      return database.together(events.length === 0 ? deed : [...deed, store.appending(events.map(asKept))]);
    },
    async record(event) {
      const kept = asKept(event);
      try {
        await store.append(kept);
      } catch (cause) {
        logger.error({ event: kept, error: describeError(cause) }, 'an event was not kept');
      }
    },
    async activityOf(accountId, limit) {
      const events = await store.ofAccount(accountId, limit, personalEvents);
      return events.filter((event): event is ActivityEvent => isPersonal(event.type));
    },
    sweeps: [{ table: 'events', column: 'at', before: () => inSeconds(-lifetimes().events) }],
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
