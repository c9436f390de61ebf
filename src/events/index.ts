/**
 * events: what happened.
 *
 * Owns the append-only security events and the timeline that `explain` prints. Mounts no URL. Never changes or deletes an
 * event, and never keeps a password, code, token, cookie or address: who records names the facts one by one.
 */
export { openEvents } from './events.ts';
export type { Events, RecordEvent } from './events.ts';
export type { RecordedEvent, SecurityEvent } from './event_store.ts';
