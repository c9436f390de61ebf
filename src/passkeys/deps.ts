import type { Accounts } from '../accounts/index.ts';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Mail } from '../mail/index.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { PasskeySettings } from './settings.ts';

/** What the room needs. */
export interface PasskeysDeps {
  database: Database;
  /** Passkeys are bound to its host, and made on its origin: never to what a request says. */
  issuer: string;
  /** The name of the service, as authenticators show it. */
  brand: () => string;
  settings: () => PasskeySettings;
  accounts: Pick<Accounts, 'find' | 'hold'>;
  mail: Pick<Mail, 'queue' | 'wake'>;
  limits: Pick<RateLimiter, 'take' | 'giveBack'>;
  record: RecordEvent;
}
