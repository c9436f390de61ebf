import type { Database, SealedColumn } from '../database/index.ts';
import type { KeyChange } from './door.ts';
import type { KeySchedule } from './settings.ts';

/** What the room needs. */
export interface KeysDeps {
  database: Database;
  /** 32 bytes each: the first encrypts, all decrypt. */
  encryptionKeys: Buffer[];
  /** Keeps an event; the `record` of events, a sibling. */
  record: (event: KeyChange) => Promise<void>;
  schedule: KeySchedule;
}

/** What changing keys by command needs. */
export interface KeyAdministrationDeps extends KeysDeps {
  /** Every column that holds something sealed, of all rooms. */
  sealed: readonly SealedColumn[];
}
