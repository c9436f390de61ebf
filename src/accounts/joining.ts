import type { Knex } from 'knex';
import { IdentityTaken, isUsable, type Account, type NewIdentity } from './account.ts';
import { lockAddress } from './address_lock.ts';
import type { AccountsDeps } from './deps.ts';
import type { Arrival, Joined } from './arrival_door.ts';
import type { VisitBinding } from './door.ts';
import { withGroupsOf } from './groups.ts';
import { holdAccount } from './hold_account.ts';
import { minutesOf } from './mailed_links.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';

/** What is to be joined, and what proves the account. */
export interface Joining {
  arrival: Arrival;
  identity: NewIdentity;
  upstream: { name: string };
  /** A mailed code proved the account's address in this visit. */
  provenByCode: boolean;
  /** Whether what proved the account before still does, asked while it is held. An upstream's word proves it here and now. */
  holds?: (current: Account) => Promise<boolean>;
}

/**
 * Joins an identity to an account that was proven. Looks at the account again under its locks, so that what changed since
 * the proof still counts; never joins an unverified address without a code. Joined already, it stays so: no second mail.
 */
export async function joinIdentity(
  deps: AccountsDeps,
  within: Knex,
  { id, address }: Account,
  joining: Joining,
  about: Pick<VisitBinding, 'reference'>,
): Promise<Joined> {
  const { identity, provenByCode, holds } = joining;
  if (!address) return { ok: false, reason: 'unverified' };
  await lockAddress(within, address.canonical);
  const current = await holdAccount(within, id);
  if (!current || !isUsable(current)) return { ok: false, reason: 'disabled' };
  if (holds && !(await holds(current))) return { ok: false, reason: 'outdated' };
  if (current.address?.canonical !== address.canonical) return { ok: false, reason: 'unverified' };
  const mayVerify = current.origin === 'admin' && provenByCode;
  if (!current.address.verifiedAt && !mayVerify) return { ok: false, reason: 'unverified' };
  const inserted = await insertIfFree(within, id, identity);
  // Joined by somebody faster: what that one said of groups stands, until the next sign-in.
  if (inserted === 'joined_already') return { ok: true, account: current };
  if (inserted !== 'joined') return { ok: false, reason: inserted };
  const account = current.address.verifiedAt ? current : ((await postgresAccountStore(within).verify(id)) ?? current);
  await tellOwner(deps, within, { account, to: address.stored, ...joining }, about);
  return { ok: true, account: withGroupsOf(account, identity) };
}

type Inserted = 'joined' | 'joined_already' | 'taken' | 'upstream_taken';

async function insertIfFree(within: Knex, accountId: string, identity: NewIdentity): Promise<Inserted> {
  const identities = postgresIdentityStore(within);
  try {
    await identities.insert(accountId, identity);
    return 'joined';
  } catch (cause) {
    if (!(cause instanceof IdentityTaken)) throw cause;
  }
  const owner = await identities.find(identity);
  if (!owner) return 'upstream_taken';
  return owner.accountId === accountId ? 'joined_already' : 'taken';
}

/** The link in the mail takes the identity away again, whoever joined it. */
async function tellOwner(
  { mail, links, lifetimes }: AccountsDeps,
  within: Knex,
  { account, to, identity, upstream, arrival }: Joining & { account: Account; to: string },
  { reference }: Pick<VisitBinding, 'reference'>,
): Promise<void> {
  const { upstreamId, issuer, subject } = identity;
  const seconds = lifetimes().undo_link;
  const payload = { identity: { upstreamId, issuer, subject }, address: account.address?.canonical ?? '' };
  const token = await links.issue(within, { purpose: 'undo-identity', accountId: account.id, payload, seconds });
  const link = { link: `/account/identities/undo?token=${token}`, link_minutes: minutesOf(seconds) };
  await mail.queue(within, {
    to,
    template: 'identity-linked',
    locale: account.locale ?? arrival.locale,
    timeZone: account.profile.zoneinfo,
    values: { upstream: upstream.name, address: shownIdentity(identity), ...link },
    reference,
  });
}

/** What its owner knows an identity by. */
export function shownIdentity({ facts, subject }: Pick<NewIdentity, 'facts' | 'subject'>): string {
  return facts.email ?? facts.name ?? subject;
}
