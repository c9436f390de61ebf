import type { Database } from '../database/index.ts';
import type { Logger } from '../kit/logger.ts';

/** What the room needs. */
export interface EventsDeps {
  database: Database;
  logger: Logger;
  /** Seconds for which events are kept. */
  lifetimes: { events: number };
}
