import type { Knex } from 'knex';
import type { Address } from '../kit/addresses.ts';
import { IdpError } from '../kit/errors.ts';
import type { Tag } from '../locales/index.ts';
import { isShell, isUsable, type Account } from './account.ts';
import { lockAddress } from './address_lock.ts';
import type { AccountsDeps } from './deps.ts';
import type { ResetAsked, ResetDecision, VisitBinding } from './door.ts';
import { lockAccount } from './hold_account.ts';
import { minutesOf, type LinkOrigin, type LinkOwner } from './mailed_links.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';
import { takeMail } from './take_mail.ts';
import { transact } from './transact.ts';

/** Who asks for a reset, and the words of the mail where the account has no language of its own. */
interface Asking {
  address: Address;
  origin: Partial<LinkOrigin>;
  locale: Tag;
  /** Everything was ended first, because something was not the owner: the mail says so. */
  disowned?: true;
}

/** Mails a link to whoever has the address, or does as much work for nobody. */
export async function recover(
  deps: AccountsDeps,
  address: Address,
  visit: VisitBinding,
  locale: Tag,
): Promise<ResetAsked> {
  const refused = await takeMail(deps, address, visit, 'reset');
  if (refused) return { ok: false, reason: 'too_many', ...refused };
  const { browserHash, resume, reference } = visit;
  const asking = { address, locale, origin: { browserHash, resume, reference } };
  await decideAndMail(deps, asking, async (within) => {
    await lockAddress(within, address.canonical);
    return postgresAccountStore(within).findByAddress(address.canonical);
  });
  return { ok: true, seconds: deps.lifetimes().mailed_link };
}

/** As `recover`, for an owner who has disowned what happened. Not counted: only its owner gets here. */
export async function startReset(
  deps: AccountsDeps,
  accountId: string,
  { reference, locale }: { reference?: string; locale: Tag },
): Promise<ResetDecision> {
  const address = (await postgresAccountStore(deps.database.knex).find(accountId))?.address;
  if (!address) return 'nobody';
  return decideAndMail(deps, { address, locale, origin: { reference }, disowned: true }, async (within) => {
    await lockAddress(within, address.canonical);
    return postgresAccountStore(within).find(accountId);
  });
}

/** The path that a mail would have led to. */
export async function issueReset(deps: AccountsDeps, within: Knex, accountId: string): Promise<string> {
  const address = (await postgresAccountStore(within).find(accountId))?.address;
  if (!address) throw new IdpError('internal', { cause: new Error('a reset for an account without an address') });
  return newLink(deps, within, { accountId }, address, {});
}

async function decideAndMail(
  deps: AccountsDeps,
  asking: Asking,
  find: (within: Knex) => Promise<Account | undefined>,
): Promise<ResetDecision> {
  const { accountId, decision } = await transact(deps.database, async (within) => {
    const account = await find(within);
    // Nobody has an empty id. Whoever changes the password holds the account as well, and only then drops links.
    await lockAccount(within, account?.id ?? '');
    return { accountId: account?.id, decision: await mailReset(deps, within, account, asking) };
  });
  deps.mail.wake();
  await deps.record({
    type: 'accounts.reset_asked',
    outcome: decision === 'mailed' ? 'ok' : 'refused',
    reason: decision,
    reference: asking.origin.reference,
    accountId,
  });
  return decision;
}

/** The same statements whoever asks; only what they find differs. */
async function mailReset(
  deps: AccountsDeps,
  within: Knex,
  account: Account | undefined,
  asking: Asking,
): Promise<ResetDecision> {
  const { factors, mail, lifetimes } = deps;
  const id = account?.id ?? '';
  const identities = await postgresIdentityStore(within).listOf(id);
  const hasPassword = await factors.hasPassword(within, id);
  const hasSecondFactor = await factors.hasSecondFactor(within, id);
  const decision = decide(account, hasPassword || hasSecondFactor || identities.length > 0);
  const owner = decision === 'mailed' ? account : undefined;
  const address = owner?.address ?? asking.address;
  const link = await newLink(deps, within, owner && { accountId: owner.id }, address, asking.origin);
  const locale = owner?.locale ?? asking.locale;
  const upstreams = hasPassword
    ? []
    : identities.flatMap(({ upstreamId }) => deps.policy.upstream(upstreamId)?.name ?? []);
  await mail.queue(within, {
    // Not what was typed: with some providers another spelling is another mailbox.
    to: address.stored,
    template: 'reset-password',
    locale,
    timeZone: owner?.profile.zoneinfo,
    values: {
      link,
      link_minutes: minutesOf(lifetimes().mailed_link),
      ...named(upstreams, locale),
      ...(asking.disowned && { disowned: 'yes' }),
    },
    reference: asking.origin.reference,
    decoy: owner ? undefined : true,
  });
  return decision;
}

/**
 * Only a proven mailbox opens an account. An address that nobody proved may be somebody else's: there a mail would give them
 * what is attached to the account. An admin's new account has nothing attached, and its first password proves the address.
 */
function decide(account: Account | undefined, hasOwnFactor: boolean): ResetDecision {
  if (!account?.address) return 'nobody';
  if (!isUsable(account)) return 'disabled';
  if (account.address.verifiedAt) return 'mailed';
  return isShell(account) || hasOwnFactor ? 'unverified' : 'mailed';
}

/** The newest link; the ones before are dead. */
async function newLink(
  { links, lifetimes }: AccountsDeps,
  within: Knex,
  owner: LinkOwner | undefined,
  { canonical }: Address,
  origin: Partial<LinkOrigin>,
): Promise<string> {
  // No account has an empty id.
  await links.drop(within, owner ?? { accountId: '' }, ['reset-password']);
  const link = { purpose: 'reset-password' as const, payload: { ...origin, address: canonical } };
  const token = await links.issue(within, {
    ...(owner ?? { nobody: true }),
    ...link,
    seconds: lifetimes().mailed_link,
  });
  return `/reset-password?token=${token}`;
}

function named(upstreams: string[], locale: Tag): Record<string, string> {
  if (upstreams.length === 0) return {};
  return { upstreams: new Intl.ListFormat(locale, { type: 'disjunction' }).format(upstreams) };
}
