import type { Knex } from 'knex';
import type { Address } from '../kit/addresses.ts';
import { inSeconds } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import type { Account } from './account.ts';
import { invitedBy } from './admission.ts';
import { completeOwn } from './codes.ts';
import type { AccountsDeps } from './deps.ts';
import type { Confirmed, VisitBinding } from './door.ts';
import { endOf } from './mailed_links.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { postgresProofStore } from './postgres_proof_store.ts';
import type { StoredProof } from './proof_store.ts';
import { transact } from './transact.ts';

/** What is known of the link of a verification mail. Changes nothing: mail scanners open every link. */
export async function lookAtConfirmation(
  { database, links }: AccountsDeps,
  token: string,
): Promise<{ state: 'usable' | 'used' | 'expired'; address: Address } | undefined> {
  const link = await links.find('verify-email', token);
  const proof = link?.proofId && (await postgresProofStore(database.knex).findAnywhere(link.proofId));
  if (!link || !proof) return undefined;
  // Done by the code meanwhile: the address is confirmed either way.
  return { state: proof.consumedAt ? 'used' : link.state, address: proof.address };
}

/** Consumes the link and its proof, and does what the proof is for; all of it, or nothing. */
export async function confirm(deps: AccountsDeps, token: string, browserHash: string | undefined): Promise<Confirmed> {
  const confirmed = await transact(deps.database, (within) => confirmWithin(deps, within, token));
  if (!confirmed) {
    return { ok: false, reason: endOf(await lookAtConfirmation(deps, token)) };
  }
  const { outcome, proof, origin } = confirmed;
  const accountId = 'account' in outcome ? outcome.account.id : undefined;
  await deps.record({
    type: 'accounts.address_confirmed',
    outcome: accountId ? 'ok' : 'refused',
    reference: origin.reference,
    accountId,
    reason: outcome.decision,
    detail: invitedBy(outcome),
  });
  if (outcome.decision === 'refuse_signup') {
    return { ok: false, reason: 'refused', invited: wasInvited(proof), reference: origin.reference };
  }
  if (!accountId) return { ok: false, reason: 'taken' };
  return { ok: true, address: proof.address, resume: origin.browserHash === browserHash ? origin.resume : undefined };
}

async function confirmWithin(deps: AccountsDeps, within: Knex, token: string) {
  const proofs = postgresProofStore(within);
  const link = await deps.links.consume(within, 'verify-email', token);
  const proof = link?.proofId && (await proofs.consumeWithoutCode(link.proofId));
  if (!link || !proof) return undefined;
  // What joins an identity is mailed without a link: it counts in the browser where it began, and nowhere else.
  if (proof.purpose === 'link' || proof.purpose === 'arrive') {
    throw new IdpError('internal', { cause: new Error(`a link for a proof to ${proof.purpose}`) });
  }
  const outcome = await completeOwn(deps, within, proof);
  if ('account' in outcome) await proofs.confirm(proof.id, outcome.account.id);
  return { outcome, proof, origin: link.payload };
}

function wasInvited(proof: StoredProof): boolean {
  return proof.purpose === 'sign-up' && proof.payload.registration.invitation !== undefined;
}

/**
 * Whom the mailed link of this visit's proof made or verified. Counts for as long as the link would have: whoever comes
 * later to a page that was left open may be somebody else.
 */
export async function confirmedBy(
  { database, lifetimes }: AccountsDeps,
  proofId: string,
  visit: VisitBinding,
): Promise<Account | undefined> {
  const proof = await postgresProofStore(database.knex).find(proofId, visit);
  const oldest = inSeconds(-lifetimes().mailed_link);
  if (!proof?.confirmedAccountId || !proof.consumedAt || proof.consumedAt < oldest) return undefined;
  return postgresAccountStore(database.knex).find(proof.confirmedAccountId);
}
