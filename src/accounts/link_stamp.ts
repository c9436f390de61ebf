import { isShell, type Account } from './account.ts';

/**
 * What an identity waits to be joined to: this account, with this address, and nothing of it changed since that ends a proof.
 * It is joined while the stamp from before is still that of the account (upstream facts 3.1; CVE-2026-92358).
 */
export function linkStamp({ id, address, proofEpoch }: Account): string {
  return [id, address?.canonical, proofEpoch].join(' ');
}

/** Whose mailbox a code goes to: the account's that has the address. A shell has none, and neither has a free address. */
export function ownerOfMailbox(account: Account | undefined): { accountId?: string; stamp?: string } {
  return account && !isShell(account) ? { accountId: account.id, stamp: linkStamp(account) } : {};
}
