import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import type { Account, AccountState, NewAccount, Profile } from './account.ts';

/** What can change on an account; null takes a value away. */
export interface AccountChanges {
  profile?: Profile;
  locale?: Tag | null;
  /** Another address, which its person has proven. It must be free: see lockAddress. */
  address?: Address;
  deleteAt?: Date | null;
}

/** The looks of every sign-in. */
export interface AccountLooks {
  /** By subject; undefined for an unknown or deleted account. A disabled one is found. */
  find(id: string): Promise<Account | undefined>;
  findByAddress(canonical: string): Promise<Account | undefined>;
  /** Who has this address, and whether they are known on the browser. */
  findAtBrowser(canonical: string, browserHash: string): Promise<{ account: Account | undefined; known: boolean }>;
}

/** Accounts with their one address. Deleted accounts are not found. */
export interface AccountStore extends Pick<AccountLooks, 'find' | 'findByAddress'> {
  list(page: { after?: string; limit: number; state?: AccountState }): Promise<Account[]>;
  /** The address that was verified last, as it is stored. */
  newestAddress(): Promise<string | undefined>;
  /** Undefined, and nothing is kept, when another account has the address: also when both come at once. */
  insert(account: NewAccount, verifiedAt: Date | undefined): Promise<Account | undefined>;
  /** Marks the address verified, if it is not already, and returns the account. */
  verify(id: string): Promise<Account | undefined>;
  /** Changes what is given and returns the account; undefined when there is none. */
  change(id: string, changes: AccountChanges): Promise<Account | undefined>;
  /** Leaves a tombstone: the row of the id, empty. Whatever referred to the account is deleted with it. */
  bury(id: string): Promise<void>;
}
