import type { Tag } from '../locales/index.ts';
import type { Account, NewAccount, Profile } from './account.ts';

/** Accounts with their one address. Deleted accounts are not found. */
export interface AccountStore {
  find(id: string): Promise<Account | undefined>;
  findByAddress(canonical: string): Promise<Account | undefined>;
  list(page: { after?: string; limit: number }): Promise<Account[]>;
  /** Undefined, and nothing is kept, when another account has the address: also when both come at once. */
  insert(account: NewAccount, verifiedAt: Date | undefined): Promise<Account | undefined>;
  /** Marks the address verified, if it is not already, and returns the account. */
  verify(id: string): Promise<Account | undefined>;
  update(id: string, profile: Profile, locale: Tag | undefined): Promise<void>;
  setDisabled(id: string, disabledAt: Date | undefined): Promise<void>;
  /** Leaves a tombstone: the row of the id, empty. Whatever referred to the account is deleted with it. */
  bury(id: string): Promise<void>;
}
