import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { AccountsDeps } from './deps.ts';

/**
 * Makes whatever was proven of an account before worth nothing, in the transaction that ends all it has open: sign-ins under
 * way, confirmations that wait for their first tab, and a new address that waits for its link. Holds the account from here on.
 */
export async function forgetProofs({ links }: AccountsDeps, within: Knex, accountId: string): Promise<void> {
  await within('accounts').where({ id: accountId }).update({ proven_from: now() });
  await links.drop(within, { accountId }, ['change-address']);
  await dropProofs(within, accountId);
}

/**
 * No proof of the account that is under way counts any more: no mailed code, no page that waits for its mail to be opened, no
 * identity that waits to be joined, no sign-in that is not finished. Whoever is signed in stays so.
 */
export async function dropProofs(within: Knex, accountId: string): Promise<void> {
  await within('accounts').where({ id: accountId }).increment('proof_epoch');
  await within('mailed_proofs').where({ account_id: accountId }).orWhere({ confirmed_account_id: accountId }).delete();
}

/** Whether what was proven then (seconds since 1970) came before everything of the account was ended. */
export function isForgotten(provenAt: number, { provenFrom }: { provenFrom?: Date }): boolean {
  return provenFrom !== undefined && provenAt * 1000 < provenFrom.getTime();
}
