import type { Database } from '../database/index.ts';
import type { LimitSettings } from './limit_rules.ts';

/** What the room needs. */
export interface RateLimitDeps {
  database: Database;
  limits: () => LimitSettings;
  /** Keys are stored as an HMAC under this: the table tells nobody who was counted. */
  hashKey: Buffer;
  /** Keeps an event: one when a key is refused for the first time in its window. The `record` of events, a sibling. */
  record: (event: { type: 'rate_limits.exceeded'; outcome: 'refused'; reason: string }) => Promise<void>;
}
