import type { Knex } from 'knex';
import type { Address } from '../kit/addresses.ts';
import type { AccountsDeps } from './deps.ts';
import type { VisitBinding } from './door.ts';
import { minutesOf } from './mailed_links.ts';
import type { Proof, ProofMail } from './proof_store.ts';

/** Queues the mail of a proof with its newest code and, where the proof counts in any browser, a new link. */
export async function queueProofMail(
  deps: AccountsDeps,
  within: Knex,
  proof: Proof & { id: string; address: Address; mail: ProofMail },
  code: Record<string, string>,
  visit: VisitBinding,
): Promise<void> {
  const { template, locale } = proof.mail;
  const { reference } = visit;
  const values = { ...code, ...(await newLink(deps, within, proof, visit)) };
  await deps.mail.queue(within, {
    to: proof.address.stored,
    template,
    locale,
    values: { ...proof.mail.values, ...values },
    reference,
  });
}

/** What may be confirmed in any browser. */
const WITH_LINK: ReadonlySet<Proof['purpose']> = new Set(['sign-up', 'verify-address']);

/** The link of the newest mail; the one before is dead. A decoy makes one as well, which is never mailed: nothing takes longer. */
async function newLink(
  { links, lifetimes }: AccountsDeps,
  within: Knex,
  { id, purpose, mail }: Proof & { id: string; mail: ProofMail },
  { browserHash, resume, reference }: VisitBinding,
): Promise<Record<string, string>> {
  if (!WITH_LINK.has(purpose)) return {};
  const owner = { proofId: id };
  await links.drop(within, owner, ['verify-email']);
  const payload = { browserHash, resume, reference };
  const seconds = lifetimes().mailed_link;
  const token = await links.issue(within, { ...owner, purpose: 'verify-email', payload, seconds });
  if (!mail.withCode) return {};
  return { link: `/verify-email?token=${token}`, link_minutes: minutesOf(seconds) };
}
