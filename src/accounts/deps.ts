import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Mail } from '../mail/index.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { AccountPolicy, Factors } from './doors.ts';

export interface AccountsDeps {
  database: Database;
  record: RecordEvent;
  mail: Pick<Mail, 'queue' | 'wake'>;
  limits: RateLimiter;
  factors: Factors;
  policy: AccountPolicy;
  /** Keys the hashes of mailed codes: a dump of the database is not enough to guess them. */
  proofKey: Buffer;
}
