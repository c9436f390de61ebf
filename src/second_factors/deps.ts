import type { Account, Accounts } from '../accounts/index.ts';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Sealer } from '../keys/index.ts';
import type { Mail } from '../mail/index.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { Web } from '../web/index.ts';

/** What the room needs. */
export interface SecondFactorsDeps {
  database: Database;
  sealer: Sealer;
  limits: Pick<RateLimiter, 'take' | 'reset'>;
  mail: Pick<Mail, 'queue' | 'wake'>;
  record: RecordEvent;
  web: Pick<Web, 'browser' | 'cookies'>;
  /** The name of the service, as authenticator apps list it. */
  brand: () => string;
  /** Keys the hashes of recovery codes. It never changes: codes on paper live for years. */
  codeKey: Buffer;
  /** Seconds for which a browser can be trusted; 0 for not at all. */
  trustSeconds: () => number;
  /** Whose codes these are, for the mail: the accounts, which are opened after this room. */
  ownerOf(accountId: string): Promise<Account | undefined>;
  setSecondStep: Accounts['setSecondStep'];
}
