import { claimsOf, isUsable, type Account } from '../accounts/index.ts';
import { takeBroughtAccount } from './artifacts/request_scope.ts';
import type { AccountDirectory, DirectoryEntry } from './deps.ts';

/** An account, as far as the protocol needs to know it. */
export function entryOf(account: Account, groupsOf: AccountDirectory['groupsOf']): DirectoryEntry {
  const { id, provenFrom, secondStep } = account;
  return {
    id,
    usable: isUsable(account),
    ...(provenFrom && { provenFrom }),
    secondStep,
    claims: () => claimsOf(account, groupsOf(account)),
  };
}

/** The same directory, which does not ask again for an account that this request has read along with something else. */
export function readingAlong(accounts: AccountDirectory): AccountDirectory {
  return {
    ...accounts,
    async find(id) {
      const brought = takeBroughtAccount(id);
      return brought ? entryOf(brought, accounts.groupsOf) : accounts.find(id);
    },
  };
}
