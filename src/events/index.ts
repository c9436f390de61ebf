/**
 * events: what happened.
 *
 * Owns the append-only security events, their closed list of types, and the timeline that `explain` prints. Writes an
 * event in one transaction with the deed that it tells of where that is asked for. Mounts no URL.
 * Never changes an event or deletes one before its time, and never keeps a password, code, token, cookie or address: who
 * records names the facts one by one.
 */
export { openEvents, readEvents } from './events.ts';
export type { ActivityEvent, Events, RecordDeed, RecordEvent, RecordedEvent, SecurityEvent } from './door.ts';
export type { EventType, PersonalEvent } from './event_types.ts';
