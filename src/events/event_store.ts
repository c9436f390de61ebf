import type { RecordedEvent } from './door.ts';

/** Where events are kept. */
export interface EventStore {
  append(event: RecordedEvent): Promise<void>;
  /** Oldest first. */
  ofReference(reference: string): Promise<RecordedEvent[]>;
  /** Newest first. */
  ofAccount(accountId: string, limit: number): Promise<RecordedEvent[]>;
  /** Deletes events from before a time and returns how many. */
  sweep(before: Date): Promise<number>;
}
