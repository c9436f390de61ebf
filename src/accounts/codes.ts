import type { Knex } from 'knex';
import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import { isUsable, type Account } from './account.ts';
import { lockAddress } from './address_lock.ts';
import { settleArrival } from './arrival.ts';
import { addressOf, identityOf } from './arriving.ts';
import type { AccountsDeps } from './deps.ts';
import type { Arrival, Outcome, WaitingLink } from './arrival_door.ts';
import type { Redeemed, Sent, VisitBinding } from './door.ts';
import { invitedBy } from './admission.ts';
import { lockAccount } from './hold_account.ts';
import { joinIdentity } from './joining.ts';
import { linkStamp, ownerOfMailbox } from './link_stamp.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import type { Proof, ProofMail, StoredProof } from './proof_store.ts';
import { redeemProof, startProof } from './proofs.ts';
import { takeMail } from './take_mail.ts';
import { completeSignUp } from './sign_up.ts';

/** Mails a code to the account's own address. */
export async function verifyAddress(
  deps: AccountsDeps,
  account: Account,
  locale: Tag,
  visit: VisitBinding,
): Promise<Sent> {
  if (!account.address) return { ok: false, reason: 'over' };
  const mail = { template: 'verify-email' as const, locale, values: {}, withCode: true };
  return send(
    deps,
    { purpose: 'verify-address', accountId: account.id, payload: {}, address: account.address, mail },
    visit,
  );
}

/** Mails a code to the address of an arrival, in the words that fit whoever has the mailbox: only they learn which. */
export async function sendArrivalCode(deps: AccountsDeps, arrival: Arrival, visit: VisitBinding): Promise<Sent> {
  const { address } = addressOf(arrival);
  if (!address) return { ok: false, reason: 'over' };
  const existing = await postgresAccountStore(deps.database.knex).findByAddress(address.canonical);
  const { accountId, stamp } = ownerOfMailbox(existing);
  const owner = accountId === undefined ? undefined : existing?.address;
  const mail: ProofMail = owner
    ? {
        template: 'link-code',
        locale: existing?.locale ?? arrival.locale,
        values: upstreamValues(deps, arrival),
        withCode: true,
      }
    : { template: 'verify-email', locale: arrival.locale, values: {}, withCode: true };
  const proof = { purpose: 'arrive' as const, accountId, payload: { arrival, stamp } };
  return send(deps, { ...proof, address: owner ?? address, mail }, visit);
}

/** Mails a code that joins this identity to this account. */
export async function sendLinkCode(
  deps: AccountsDeps,
  { accountId, arrival, stamp }: WaitingLink,
  visit: VisitBinding,
): Promise<Sent> {
  const account = await postgresAccountStore(deps.database.knex).find(accountId);
  if (!account?.address?.verifiedAt || !isUsable(account)) return { ok: false, reason: 'over' };
  if (linkStamp(account) !== stamp) return { ok: false, reason: 'over' };
  const locale = account.locale ?? arrival.locale;
  const mail = { template: 'link-code' as const, locale, values: upstreamValues(deps, arrival), withCode: true };
  const proof = { purpose: 'link' as const, accountId, payload: { arrival, stamp } };
  return send(deps, { ...proof, address: account.address, mail }, visit);
}

function upstreamValues({ policy }: AccountsDeps, { upstreamId }: Arrival): Record<string, string> {
  return { upstream: policy.upstream(upstreamId)?.name ?? upstreamId };
}

async function send(
  deps: AccountsDeps,
  proof: Proof & { address: Address; mail: ProofMail },
  visit: VisitBinding,
): Promise<Sent> {
  const refused = await takeMail(deps, proof.address, visit);
  if (refused) return { ok: false, reason: 'too_many', ...refused };
  const accountId = 'accountId' in proof ? proof.accountId : undefined;
  const proofId = await deps.database.knex.transaction(async (within) => {
    // Nobody has an empty id: the same statements whether the address has an account or not.
    const held = await lockAccount(within, accountId ?? '');
    return accountId === undefined || held ? startProof(deps, within, proof, visit) : undefined;
  });
  if (proofId === undefined) return { ok: false, reason: 'over' };
  deps.mail.wake();
  await deps.record({
    type: 'accounts.code_sent',
    outcome: 'ok',
    reference: visit.reference,
    accountId,
    reason: proof.purpose,
  });
  return { ok: true, proofId };
}

/** Checks a code and does what it is for. */
export async function redeem(deps: AccountsDeps, id: string, code: string, visit: VisitBinding): Promise<Redeemed> {
  const redeemed = await redeemProof(deps, id, code, visit, (within, proof) => settle(deps, within, proof, visit));
  const { reference } = visit;
  if (!redeemed.ok) {
    await deps.record({ type: 'accounts.code_refused', outcome: 'refused', reference, reason: redeemed.reason });
    return redeemed;
  }
  deps.mail.wake();
  const { decision, ...outcome } = redeemed.result;
  const accountId = 'account' in outcome ? outcome.account.id : undefined;
  await deps.record({
    type: 'accounts.code_redeemed',
    outcome: accountId ? 'ok' : 'refused',
    reference,
    accountId,
    reason: decision,
    detail: invitedBy(redeemed.result),
  });
  return { ok: true, outcome: redeemed.result };
}

function settle(deps: AccountsDeps, within: Knex, proof: StoredProof, visit: VisitBinding): Promise<Outcome> {
  if (proof.purpose === 'link') return completeLink(deps, within, proof, visit);
  if (proof.purpose !== 'arrive') return completeOwn(deps, within, proof);
  const { arrival, stamp } = proof.payload;
  return settleArrival(deps, within, { arrival, code: { stamp } }, visit);
}

/** What counts in any browser: it needs nothing of the visit. */
export async function completeOwn(
  deps: AccountsDeps,
  within: Knex,
  proof: StoredProof & { purpose: 'sign-up' | 'verify-address' },
): Promise<Outcome> {
  if (proof.purpose === 'sign-up') return completeSignUp(deps, within, proof.address, proof.payload);
  return completeVerification(within, proof.accountId, proof.address);
}

/** The address of the account is proven. */
async function completeVerification(within: Knex, accountId: string, address: Address): Promise<Outcome> {
  const accounts = postgresAccountStore(within);
  await lockAddress(within, address.canonical);
  const account = await accounts.find(accountId);
  if (!account || account.address?.canonical !== address.canonical) return { decision: 'address_taken' };
  if (!isUsable(account)) return { decision: 'refuse_disabled' };
  return { decision: 'sign_in', account: (await accounts.verify(accountId)) ?? account };
}

/** A second factor that came meanwhile outweighs the code (linking rule 5). */
async function completeLink(
  deps: AccountsDeps,
  within: Knex,
  proof: StoredProof & { purpose: 'link' },
  visit: VisitBinding,
): Promise<Outcome> {
  const { arrival, stamp } = proof.payload;
  const upstream = deps.policy.upstream(arrival.upstreamId);
  if (!upstream) return { decision: 'refuse_upstream' };
  const account = await postgresAccountStore(within).find(proof.accountId);
  if (!account) return { decision: 'refuse_neutral' };
  const joining = {
    arrival,
    identity: identityOf(arrival),
    upstream,
    provenByCode: true,
    holds: async (current: Account) =>
      linkStamp(current) === stamp && !(await deps.factors.hasSecondFactor(within, current.id)),
  };
  const joined = await joinIdentity(deps, within, account, joining, visit);
  if (joined.ok) return { decision: 'join', account: joined.account };
  return { decision: joined.reason === 'disabled' ? 'refuse_disabled' : 'refuse_neutral' };
}
