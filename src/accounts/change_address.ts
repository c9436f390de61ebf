import type { Knex } from 'knex';
import { maskAddress, type Address } from '../kit/addresses.ts';
import { now } from '../kit/clock.ts';
import { givesWay, isUsable, type Account } from './account.ts';
import type { Occasion } from './door.ts';
import { holdAccount, holdOwnAccount, type Owner } from './hold_account.ts';
import { lockAddresses } from './address_lock.ts';
import { endOf, minutesOf } from './mailed_links.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import type { Asking, Changed, ChangeStarted, LookedAt, SelfServiceDeps } from './self_service_door.ts';
import { takeMail } from './take_mail.ts';
import { transact } from './transact.ts';

/** Mails a link to the new address; nothing changes before it is opened. A newer wish replaces an older one. */
export async function startAddressChange(
  deps: SelfServiceDeps,
  owner: Owner,
  address: Address,
  asking: Asking,
): Promise<ChangeStarted> {
  const { accountId } = owner;
  const { database, policy, mail, record } = deps;
  const account = await postgresAccountStore(database.knex).find(accountId);
  if (account?.address?.canonical === address.canonical) return { ok: false, reason: 'same' };
  if (!policy.mayMoveTo(address.canonical)) return { ok: false, reason: 'not_allowed' };
  const refused = await takeMail(deps, address, asking);
  if (refused) return { ok: false, reason: 'too_many', ...refused };
  const taken = await transact(database, (within) => start(deps, within, owner, address, asking));
  mail.wake();
  const { reference } = asking;
  // The person sees the events of their own account, and those must not tell that the address is taken.
  await record({ type: 'accounts.address_change_started', outcome: 'ok', accountId, reference });
  if (taken) await record({ type: 'accounts.address_wanted', outcome: 'refused', accountId: taken, reference });
  return { ok: true };
}

/**
 * The owner of a taken address gets a mail without a link, and the row is there all the same: it is shown as waiting.
 * Resolves with who has the address.
 */
async function start(
  { links, lifetimes, mail }: SelfServiceDeps,
  within: Knex,
  { accountId, signedInAt }: Owner,
  address: Address,
  { locale, reference }: Asking,
): Promise<string | undefined> {
  await lockAddresses(within, [address]);
  const account = await holdOwnAccount(within, { accountId, signedInAt });
  const owner = { accountId };
  await links.drop(within, owner, ['change-address']);
  const seconds = lifetimes().mailed_link;
  const token = await links.issue(within, { ...owner, purpose: 'change-address', payload: { address }, seconds });
  const existing = await postgresAccountStore(within).findByAddress(address.canonical);
  const taken = existing?.address && !givesWay(existing) ? existing.address : undefined;
  const link = `/account/address/confirm?token=${token}`;
  const current = maskAddress(account.address?.stored ?? '');
  await mail.queue(within, {
    to: (taken ?? address).stored,
    template: taken ? 'address-wanted' : 'change-address',
    locale: (taken ? existing : account)?.locale ?? locale,
    timeZone: (taken ? existing : account)?.profile.zoneinfo,
    values: taken ? {} : { address: current, link, link_minutes: minutesOf(seconds) },
    reference,
  });
  return taken && existing?.id;
}

/** Gives the wish up: its link is dead. */
export async function cancelAddressChange({ database, links, record }: SelfServiceDeps, accountId: string) {
  await links.drop(database.knex, { accountId }, ['change-address']);
  await record({ type: 'accounts.address_change_cancelled', outcome: 'ok', accountId });
}

/** What the link is worth. Changes nothing: mail scanners open every link. */
export async function lookAtAddressChange(
  { database, links }: SelfServiceDeps,
  token: string,
): Promise<LookedAt | undefined> {
  const link = await links.find('change-address', token);
  const account = link?.accountId ? await postgresAccountStore(database.knex).find(link.accountId) : undefined;
  return link && account && { state: link.state, address: link.payload.address, account };
}

/** Consumes the link, replaces the address and tells both mailboxes; all of it, or nothing. */
export async function confirmAddressChange(deps: SelfServiceDeps, token: string, asking: Occasion): Promise<Changed> {
  const { mail, record, database } = deps;
  const wanted = await lookAtAddressChange(deps, token);
  if (wanted?.state !== 'usable') return { ok: false, reason: endOf(wanted) };
  const { id } = wanted.account;
  const done = await transact(database, (within) => confirmWithin(deps, within, token, wanted, asking));
  const changed = done ?? { ok: false, reason: endOf(await lookAtAddressChange(deps, token)) };
  mail.wake();
  const about = { accountId: id, reference: asking.reference };
  if (changed.ok) await record({ ...about, type: 'accounts.address_changed', outcome: 'ok' });
  else await record({ ...about, type: 'accounts.address_change_refused', outcome: 'refused', reason: changed.reason });
  return changed;
}

async function confirmWithin(
  deps: SelfServiceDeps,
  within: Knex,
  token: string,
  { account: { id, address: before }, address }: LookedAt,
  asking: Occasion,
): Promise<Changed | undefined> {
  const { links, policy } = deps;
  const accounts = postgresAccountStore(within);
  await lockAddresses(within, [address, before]);
  const account = await holdAccount(within, id);
  // Another change came first: what we hold is not its address.
  if (!account || !isUsable(account) || account.address?.canonical !== before?.canonical) return undefined;
  const existing = await accounts.findByAddress(address.canonical);
  const taken = existing && existing.id !== id && !givesWay(existing);
  if (taken || !policy.mayMoveTo(address.canonical)) return { ok: false, reason: 'taken' };
  // Cancelled, replaced or pressed by somebody else in this very moment.
  if (!(await links.consume(within, 'change-address', token))) return undefined;
  if (existing && existing.id !== id) await accounts.bury(existing.id);
  await accounts.change(id, { address });
  await tellBoth(deps, within, account, address, asking);
  return { ok: true };
}

async function tellBoth(
  { links, lifetimes, mail }: SelfServiceDeps,
  within: Knex,
  { id, address: before, locale: own, profile }: Account,
  address: Address,
  { locale, reference }: Occasion,
): Promise<void> {
  const about = { locale: own ?? locale, timeZone: profile.zoneinfo, reference };
  await mail.queue(within, { ...about, to: address.stored, template: 'address-confirmed', values: {} });
  if (!before) return;
  const seconds = lifetimes().undo_link;
  const payload = { to: { canonical: before.canonical, stored: before.stored }, at: now().toISOString() };
  const token = await links.issue(within, { accountId: id, purpose: 'undo-address', payload, seconds });
  const undo = { link: `/account/address/undo?token=${token}`, link_minutes: minutesOf(seconds) };
  const values = { address: maskAddress(address.stored), ...undo };
  await mail.queue(within, { ...about, to: before.stored, template: 'address-changed', values });
}
