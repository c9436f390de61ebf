import type { Knex } from 'knex';
import { IdentityTaken, type Account, type NewIdentity } from './account.ts';
import { lockAddress } from './address_lock.ts';
import type { AccountsDeps } from './deps.ts';
import type { Arrival, Joined, VisitBinding } from './door.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';

interface Joining {
  arrival: Arrival;
  identity: NewIdentity;
  upstream: { name: string };
  /** A mailed code proved the account's address in this visit. */
  provenByCode: boolean;
}

/**
 * Joins an identity to an account that was proven. Looks at the account again under its locks, so that what changed since
 * the proof still counts; never joins an unverified address without a code.
 */
export async function joinIdentity(
  { mail }: AccountsDeps,
  within: Knex,
  { id, address }: Account,
  { arrival, identity, upstream, provenByCode }: Joining,
  { reference }: VisitBinding,
): Promise<Joined> {
  if (!address) return { ok: false, reason: 'unverified' };
  await lockAddress(within, address.canonical);
  // Also waits for whoever is about to bury the account: a tombstone must not get an identity.
  const standing = await within('accounts').where({ id, deleted_at: null }).forUpdate().first('id');
  const current = standing && (await postgresAccountStore(within).find(id));
  if (!current || current.disabledAt) return { ok: false, reason: 'disabled' };
  if (current.address?.canonical !== address.canonical) return { ok: false, reason: 'unverified' };
  const mayVerify = current.origin === 'admin' && provenByCode;
  if (!current.address.verifiedAt && !mayVerify) return { ok: false, reason: 'unverified' };
  if (!(await insertIfFree(within, id, identity))) return { ok: false, reason: 'taken' };
  const account = current.address.verifiedAt ? current : ((await postgresAccountStore(within).verify(id)) ?? current);
  const { email, name } = identity.facts;
  await mail.queue(within, {
    to: address.stored,
    template: 'identity-linked',
    locale: account.locale ?? arrival.locale,
    values: { upstream: upstream.name, address: email ?? name ?? identity.subject },
    reference,
  });
  return { ok: true, account };
}

async function insertIfFree(within: Knex, accountId: string, identity: NewIdentity): Promise<boolean> {
  try {
    await postgresIdentityStore(within).insert(accountId, identity);
    return true;
  } catch (cause) {
    if (cause instanceof IdentityTaken) return false;
    throw cause;
  }
}
