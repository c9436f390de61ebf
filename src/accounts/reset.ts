import type { Knex } from 'knex';
import { isUsable, type Account } from './account.ts';
import { lockAddress } from './address_lock.ts';
import type { AccountsDeps } from './deps.ts';
import type { Reset } from './door.ts';
import { dropProofs } from './forget_proofs.ts';
import { lockAccount } from './hold_account.ts';
import type { MailedLink } from './mailed_links.ts';
import { postgresAccountStore } from './postgres_account_store.ts';

type ResetLink = Omit<MailedLink<'reset-password'>, 'state'>;

/** What a link is worth, and whose it is. */
export async function lookAtReset(
  { database, links }: AccountsDeps,
  token: string,
): Promise<{ state: 'usable' | 'used' | 'expired'; account: Account } | undefined> {
  const link = await links.find('reset-password', token);
  const account = link && (await accountOf(database.knex, link));
  if (!link || !account) return undefined;
  return { state: link.state, account };
}

/** Consumes a link; all of what follows stands in the transaction of the new password. */
export async function redeemReset(deps: AccountsDeps, within: Knex, token: string): Promise<Reset | undefined> {
  const seen = await deps.links.find('reset-password', token, within);
  if (seen?.accountId === undefined) return undefined;
  // Whoever changes the address at this moment comes before or after, never in between. The link comes last: so it does for others.
  await lockAddress(within, seen.payload.address);
  await lockAccount(within, seen.accountId);
  const link = await deps.links.consume(within, 'reset-password', token);
  const found = link && (await accountOf(within, link));
  if (!found) return undefined;
  const account = found.address?.verifiedAt ? found : ((await postgresAccountStore(within).verify(found.id)) ?? found);
  await dropPending(deps, within, account.id);
  const { address: _mailedTo, ...origin } = link.payload;
  return { account, origin };
}

/** Whoever had a hand in the account before has no more; links that undo a change are its owner's defence, and stay. */
export async function dropPending({ links }: AccountsDeps, within: Knex, accountId: string): Promise<void> {
  await links.drop(within, { accountId }, ['change-address', 'reset-password']);
  await dropProofs(within, accountId);
}

/** The account of a link while it may be reset with it. */
async function accountOf(knex: Knex, { accountId, payload }: ResetLink): Promise<Account | undefined> {
  const account = accountId === undefined ? undefined : await postgresAccountStore(knex).find(accountId);
  if (!account || !isUsable(account)) return undefined;
  return account.address?.canonical === payload.address ? account : undefined;
}
