/** Something that happened, under `<room>.<what_happened>`; `detail` holds small facts, never a secret or an address. */
export interface SecurityEvent {
  type: string;
  outcome: 'ok' | 'refused' | 'failed';
  reference?: string;
  accountId?: string;
  clientId?: string;
  upstreamId?: string;
  reason?: string;
  detail?: Record<string, string | number | boolean>;
}

export interface RecordedEvent extends SecurityEvent {
  at: Date;
}

/** Where events are kept. */
export interface EventStore {
  append(event: RecordedEvent): Promise<void>;
  /** Oldest first. */
  ofReference(reference: string): Promise<RecordedEvent[]>;
  /** Newest first. */
  ofAccount(accountId: string, limit: number): Promise<RecordedEvent[]>;
}
