import type { Step, Sweep } from '../database/index.ts';
import type { EventType, PersonalEvent } from './event_types.ts';

/** Something that happened; `detail` holds small facts, never a secret or an address. */
export interface SecurityEvent {
  type: EventType;
  outcome: 'ok' | 'refused' | 'failed';
  reference?: string;
  accountId?: string;
  clientId?: string;
  upstreamId?: string;
  reason?: string;
  detail?: Record<string, string | number | boolean>;
}

/** An event as it was kept. */
export interface RecordedEvent extends SecurityEvent {
  at: Date;
}

/** An event of a person's own account: its detail says on which device, as far as that is known. */
export interface ActivityEvent extends RecordedEvent {
  type: PersonalEvent;
}

/** Keeps an event. Never throws: what cannot be written to the database is written to the log. */
export type RecordEvent = (event: SecurityEvent) => Promise<void>;

/**
 * Does a deed and keeps what tells of it, all or nothing. False when a decisive step of the deed met no row: then neither was
 * done. Rejects as the database does.
 */
export type RecordDeed = (deed: readonly Step[], events: readonly SecurityEvent[]) => Promise<boolean>;

/** What the room offers. */
export interface Events {
  record: RecordEvent;
  recordDeed: RecordDeed;
  /** The timeline of a visit, oldest first, for a reference as people read it out: any case, with or without the hyphen. */
  explain(reference: string): Promise<RecordedEvent[]>;
  /** The newest events of an account, newest first. */
  ofAccount(accountId: string, limit: number): Promise<RecordedEvent[]>;
  /** The newest of those that a person should recognise, newest first. */
  activityOf(accountId: string, limit: number): Promise<ActivityEvent[]>;
  /** What is older than events are kept. */
  sweeps: readonly Sweep[];
}
