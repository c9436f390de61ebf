import type { Knex } from 'knex';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Mail } from '../mail/index.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { GroupsThrough } from './groups.ts';
import type { Linking } from './linking.ts';
import type { MailedLinks } from './mailed_links.ts';

/** What the rooms of the factors, which stand above this one, do for it inside its transactions. app.ts passes it in. */
export interface Factors {
  setPassword(within: Knex, accountId: string, passwordHash: string): Promise<void>;
  hasPassword(within: Knex, accountId: string): Promise<boolean>;
  removePassword(within: Knex, accountId: string): Promise<void>;
  /** Adds what a sign-up with a passkey kept until its code came. */
  keepPasskey(within: Knex, accountId: string, passkey: object): Promise<void>;
  hasPasskey(within: Knex, accountId: string): Promise<boolean>;
  /** What only its owner has beside the rest: an authenticator app or a passkey. */
  hasSecondFactor(within: Knex, accountId: string): Promise<boolean>;
  /** Takes away the passkeys and second factors that were added since then, and trust in every browser. */
  removeSecondFactorsSince(within: Knex, accountId: string, since: Date): Promise<void>;
}

/** What the config says at this moment. */
export interface AccountPolicy {
  /** Undefined for an upstream that is not (or no longer) configured: nobody gets in through it. */
  upstream(id: string): { name: string; linking: Linking } | undefined;
  /** What the names of groups at an upstream come to here; nothing for one that is not configured. */
  groupsThrough: GroupsThrough;
  /** Who may make an account for this canonical address: anybody, somebody with an invitation, or nobody. */
  admits(canonical: string): 'anybody' | 'invited' | 'nobody';
  /** Whether people get a mail when their account is signed in to on another browser than before. */
  tellOfNewDevices(): boolean;
  /** Whether an account may take this canonical address: only where domains are prescribed can one be wrong. */
  mayMoveTo(canonical: string): boolean;
}

/** What the room needs. */
export interface AccountsDeps {
  database: Database;
  record: RecordEvent;
  mail: Pick<Mail, 'queue' | 'wake'>;
  limits: Pick<RateLimiter, 'take' | 'takeAll' | 'giveBack'>;
  factors: Factors;
  links: MailedLinks;
  policy: AccountPolicy;
  /** Keys the hashes of mailed codes: a dump of the database is not enough to guess them. */
  proofKey: Buffer;
  /** Seconds for which a mailed code or link counts, and after which a deleted account is buried. */
  lifetimes: () => { mailed_code: number; mailed_link: number; undo_link: number; deletion_grace: number };
}
