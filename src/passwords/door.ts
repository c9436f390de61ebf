import type { Knex } from 'knex';
import type { PasswordProblem } from './password_rules.ts';
import type { PasswordSettings } from './password_settings.ts';

/** What the room offers. */
export interface Passwords {
  /** As the settings in force say. */
  readonly minLength: number;
  /**
   * What is wrong with a new password, for this person; empty when nothing is. Asks the breach check last, if there is one
   * in the config; that one's failure is no problem.
   */
  problems(password: string, person: { address?: string }): Promise<PasswordProblem[]>;
  /** The hash to store. Rejects with `busy` when too many wait; whoever calls has looked at `problems` before. */
  hash(password: string): Promise<string>;
  /**
   * Whether this is the account's password. Takes as long without an account or a password as with one; only a hash from
   * elsewhere takes as long as it takes, until the first right password has replaced it. Rejects with `busy` when too many
   * wait. An over-long password is wrong at once, for everybody.
   */
  verify(accountId: string | undefined, password: string): Promise<boolean>;
  set(within: Knex, accountId: string, passwordHash: string): Promise<void>;
  /** Nobody signs in with a password until another is set. */
  remove(within: Knex, accountId: string): Promise<void>;
  has(accountId: string, within?: Knex): Promise<boolean>;
  /** When the account got its present password; undefined when it has none. */
  changedAt(accountId: string): Promise<Date | undefined>;
  /** Makes ready for other settings, which hold from the call of what it returns. */
  prepare(settings: PasswordSettings): () => void;
  /** Ends the threads that compute hashes. */
  close(): Promise<void>;
}
