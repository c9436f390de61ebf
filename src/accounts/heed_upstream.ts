import type { Knex } from 'knex';
import type { MailTemplate } from '../mail/index.ts';
import { isUsable, type Account, type Identity, type IdentityKey } from './account.ts';
import { scheduleNow } from './deletion.ts';
import type { AccountsDeps } from './deps.ts';
import { takeAway } from './disconnecting.ts';
import type { Heeded } from './door.ts';
import { dropProofs } from './forget_proofs.ts';
import { holdAccount } from './hold_account.ts';
import { shownIdentity } from './joining.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';
import { hasWayIn } from './ways_in.ts';

/**
 * Does to an identity what its upstream's word asks for, in the caller's transaction, and tells the owner. Undefined when the
 * identity opens no account: it may have been taken away meanwhile.
 */
export async function heedUpstream(
  deps: AccountsDeps,
  within: Knex,
  key: IdentityKey,
  { deed, mail }: Heeded,
): Promise<string | undefined> {
  const identities = postgresIdentityStore(within);
  const known = await identities.find(key);
  const account = known && (await holdAccount(within, known.accountId));
  // Before the account was held, somebody may have taken the identity away.
  const identity = account && (await identities.find(key));
  if (!account || identity?.accountId !== account.id) return undefined;
  if (deed === 'suspend' || deed === 'restore') await identities.suspend(key, deed === 'suspend');
  if (deed === 'suspend') await dropProofs(within, account.id);
  const deletes = deed === 'delete-account' && isUsable(account);
  if (deed === 'disconnect' || deed === 'delete-account') {
    const last = !(await hasWayIn(deps, within, account.id, identity.upstreamId));
    await takeAway(deps, within, account, identity, { locale: 'en' }, deletes ? null : withdrawn(last));
  }
  if (deletes) await scheduleNow(deps, within, account, { locale: 'en' });
  if (mail === 'alarm') await alarm(deps, within, account, identity);
  return account.id;
}

/** Without another way in, it says how to get in. */
function withdrawn(last: boolean): { template: MailTemplate; values: Record<string, string> } {
  return { template: 'identity-withdrawn', values: last ? { last: 'yes' } : {} };
}

async function alarm(
  { mail, policy }: AccountsDeps,
  within: Knex,
  { address, locale, profile }: Account,
  identity: Identity,
): Promise<void> {
  if (!address) return;
  const upstream = policy.upstream(identity.upstreamId)?.name ?? identity.upstreamId;
  await mail.queue(within, {
    to: address.stored,
    template: 'upstream-alarm',
    locale: locale ?? 'en',
    timeZone: profile.zoneinfo,
    values: { upstream, address: shownIdentity(identity), link: '/account/activity' },
  });
}
