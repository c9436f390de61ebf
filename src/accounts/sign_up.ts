import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { Address } from '../kit/addresses.ts';
import { AddressTaken, givesWay } from './account.ts';
import { lockAddress } from './address_lock.ts';
import type { AccountsDeps } from './deps.ts';
import { admit } from './admission.ts';
import type { Outcome } from './arrival_door.ts';
import type { Sent, SignUp, VisitBinding } from './door.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { postgresProofStore } from './postgres_proof_store.ts';
import { cleanProfile } from './profile.ts';
import { startProof } from './proofs.ts';
import { takeMail } from './take_mail.ts';
import { transact } from './transact.ts';
import type { Registration } from './proof_store.ts';

/**
 * Starts a local sign-up. Nothing but a proof is kept before the code comes back: a password that signs in, or a row that
 * makes an address "taken", would tell a stranger what the page does not. An address that is taken gets a proof that no
 * code fits, and its owner a mail that says so.
 */
export async function signUp(deps: AccountsDeps, request: SignUp, visit: VisitBinding): Promise<Sent> {
  const refused = await takeMail(deps, request.address, visit);
  if (refused) return { ok: false, reason: 'too_many', ...refused };
  const { address, name, ...registered } = request;
  const registration = { profile: cleanProfile({ name }), ...registered };
  const started = await deps.database.knex.transaction((within) => start(deps, within, address, registration, visit));
  return announce(deps, started, visit);
}

/** The same registration under another address, for whoever mistyped the first one. That one's code and link are dead. */
export async function changeSignUpAddress(
  deps: AccountsDeps,
  proofId: string,
  address: Address,
  visit: VisitBinding,
): Promise<Sent> {
  const proof = await postgresProofStore(deps.database.knex).find(proofId, visit);
  if (proof?.purpose !== 'sign-up' || proof.consumedAt) return { ok: false, reason: 'over' };
  const refused = await takeMail(deps, address, visit);
  if (refused) return { ok: false, reason: 'too_many', ...refused };
  const started = await transact(deps.database, async (within) => {
    const given = await postgresProofStore(within).consumeWithoutCode(proofId);
    if (given?.purpose !== 'sign-up') return undefined;
    // A used proof would tell whoever opens its link that their address is confirmed.
    await deps.links.drop(within, { proofId }, ['verify-email']);
    return start(deps, within, address, given.payload.registration, visit);
  });
  return started ? announce(deps, started, visit) : { ok: false, reason: 'over' };
}

async function announce(
  deps: AccountsDeps,
  { proofId, taken }: { proofId: string; taken: boolean },
  visit: VisitBinding,
): Promise<Sent> {
  deps.mail.wake();
  const outcome = taken ? 'refused' : 'ok';
  const reason = taken ? 'address_taken' : undefined;
  await deps.record({ type: 'accounts.sign_up_started', outcome, reason, reference: visit.reference });
  return { ok: true, proofId };
}

async function start(
  deps: AccountsDeps,
  within: Knex,
  address: Address,
  registration: Registration,
  visit: VisitBinding,
): Promise<{ proofId: string; taken: boolean }> {
  const { locale } = registration;
  await lockAddress(within, address.canonical);
  const existing = await postgresAccountStore(within).findByAddress(address.canonical);
  if (existing && !givesWay(existing)) {
    const mail = {
      template: 'already-registered' as const,
      locale: existing.locale ?? locale,
      values: { link: '/account' },
      withCode: false,
    };
    const owner = existing.address ?? address;
    const decoy = { purpose: 'sign-up' as const, payload: { registration }, address: owner, mail };
    return { proofId: await startProof(deps, within, decoy, visit), taken: true };
  }
  const mail = { template: 'verify-email' as const, locale, values: {}, withCode: true };
  const proof = { purpose: 'sign-up' as const, payload: { registration }, address, mail };
  return { proofId: await startProof(deps, within, proof, visit), taken: false };
}

/** The right code came: the registration becomes an account, unless somebody proved the address first. */
export async function completeSignUp(
  deps: AccountsDeps,
  within: Knex,
  address: Address,
  { registration }: { registration: Registration },
): Promise<Outcome> {
  const { factors } = deps;
  const accounts = postgresAccountStore(within);
  await lockAddress(within, address.canonical);
  const existing = await accounts.findByAddress(address.canonical);
  if (existing && !givesWay(existing)) return { decision: 'address_taken' };
  const { profile, locale, passwordHash, passkey, termsVersion } = registration;
  const admitted = await admit(deps, within, address.canonical, registration.invitation);
  if (!admitted.ok) return { decision: 'refuse_signup' };
  // A shell goes with everything that is attached to it.
  if (existing) await accounts.bury(existing.id);
  const account = await accounts.insert({ address, profile, locale, origin: 'signup', termsVersion }, now());
  if (!account) throw new AddressTaken();
  if (passwordHash !== undefined) await factors.setPassword(within, account.id, passwordHash);
  if (passkey) await factors.keepPasskey(within, account.id, passkey);
  return { decision: 'create_verified', account, invitation: admitted.invitation };
}
