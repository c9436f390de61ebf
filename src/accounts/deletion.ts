import type { Knex } from 'knex';
import type { Sweep } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import type { Tag } from '../locales/index.ts';
import { isUsable, type Account } from './account.ts';
import type { Occasion } from './door.ts';
import { isForgotten } from './forget_proofs.ts';
import { holdAccount, type Owner } from './hold_account.ts';
import type { AccountsDeps } from './deps.ts';
import { endOf, minutesOf, type LinkEnd } from './mailed_links.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import type { SelfServiceDeps } from './self_service_door.ts';
import { transact } from './transact.ts';

/** Accounts that are looked up at once. */
const BATCH = 50;

/** Ends everything of the account and says when it will be gone; without a grace it is gone at once. */
export async function scheduleDeletion(
  deps: SelfServiceDeps,
  { accountId, signedInAt }: Owner,
  { locale, reference }: Occasion,
): Promise<void> {
  const { database, mail, record } = deps;
  const scheduled = await transact(database, async (within) => {
    const account = await holdAccount(within, accountId);
    // Pressed twice: one of them did it. Or everything was ended a moment ago, and this session with it.
    if (!account || !isUsable(account) || isForgotten(signedInAt, account)) return false;
    await deps.endEverythingOf(accountId, within);
    await scheduleNow(deps, within, account, { locale, reference });
    return true;
  });
  if (!scheduled) return;
  mail.wake();
  await record({ type: 'accounts.deletion_scheduled', outcome: 'ok', accountId, reference });
}

/** The same for an account that the caller holds and has ended everything of, or does so in this transaction. */
export async function scheduleNow(
  deps: AccountsDeps,
  within: Knex,
  account: Account,
  occasion: Occasion,
): Promise<void> {
  if (deps.lifetimes().deletion_grace === 0) await buryWithNotice(deps, within, account, occasion);
  else await mark(deps, within, account, occasion);
}

/** A link that takes back a change of the address stays: it also takes back this. */
async function mark(
  { links, lifetimes, mail }: AccountsDeps,
  within: Knex,
  { id, address, locale: own, profile }: Account,
  { locale, reference }: Occasion,
): Promise<void> {
  const seconds = lifetimes().deletion_grace;
  const deleteAt = inSeconds(seconds);
  await postgresAccountStore(within).change(id, { deleteAt });
  await links.drop(within, { accountId: id }, ['change-address']);
  const payload = { locale };
  const token = await links.issue(within, { accountId: id, purpose: 'undo-deletion', payload, seconds });
  if (!address) return;
  const undo = { link: `/account/deletion/undo?token=${token}`, link_minutes: minutesOf(seconds) };
  const values = { until: inWords(deleteAt, own ?? locale, profile.zoneinfo), ...undo };
  const about = { locale: own ?? locale, timeZone: profile.zoneinfo, reference, to: address.stored };
  await mail.queue(within, { ...about, template: 'deletion-scheduled', values });
}

/** In the zone of its person, which is named: they may read the mail elsewhere. */
function inWords(at: Date, locale: Tag, timeZone = 'UTC'): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone });
  return `${format.format(at)} (${timeZone})`;
}

/** What the link of an undo is worth. Changes nothing. */
export async function lookAtDeletion(
  { database, links }: SelfServiceDeps,
  token: string,
): Promise<{ state: 'usable' | LinkEnd; account: Account } | undefined> {
  const link = await links.find('undo-deletion', token);
  const account = link?.accountId ? await postgresAccountStore(database.knex).find(link.accountId) : undefined;
  return link && account && { state: link.state, account };
}

/** The account can be used again. What had ended stays so: its person signs in. */
export async function undoDeletion(
  deps: SelfServiceDeps,
  token: string,
): Promise<{ ok: true } | { ok: false; reason: LinkEnd }> {
  const { database, links, record } = deps;
  const found = await lookAtDeletion(deps, token);
  if (found?.state !== 'usable') return { ok: false, reason: endOf(found) };
  const { id } = found.account;
  const undone = await transact(database, async (within) => {
    // First, and the link second: so does whoever buries the account.
    const account = await holdAccount(within, id);
    if (!account || !(await links.consume(within, 'undo-deletion', token))) return false;
    await postgresAccountStore(within).change(id, { deleteAt: null });
    return true;
  });
  if (!undone) return { ok: false, reason: endOf(await lookAtDeletion(deps, token)) };
  await record({ type: 'accounts.deletion_undone', outcome: 'ok', accountId: id });
  return { ok: true };
}

/**
 * Buries the accounts whose grace is over. Processes that sweep at once share the work. One that cannot be buried keeps no other
 * from it, and is tried again at the next sweep.
 */
export function burials(deps: AccountsDeps): Sweep {
  let after = '';
  return {
    table: 'accounts',
    column: 'delete_at',
    async step() {
      const due = deps.database.knex('accounts').where('delete_at', '<=', now()).where('id', '>', after);
      const ids: string[] = await due.orderBy('id').limit(BATCH).pluck('id');
      let removed = 0;
      for (const accountId of ids) removed += (await buryOne(deps, accountId)) ? 1 : 0;
      const more = ids.length === BATCH;
      after = more ? (ids.at(-1) ?? '') : '';
      return { removed, more };
    },
  };
}

/** False when another process does it, its person took the deletion back, or it failed. */
async function buryOne({ database, links, mail, record }: AccountsDeps, accountId: string): Promise<boolean> {
  try {
    const buried = await database.knex.transaction(async (within) => {
      const due = within('accounts').where({ id: accountId }).where('delete_at', '<=', now());
      if (!(await due.forUpdate().skipLocked().first('id'))) return false;
      const account = await postgresAccountStore(within).find(accountId);
      if (!account) return false;
      const locale = (await links.newest(within, 'undo-deletion', { accountId }))?.payload.locale ?? 'en';
      await buryWithNotice({ mail }, within, account, { locale });
      return true;
    });
    if (!buried) return false;
  } catch (cause) {
    const reason = cause instanceof IdpError ? cause.code : 'database';
    await record({ type: 'accounts.burial_failed', outcome: 'failed', accountId, reason });
    return false;
  }
  await record({ type: 'accounts.deleted', outcome: 'ok', accountId });
  mail.wake();
  return true;
}

/** The last mail goes to an address that we no longer have: it stands in the outbox before the account is gone. */
async function buryWithNotice(
  { mail }: Pick<AccountsDeps, 'mail'>,
  within: Knex,
  { id, address, locale: own, profile }: Account,
  { locale, reference }: Occasion,
): Promise<void> {
  const about = { locale: own ?? locale, timeZone: profile.zoneinfo, reference };
  if (address) await mail.queue(within, { ...about, to: address.stored, template: 'deletion-done', values: {} });
  await postgresAccountStore(within).bury(id);
}
