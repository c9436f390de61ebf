import type { Step } from '../database/index.ts';
import type { RecordedEvent } from './door.ts';
import type { EventType } from './event_types.ts';

/** Where events are kept. */
export interface EventStore {
  append(event: RecordedEvent): Promise<void>;
  /** The same for many, as a step of what is written together. */
  appending(events: readonly RecordedEvent[]): Step;
  /** Oldest first. */
  ofReference(reference: string): Promise<RecordedEvent[]>;
  /** Newest first; of these types, or of all. */
  ofAccount(accountId: string, limit: number, types?: readonly EventType[]): Promise<RecordedEvent[]>;
}
