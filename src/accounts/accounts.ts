import type { Database } from '../database/index.ts';
import type { SecurityEvent } from '../events/index.ts';
import { IdpError } from '../kit/errors.ts';
import { invitedBy } from './admission.ts';
import { settleArrival } from './arrival.ts';
import { cleanArrival, identityOf } from './arriving.ts';
import { comesBack } from './come_back.ts';
import { redeem, sendArrivalCode, sendLinkCode, verifyAddress } from './codes.ts';
import { confirm, confirmedBy, lookAtConfirmation } from './confirmation.ts';
import { burials } from './deletion.ts';
import type { AccountsDeps } from './deps.ts';
import type { Arrival, Outcome } from './arrival_door.ts';
import type { AccountReading, Accounts, VisitBinding } from './door.ts';
import { connect, join } from './connecting.ts';
import { disconnect, undoJoin } from './disconnecting.ts';
import { heldGroups } from './groups.ts';
import { heedUpstream } from './heed_upstream.ts';
import { lockAccount } from './hold_account.ts';
import { openInvitations, sweptInvitations } from './invitations.ts';
import { knowsBrowser, noteKnownBrowser, noteSignIn, sweptBrowsers } from './known_browsers.ts';
import { findingAccounts, postgresAccountStore } from './postgres_account_store.ts';
import { postgresInvitationStore } from './postgres_invitation_store.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';
import { postgresMailedLinks, sweptLinks } from './postgres_mailed_links.ts';
import { resend, sweptProofs } from './proofs.ts';
import { issueReset, recover, startReset } from './recovery.ts';
import { dropProofs, forgetProofs } from './forget_proofs.ts';
import { dropPending, lookAtReset, redeemReset } from './reset.ts';
import { setSecondStep } from './second_step.ts';
import { changeSignUpAddress, signUp } from './sign_up.ts';
import { transact } from './transact.ts';
import { hasWayIn } from './ways_in.ts';

/** Reads accounts and changes nothing: what commands need. */
export function readAccounts(database: Database): AccountReading {
  const { knex } = database;
  const looks = findingAccounts(database);
  const { newestAddress } = postgresAccountStore(knex);
  const identities = postgresIdentityStore(knex);
  return {
    ...looks,
    list: (page) => database.stale((from) => postgresAccountStore(from).list(page)),
    newestAddress,
    identities: { find: identities.find, listOf: identities.listOf },
    invitations: { list: postgresInvitationStore(knex).list },
  };
}

/** Opens the accounts over the database. */
export function openAccounts(opening: Omit<AccountsDeps, 'links'>): Accounts {
  const links = postgresMailedLinks(opening.database);
  const deps: AccountsDeps = { ...opening, links };
  return {
    ...readAccounts(deps.database),
    links,
    groupsOf: (account) => heldGroups(account, deps.policy.groupsThrough),
    signUp: (request, visit) => signUp(deps, request, visit),
    verifyAddress: (account, locale, visit) => verifyAddress(deps, account, locale, visit),
    arrive: (arrival, visit) => arrive(deps, arrival, visit),
    sendArrivalCode: (arrival, visit) => sendArrivalCode(deps, storable(arrival), visit),
    sendLinkCode: (link, visit) => sendLinkCode(deps, { ...link, arrival: storable(link.arrival) }, visit),
    join: (link, about) => join(deps, link, about),
    connect: (owner, arrival, about) => connect(deps, owner, arrival, about),
    disconnect: (accountId, upstreamId, occasion) => disconnect(deps, accountId, upstreamId, occasion),
    undoJoin: (token, occasion, also) => undoJoin(deps, token, occasion, also),
    heedUpstream: (within, key, heeded) => heedUpstream(deps, within, key, heeded),
    noteSignIn: (account, browser) => noteSignIn(deps, account, browser),
    knowsBrowser: (canonical, browserHash) => knowsBrowser(deps, canonical, browserHash),
    noteKnownBrowser,
    codes: {
      changeAddress: (proofId, address, visit) => changeSignUpAddress(deps, proofId, address, visit),
      confirmed: (proofId, visit) => confirmedBy(deps, proofId, visit),
      resend: (proofId, visit) => resend(deps, proofId, visit),
      redeem: (proofId, code, visit) => redeem(deps, proofId, code, visit),
    },
    lookAtConfirmation: (token) => lookAtConfirmation(deps, token),
    confirm: (token, browserHash) => confirm(deps, token, browserHash),
    recover: (address, visit, locale) => recover(deps, address, visit, locale),
    startReset: (accountId, asked) => startReset(deps, accountId, asked),
    issueReset: (within, accountId) => issueReset(deps, within, accountId),
    lookAtReset: (token) => lookAtReset(deps, token),
    redeemReset: (within, token) => redeemReset(deps, within, token),
    hold: (within, accountId) => lockAccount(within, accountId),
    dropPending: (within, accountId) => dropPending(deps, within, accountId),
    forgetProofs: (within, accountId) => forgetProofs(deps, within, accountId),
    dropProofs,
    hasWayIn: (within, accountId) => hasWayIn(deps, within, accountId),
    setSecondStep,
    invitations: openInvitations(deps),
    async acceptTerms(id, version) {
      await deps.database.knex('accounts').where({ id, deleted_at: null }).update({ terms_version: version });
    },
    // In this order: burials read what the links say.
    sweeps: [burials(deps), sweptLinks, sweptProofs, sweptInvitations, sweptBrowsers(deps)],
  };
}

/** Only an arrival that `arrive` has let through comes this far. */
function storable(arrival: Arrival): Arrival {
  const cleaned = cleanArrival(arrival);
  if (!cleaned) throw new IdpError('internal', { cause: new Error('an identity whose subject is no key') });
  return cleaned;
}

async function arrive(deps: AccountsDeps, arriving: Arrival, visit: VisitBinding): Promise<Outcome> {
  const arrival = cleanArrival(arriving);
  const eventOf = (outcome: Outcome) => decisionOn(arriving, visit, outcome);
  if (arrival && deps.policy.upstream(arrival.upstreamId)) {
    const back = await comesBack(deps.database, identityOf(arrival));
    if (back) {
      const outcome: Outcome = { decision: 'sign_in', account: back.account };
      return { ...outcome, told: { deed: [back.touching], events: [eventOf(outcome)] } };
    }
  }
  const outcome: Outcome = arrival
    ? await transact(deps.database, (within) => settleArrival(deps, within, { arrival }, visit))
    : { decision: 'refuse_neutral' };
  deps.mail.wake();
  await deps.record(eventOf(outcome));
  return outcome;
}

function decisionOn({ upstreamId, identity, typed }: Arrival, visit: VisitBinding, outcome: Outcome): SecurityEvent {
  return {
    type: 'accounts.linking_decided',
    outcome: outcome.decision.startsWith('refuse') ? 'refused' : 'ok',
    reason: outcome.decision,
    reference: visit.reference,
    accountId: 'account' in outcome ? outcome.account.id : undefined,
    upstreamId,
    detail: { trust: identity.email?.trust ?? 'absent', typed: typed !== undefined, ...invitedBy(outcome) },
  };
}
