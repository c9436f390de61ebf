import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { PasswordSettings } from './password_settings.ts';

/** What the room needs. */
export interface PasswordsDeps {
  database: Database;
  settings: PasswordSettings;
  /** The name of the service, which nobody may choose as a password. */
  brand: () => string;
  record: RecordEvent;
  /** The guarded client; called only where the settings have a breach check. */
  fetch: typeof fetch;
  /** How many processes on this machine share its cores; one unless given. */
  processes?: number;
}
