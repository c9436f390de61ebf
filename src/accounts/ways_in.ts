import type { Knex } from 'knex';
import type { AccountsDeps } from './deps.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';

/**
 * Whether anything opens the account, apart from the identity of one upstream where that is to go. An upstream that is not
 * configured any more opens nothing, nor does a suspended identity.
 */
export async function hasWayIn(
  { factors, policy }: Pick<AccountsDeps, 'factors' | 'policy'>,
  within: Knex,
  accountId: string,
  besides?: string,
): Promise<boolean> {
  const identities = await postgresIdentityStore(within).listOf(accountId);
  const open = ({ upstreamId, suspendedAt }: (typeof identities)[number]) =>
    upstreamId !== besides && !suspendedAt && policy.upstream(upstreamId) !== undefined;
  if (identities.some(open) || (await factors.hasPassword(within, accountId))) return true;
  return factors.hasPasskey(within, accountId);
}
