import type { Knex } from 'knex';
import { maskAddress } from '../kit/addresses.ts';
import { givesWay } from './account.ts';
import type { Occasion } from './door.ts';
import { holdAccount } from './hold_account.ts';
import { lockAddresses } from './address_lock.ts';
import { endOf } from './mailed_links.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import type { Changed, LookedAt, SelfServiceDeps } from './self_service_door.ts';
import { setSecondStep } from './second_step.ts';
import { transact } from './transact.ts';

/** What the link of an undo is worth. Changes nothing. */
export async function lookAtUndo({ database, links }: SelfServiceDeps, token: string): Promise<LookedAt | undefined> {
  const link = await links.find('undo-address', token);
  const account = link?.accountId ? await postgresAccountStore(database.knex).find(link.accountId) : undefined;
  return link && account && { state: link.state, address: link.payload.to, account };
}

/**
 * Gives the account its old address back, however often it was changed since: whoever has the older mailbox comes first.
 * What the other one could still get in with ends in the same transaction.
 */
export async function undoAddressChange(
  deps: SelfServiceDeps,
  token: string,
  asking: Occasion,
): Promise<Changed<{ next: string }>> {
  const { database, mail, record } = deps;
  const wanted = await lookAtUndo(deps, token);
  if (wanted?.state !== 'usable') return { ok: false, reason: endOf(wanted) };
  const done = await transact(database, (within) => undoWithin(deps, within, token, wanted, asking));
  const undone = done ?? { ok: false, reason: endOf(await lookAtUndo(deps, token)) };
  mail.wake();
  const about = { accountId: wanted.account.id, reference: asking.reference };
  if (undone.ok) await record({ ...about, type: 'accounts.address_change_undone', outcome: 'ok' });
  else await record({ ...about, type: 'accounts.address_change_refused', outcome: 'refused', reason: undone.reason });
  return undone;
}

async function undoWithin(
  deps: SelfServiceDeps,
  within: Knex,
  token: string,
  { account: { id, address: current }, address }: LookedAt,
  { locale, reference }: Occasion,
): Promise<Changed<{ next: string }> | undefined> {
  const { links, mail, endEverythingOf, issueReset } = deps;
  const accounts = postgresAccountStore(within);
  await lockAddresses(within, [address, current]);
  const account = await holdAccount(within, id);
  if (!account || account.address?.canonical !== current?.canonical) return undefined;
  const existing = await accounts.findByAddress(address.canonical);
  if (existing && existing.id !== id && !givesWay(existing)) return { ok: false, reason: 'taken' };
  const link = await links.consume(within, 'undo-address', token);
  if (!link) return undefined;
  if (existing && existing.id !== id) await accounts.bury(existing.id);
  await accounts.change(id, { address, deleteAt: null });
  await shutOut(deps, within, id, new Date(link.payload.at));
  await endEverythingOf(id, within);
  if (current) {
    await mail.queue(within, {
      to: current.stored,
      template: 'address-restored',
      locale: account.locale ?? locale,
      timeZone: account.profile.zoneinfo,
      values: { address: maskAddress(address.stored) },
      reference,
    });
  }
  return { ok: true, next: await issueReset(within, id) };
}

/**
 * The password, what was mailed since the change, and what was connected or set up since or not long before, as long as that
 * could still be undone: somebody else had the account meanwhile.
 */
async function shutOut(
  { links, factors, lifetimes }: SelfServiceDeps,
  within: Knex,
  id: string,
  since: Date,
): Promise<void> {
  await factors.removePassword(within, id);
  const undoable = new Date(since.getTime() - lifetimes().undo_link * 1000);
  await within('identities').where({ account_id: id }).where('created_at', '>=', undoable).delete();
  await factors.removeSecondFactorsSince(within, id, undoable);
  if (!(await factors.hasSecondFactor(within, id))) await setSecondStep(within, id, false);
  await links.drop(within, { accountId: id }, ['undo-deletion']);
  // Whoever had the account before this change may be the one who did it: the links of older mailboxes still work.
  await links.drop(within, { accountId: id }, ['undo-address'], since);
}
