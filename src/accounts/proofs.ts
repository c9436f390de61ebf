import type { Knex } from 'knex';
import type { Sweep } from '../database/index.ts';
import type { Address } from '../kit/addresses.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { equalInConstantTime, hmac, mailedCode, secretToken } from '../kit/random.ts';
import type { AccountsDeps } from './deps.ts';
import { minutesOf } from './mailed_links.ts';
import { queueProofMail } from './proof_mail.ts';
import { takeMail } from './take_mail.ts';
import { transact } from './transact.ts';
import type { CodeRefused, Sent, VisitBinding } from './door.ts';
import { postgresProofStore } from './postgres_proof_store.ts';
import type { Proof, ProofMail, StoredProof } from './proof_store.ts';

const MOST_TRIES = 5;
/** Seconds between two mails of one proof. */
export const COOL_DOWN = 60;
/** A new code can be sent for a proof as long as its visit lasts; a day is longer than any. */
const KEPT_SECONDS = 86_400;

/** A code still hidden: whoever has it can only mail it. */
interface HiddenCode {
  codeHash: string;
  values: Record<string, string>;
}

/** Starts a proof and queues its mail in the same transaction. The code itself is in nothing but that mail. */
export async function startProof(
  deps: AccountsDeps,
  within: Knex,
  proof: Proof & { address: Address; mail: ProofMail },
  visit: VisitBinding,
): Promise<string> {
  const id = secretToken();
  const { codeHash, values } = newCode(deps, { ...proof, id });
  const times = { sentAt: now(), expiresAt: inSeconds(deps.lifetimes().mailed_code) };
  await postgresProofStore(within).insert({ ...proof, id, codeHash, tries: 0, ...times }, visit);
  await queueProofMail(deps, within, { ...proof, id }, values, visit);
  return id;
}

/** Mails a new code for the same proof; the old code is dead, and what its address used up stays used up. */
export async function resend(deps: AccountsDeps, id: string, visit: VisitBinding): Promise<Sent> {
  const { database, mail, record, lifetimes } = deps;
  const proof = await postgresProofStore(database.knex).find(id, visit);
  if (!proof || proof.consumedAt) return { ok: false, reason: 'over' };
  const wait = Math.ceil((proof.sentAt.getTime() - inSeconds(-COOL_DOWN).getTime()) / 1000);
  if (wait > 0) return { ok: false, reason: 'too_many', retryAfter: wait };
  const refused = await takeMail(deps, proof.address, visit);
  if (refused) return { ok: false, reason: 'too_many', ...refused };
  const renewed = await transact(database, async (within) => {
    const { codeHash, values } = newCode(deps, proof);
    const times = { sentAt: now(), expiresAt: inSeconds(lifetimes().mailed_code), sentBefore: inSeconds(-COOL_DOWN) };
    if (!(await postgresProofStore(within).renew(id, { codeHash, ...times }))) return false;
    await queueProofMail(deps, within, proof, values, visit);
    return true;
  });
  if (!renewed) return { ok: false, reason: 'too_many', retryAfter: COOL_DOWN };
  mail.wake();
  await record({ type: 'accounts.code_sent', outcome: 'ok', reference: visit.reference, reason: 'again' });
  return { ok: true, proofId: id };
}

/**
 * Checks a code. Every try is counted before it is compared, on the proof and on its address, so that parallel guesses
 * gain nothing. The right code is consumed in one transaction with `act`: both happen, or neither.
 */
export async function redeemProof<Result>(
  deps: AccountsDeps,
  id: string,
  code: string,
  visit: VisitBinding,
  act: (within: Knex, proof: StoredProof) => Promise<Result>,
): Promise<CodeRefused | { ok: true; result: Result }> {
  const store = postgresProofStore(deps.database.knex);
  const proof = await store.countTry(id, visit, MOST_TRIES);
  if (!proof) return whyRefused(await store.find(id, visit));
  const triesLeft = MOST_TRIES - proof.tries;
  const taken = await deps.limits.take('code_account', proof.address.canonical);
  if (!taken.ok) return { ok: false, reason: 'too_many', triesLeft: 0, retryAfter: taken.retryAfter };
  const codeHash = hashOf(deps, proof, digitsOf(code));
  if (!equalInConstantTime(codeHash, proof.codeHash)) return { ok: false, reason: 'wrong', triesLeft };
  await deps.limits.giveBack('code_account', proof.address.canonical);
  return transact(deps.database, async (within) => {
    if (!(await postgresProofStore(within).consume(id, codeHash))) return { ok: false, reason: 'used', triesLeft: 0 };
    return { ok: true, result: await act(within, proof) };
  });
}

/** Proofs for which no new code can be asked any more. */
export const sweptProofs: Sweep = {
  table: 'mailed_proofs',
  column: 'expires_at',
  before: () => inSeconds(-KEPT_SECONDS),
};

function whyRefused(proof: StoredProof | undefined): CodeRefused {
  return { ok: false, reason: reasonOf(proof), triesLeft: 0 };
}

function reasonOf(proof: StoredProof | undefined): CodeRefused['reason'] {
  if (!proof) return 'expired';
  if (proof.consumedAt) return 'used';
  return proof.expiresAt <= now() ? 'expired' : 'too_many';
}

/** A decoy gets the hash of nothing: no code fits, and nothing else is different. */
function newCode(deps: AccountsDeps, proof: Proof & { id: string; address: Address; mail: ProofMail }): HiddenCode {
  const code = mailedCode();
  const codeHash = hashOf(deps, proof, code);
  if (!proof.mail.withCode) return { codeHash: hmac(deps.proofKey, secretToken()), values: {} };
  return { codeHash, values: { code, expires_minutes: minutesOf(deps.lifetimes().mailed_code) } };
}

/** Bound to the proof, its purpose and its address: a code is worth nothing anywhere else. */
function hashOf(
  { proofKey }: AccountsDeps,
  proof: { id: string; purpose: string; address: Address },
  code: string,
): string {
  return hmac(proofKey, [proof.purpose, proof.id, proof.address.canonical, code].join('\n'));
}

/** People paste "1234 5678" and type full-width digits. */
function digitsOf(typed: string): string {
  return typed.normalize('NFKC').replaceAll(/[\s-]/g, '').slice(0, 32);
}
