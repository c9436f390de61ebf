import type { Database } from '../database/index.ts';

/** What the room needs. */
export interface KeysDeps {
  database: Database;
  /** 32 bytes each: the first encrypts, all decrypt. */
  encryptionKeys: Buffer[];
  /** Keeps an event; the `record` of events, a sibling. */
  record: (event: { type: 'keys.created'; outcome: 'ok'; detail: Record<string, string> }) => Promise<void>;
}
