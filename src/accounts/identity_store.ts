import type { Identity, IdentityKey, NewIdentity } from './account.ts';

/** Which upstream's subject opens which account. */
export interface IdentityStore {
  find(key: IdentityKey): Promise<Identity | undefined>;
  listOf(accountId: string): Promise<Identity[]>;
  /** Rejects with IdentityTaken when the identity opens an account already, or the account has one of this upstream. */
  insert(accountId: string, identity: NewIdentity): Promise<void>;
  /** Notes a use of the identity, and what the upstream says now. False when it was taken away or suspended meanwhile. */
  touch(identity: NewIdentity): Promise<boolean>;
  /** Suspends it, or takes that back. */
  suspend(key: IdentityKey, suspended: boolean): Promise<void>;
  remove(key: IdentityKey): Promise<void>;
}
