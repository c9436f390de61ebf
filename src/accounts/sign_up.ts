import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { Address } from '../kit/addresses.ts';
import { isShell, type Account } from './account.ts';
import { lockAddress } from './address_lock.ts';
import type { AccountsDeps } from './deps.ts';
import type { Outcome, Sent, SignUp, VisitBinding } from './doors.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { cleanProfile } from './profile.ts';
import { startProof, takeMail } from './proofs.ts';
import type { Registration } from './proof_store.ts';

/**
 * Starts a local sign-up. A free address gets a shell, so that its person can come back and sign in; an address that is
 * taken gets a proof that no code fits, and its owner a mail that says so. The answer is the same (security.md G3).
 */
export async function signUp(deps: AccountsDeps, request: SignUp, visit: VisitBinding): Promise<Sent> {
  const refused = await takeMail(deps, request.address);
  if (refused) return { ok: false, reason: 'too_many', ...refused };
  const { proofId, taken } = await deps.database.knex.transaction((transaction) =>
    start(deps, transaction, request, visit),
  );
  deps.mail.wake();
  const outcome = taken ? 'refused' : 'ok';
  const reason = taken ? 'address_taken' : undefined;
  await deps.record({ type: 'accounts.sign_up_started', outcome, reason, reference: visit.reference });
  return { ok: true, proofId };
}

async function start(
  deps: AccountsDeps,
  transaction: Knex.Transaction,
  { address, name, locale, passwordHash }: SignUp,
  visit: VisitBinding,
): Promise<{ proofId: string; taken: boolean }> {
  const registration: Registration = { profile: cleanProfile({ name }), locale, passwordHash };
  await lockAddress(transaction, address.canonical);
  const existing = await postgresAccountStore(transaction).findByAddress(address.canonical);
  if (existing && !givesWay(existing)) {
    const mail = {
      template: 'already-registered' as const,
      locale: existing.locale ?? locale,
      values: {},
      withCode: false,
    };
    const owner = existing.address ?? address;
    const decoy = { purpose: 'sign-up' as const, payload: { registration }, address: owner, mail };
    return { proofId: await startProof(deps, transaction, decoy, visit), taken: true };
  }
  const shell = existing ? undefined : await makeShell(deps, transaction, address, registration);
  const mail = { template: 'verify-email' as const, locale, values: {}, withCode: true };
  const payload = { registration, shellId: shell?.id };
  return {
    proofId: await startProof(deps, transaction, { purpose: 'sign-up', payload, address, mail }, visit),
    taken: false,
  };
}

async function makeShell(
  { factors }: AccountsDeps,
  transaction: Knex.Transaction,
  address: Address,
  { profile, locale, passwordHash }: Registration,
): Promise<Account | undefined> {
  const shell = await postgresAccountStore(transaction).insert(
    { address, profile, locale, origin: 'signup' },
    undefined,
  );
  if (shell) await factors.setPassword(transaction, shell.id, passwordHash);
  return shell;
}

/** The right code came: the registration becomes an account, unless somebody proved the address first. */
export async function completeSignUp(
  deps: AccountsDeps,
  transaction: Knex.Transaction,
  address: Address,
  { registration, shellId }: { registration: Registration; shellId?: string },
): Promise<Outcome> {
  const { factors, policy } = deps;
  const accounts = postgresAccountStore(transaction);
  await lockAddress(transaction, address.canonical);
  const existing = await accounts.findByAddress(address.canonical);
  if (existing && !givesWay(existing)) return { decision: 'address_taken' };
  if (!policy.mayCreate(address.canonical)) return { decision: 'refuse_signup' };
  if (existing && existing.id === shellId) {
    return { decision: 'create_verified', account: (await accounts.verify(existing.id)) ?? existing };
  }
  // A shell of somebody else's goes with everything that is attached to it (security.md A1, A2).
  if (existing) await accounts.bury(existing.id);
  const { profile, locale, passwordHash } = registration;
  const account = await accounts.insert({ address, profile, locale, origin: 'signup' }, now());
  if (!account) return { decision: 'address_taken' };
  await factors.setPassword(transaction, account.id, passwordHash);
  return { decision: 'create_verified', account };
}

function givesWay(account: Account): boolean {
  return isShell(account) && !account.disabledAt;
}
