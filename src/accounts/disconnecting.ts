import type { Knex } from 'knex';
import type { MailTemplate } from '../mail/index.ts';
import type { Account, Identity } from './account.ts';
import type { AccountsDeps } from './deps.ts';
import type { Disconnected, Occasion } from './door.ts';
import { dropProofs } from './forget_proofs.ts';
import { holdAccount } from './hold_account.ts';
import { shownIdentity } from './joining.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';
import { transact } from './transact.ts';
import { hasWayIn } from './ways_in.ts';

/** Takes an identity away from its account, unless it is the last way in. Two at once: the account is held, so one waits. */
export async function disconnect(
  deps: AccountsDeps,
  accountId: string,
  upstreamId: string,
  occasion: Occasion,
): Promise<Disconnected> {
  const done = await transact(deps.database, async (within): Promise<Disconnected> => {
    const account = await holdAccount(within, accountId);
    const identities = await postgresIdentityStore(within).listOf(accountId);
    const identity = identities.find((candidate) => candidate.upstreamId === upstreamId);
    if (!account || !identity) return { ok: false, reason: 'unknown' };
    if (!(await hasWayIn(deps, within, accountId, upstreamId))) return { ok: false, reason: 'last' };
    await takeAway(deps, within, account, identity, occasion);
    return { ok: true };
  });
  deps.mail.wake();
  const refused = done.ok ? undefined : done.reason;
  await recordDisconnected(deps, { accountId, upstreamId, refused, occasion });
  return done;
}

/**
 * The button behind the undo link of a mail: disconnects even the last way in, for the mailbox was just proven. What
 * follows from it happens in the same transaction; its result, or undefined for a dead link.
 */
export async function undoJoin<Result>(
  deps: AccountsDeps,
  token: string,
  occasion: Occasion,
  also: (within: Knex, accountId: string) => Promise<Result>,
): Promise<Result | undefined> {
  const found = await deps.links.find('undo-identity', token);
  const accountId = found?.accountId;
  if (!found || accountId === undefined) return undefined;
  const undone = await transact(deps.database, async (within) => {
    const account = await holdAccount(within, accountId);
    // What is proven is the mailbox that the mail went to: it must be the account's, still.
    if (account?.address?.canonical !== found.payload.address) return undefined;
    const link = await deps.links.consume(within, 'undo-identity', token);
    if (!link) return undefined;
    const identity = await postgresIdentityStore(within).find(link.payload.identity);
    if (identity?.accountId === accountId) await takeAway(deps, within, account, identity, occasion);
    return { upstreamId: link.payload.identity.upstreamId, result: await also(within, accountId) };
  });
  if (!undone) return undefined;
  deps.mail.wake();
  const { upstreamId } = undone;
  await recordDisconnected(deps, { accountId, upstreamId, occasion, by: 'mailed link' });
  return undone.result;
}

/** What the owner is told of a connection that has ended. */
interface Notice {
  template: MailTemplate;
  values?: Record<string, string>;
}

/** The identity goes, whatever waits to be joined waits in vain, and the owner is told, unless another mail says it. */
export async function takeAway(
  { mail, policy }: AccountsDeps,
  within: Knex,
  { id, address, locale, profile }: Account,
  identity: Identity,
  occasion: Occasion,
  notice: Notice | null = { template: 'identity-unlinked' },
): Promise<void> {
  const { upstreamId } = identity;
  await postgresIdentityStore(within).remove(identity);
  await dropProofs(within, id);
  if (!address || !notice) return;
  const upstream = policy.upstream(upstreamId)?.name ?? upstreamId;
  await mail.queue(within, {
    to: address.stored,
    template: notice.template,
    locale: locale ?? occasion.locale,
    timeZone: profile.zoneinfo,
    values: { upstream, address: shownIdentity(identity), ...notice.values },
    reference: occasion.reference,
  });
}

function recordDisconnected(
  { record }: AccountsDeps,
  about: { accountId: string; upstreamId: string; refused?: string; by?: string; occasion: Occasion },
): Promise<void> {
  const { accountId, upstreamId, refused, by, occasion } = about;
  return record({
    type: 'accounts.identity_disconnected',
    outcome: refused ? 'refused' : 'ok',
    reason: refused ?? by,
    reference: occasion.reference,
    accountId,
    upstreamId,
  });
}
