import type { Database } from '../database/index.ts';
import type { Logger } from '../kit/logger.ts';

/** What the room needs. */
export interface EventsDeps {
  database: Database;
  logger: Logger;
  /** The device whose request is being answered; what a person should recognise is kept with it. */
  device?: () => object | undefined;
  /** Seconds for which events are kept. */
  lifetimes: () => { events: number };
}
