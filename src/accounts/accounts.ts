import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import type { Account, NewAccount, NewIdentity } from './account.ts';
import { lockAddress } from './address_lock.ts';
import { settleArrival } from './arrival.ts';
import { cleanArrival, identityOf } from './arriving.ts';
import { redeem, sendArrivalCode, sendLinkCode, verifyAddress } from './codes.ts';
import type { AccountsDeps } from './deps.ts';
import type { AccountReading, Accounts, Arrival, Joined, Outcome, VisitBinding } from './doors.ts';
import { joinIdentity } from './joining.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';
import { postgresProofStore } from './postgres_proof_store.ts';
import { cleanProfile } from './profile.ts';
import { resend } from './proofs.ts';
import { signUp } from './sign_up.ts';
import { transact } from './transact.ts';

/** Reads accounts and changes nothing: what commands need. */
export function readAccounts({ knex }: Database): AccountReading {
  const accounts = postgresAccountStore(knex);
  const identities = postgresIdentityStore(knex);
  return {
    find: (id) => accounts.find(id),
    findByAddress: (canonical) => accounts.findByAddress(canonical),
    list: (page) => accounts.list(page),
    identities: {
      find: (key) => identities.find(key),
      listOf: (accountId) => identities.listOf(accountId),
    },
  };
}

/** Opens the accounts over the database. */
export function openAccounts(deps: AccountsDeps): Accounts {
  const accounts = postgresAccountStore(deps.database.knex);
  const reading = readAccounts(deps.database);
  return {
    ...reading,
    createVerified: (account) => createVerified(deps, account),
    updateProfile: (id, profile, locale) => accounts.update(id, cleanProfile(profile), locale),
    disable: (id) => switchAccount(deps, id, true),
    enable: (id) => switchAccount(deps, id, false),
    async bury(id) {
      await accounts.bury(id);
      await deps.record({ type: 'accounts.deleted', outcome: 'ok', accountId: id });
    },
    identities: {
      ...reading.identities,
      unlink: (accountId, upstreamId) => unlink(deps, accountId, upstreamId),
    },
    signUp: (request, visit) => signUp(deps, request, visit),
    verifyAddress: (account, locale, visit) => verifyAddress(deps, account, locale, visit),
    arrive: (arrival, visit) => arrive(deps, arrival, visit),
    sendArrivalCode: (arrival, visit) => sendArrivalCode(deps, storable(arrival), visit),
    sendLinkCode: (accountId, arrival, visit) => sendLinkCode(deps, accountId, storable(arrival), visit),
    join: (accountId, arrival, proof, visit) => join(deps, accountId, storable(arrival), proof, visit),
    codes: {
      resend: (proofId, visit) => resend(deps, proofId, visit),
      redeem: (proofId, code, visit) => redeem(deps, proofId, code, visit),
    },
  };
}

/** Only an arrival that `arrive` has let through comes this far. */
function storable(arrival: Arrival): Arrival {
  const cleaned = cleanArrival(arrival);
  if (!cleaned) throw new IdpError('internal', { cause: new Error('an identity whose subject is no key') });
  return cleaned;
}

async function createVerified(
  { database, factors, record }: AccountsDeps,
  { identity, passwordHash, ...account }: NewAccount & { identity?: NewIdentity; passwordHash?: string },
): Promise<Account | undefined> {
  const made = await database.knex.transaction(async (transaction) => {
    await lockAddress(transaction, account.address.canonical);
    const profile = cleanProfile(account.profile);
    const created = await postgresAccountStore(transaction).insert({ ...account, profile }, now());
    if (created && identity) await postgresIdentityStore(transaction).insert(created.id, identity);
    if (created && passwordHash) await factors.setPassword(transaction, created.id, passwordHash);
    return created;
  });
  if (made) await record({ type: 'accounts.created', outcome: 'ok', accountId: made.id, reason: account.origin });
  return made;
}

async function switchAccount({ database, record }: AccountsDeps, id: string, off: boolean): Promise<void> {
  await postgresAccountStore(database.knex).setDisabled(id, off ? now() : undefined);
  await record({ type: off ? 'accounts.disabled' : 'accounts.enabled', outcome: 'ok', accountId: id });
}

async function unlink({ database, record }: AccountsDeps, accountId: string, upstreamId: string): Promise<boolean> {
  const removed = await database.knex.transaction(async (transaction) => {
    // A proof made before the unlink must not join the identity again (security.md A13).
    await postgresProofStore(transaction).endLinks(accountId);
    return postgresIdentityStore(transaction).remove(accountId, upstreamId);
  });
  if (removed) await record({ type: 'accounts.identity_unlinked', outcome: 'ok', accountId, upstreamId });
  return removed;
}

async function arrive(deps: AccountsDeps, arriving: Arrival, visit: VisitBinding): Promise<Outcome> {
  const arrival = cleanArrival(arriving);
  const outcome: Outcome = arrival
    ? await transact(deps.database, (transaction) =>
        settleArrival(deps, transaction, { arrival, provenByCode: false }, visit),
      )
    : { decision: 'refuse_neutral' };
  deps.mail.wake();
  const accountId = 'account' in outcome ? outcome.account.id : undefined;
  const { upstreamId, identity } = arriving;
  await deps.record({
    type: 'accounts.linking_decided',
    outcome: outcome.decision.startsWith('refuse') ? 'refused' : 'ok',
    reason: outcome.decision,
    reference: visit.reference,
    accountId,
    upstreamId,
    detail: { trust: identity.email?.trust ?? 'absent', typed: arriving.typed !== undefined },
  });
  return outcome;
}

async function join(
  deps: AccountsDeps,
  accountId: string,
  arrival: Arrival,
  { provenByCode }: { provenByCode: boolean },
  visit: VisitBinding,
): Promise<Joined> {
  const upstream = deps.policy.upstream(arrival.upstreamId);
  const joined = await deps.database.knex.transaction(async (transaction): Promise<Joined> => {
    const account = await postgresAccountStore(transaction).find(accountId);
    if (!account || !upstream) return { ok: false, reason: 'disabled' };
    const joining = { arrival, identity: identityOf(arrival), upstream, provenByCode };
    return joinIdentity(deps, transaction, account, joining, visit);
  });
  deps.mail.wake();
  await deps.record({
    type: 'accounts.identity_joined',
    outcome: joined.ok ? 'ok' : 'refused',
    reason: joined.ok ? undefined : joined.reason,
    reference: visit.reference,
    accountId,
    upstreamId: arrival.upstreamId,
  });
  return joined;
}
