import type { Knex } from 'knex';
import { IdpError } from '../kit/errors.ts';
import { isUsable, type Account } from './account.ts';
import { isForgotten } from './forget_proofs.ts';
import { postgresAccountStore } from './postgres_account_store.ts';

/**
 * Whoever changes what opens an account, or buries it, holds it until the transaction ends; others who do wait. False when
 * it is gone.
 */
export async function lockAccount(within: Knex, id: string): Promise<boolean> {
  const standing = await within('accounts').where({ id, deleted_at: null }).forUpdate().first('id');
  return standing !== undefined;
}

/**
 * The account as it is now, locked until the transaction ends. Whoever also locks addresses does that first, and changes
 * links last, so that nobody waits in a circle.
 */
export async function holdAccount(within: Knex, id: string): Promise<Account | undefined> {
  return (await lockAccount(within, id)) ? postgresAccountStore(within).find(id) : undefined;
}

/** Whose session asks, and since when it is one (seconds since 1970). */
export interface Owner {
  accountId: string;
  signedInAt: number;
}

/**
 * The same for the person of a session, which may have been ended a moment ago, while this request was under way: IdpError
 * account_disabled when the account cannot be used, interaction_expired when the session is over.
 */
export async function holdOwnAccount(within: Knex, { accountId, signedInAt }: Owner): Promise<Account> {
  const account = await holdAccount(within, accountId);
  if (!account || !isUsable(account)) throw new IdpError('account_disabled');
  if (isForgotten(signedInAt, account)) throw new IdpError('interaction_expired');
  return account;
}
