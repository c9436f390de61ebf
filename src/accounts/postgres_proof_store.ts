import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { VisitBinding } from './door.ts';
import type { Proof, ProofMail, ProofStore, StoredProof } from './proof_store.ts';

interface Row {
  id: string;
  purpose: Proof['purpose'];
  code_hash: string;
  address: string;
  stored: string;
  account_id: string | null;
  payload: { mail: ProofMail };
  tries: number;
  sent_at: Date;
  expires_at: Date;
  consumed_at: Date | null;
  confirmed_account_id: string | null;
}

/** Mailed proofs in PostgreSQL, within a transaction or outside of any. */
export function postgresProofStore(knex: Knex): ProofStore {
  // The payload has done its work; a row that is kept to notice reuse need not keep a password hash.
  const used = () => ({ consumed_at: now(), payload: knex.raw(`jsonb_build_object('mail', payload->'mail')`) });
  const open = () => knex<Row>('mailed_proofs').whereNull('consumed_at').where('expires_at', '>', now());
  return {
    async insert(proof, visit) {
      await knex('mailed_proofs').insert(rowOf(proof, visit));
    },
    async find(id, visit) {
      const row = await knex<Row>('mailed_proofs')
        .where({ id, ...bound(visit) })
        .first();
      return row && proofOf(row);
    },
    async findAnywhere(id) {
      const row = await knex<Row>('mailed_proofs').where({ id }).first();
      return row && proofOf(row);
    },
    async countTry(id, visit, most) {
      const [row] = await open()
        .where({ id, ...bound(visit) })
        .where('tries', '<', most)
        .increment('tries')
        .returning('*');
      return row && proofOf(row);
    },
    async consume(id, codeHash) {
      return (await open().where({ id, code_hash: codeHash }).update(used())) === 1;
    },
    async consumeWithoutCode(id) {
      const unused = await knex<Row>('mailed_proofs').where({ id, consumed_at: null }).forUpdate().first();
      if (!unused) return undefined;
      await knex('mailed_proofs').where({ id }).update(used());
      return proofOf(unused);
    },
    async confirm(id, accountId) {
      await knex('mailed_proofs').where({ id }).update({ confirmed_account_id: accountId });
    },
    async renew(id, { codeHash, sentAt, expiresAt, sentBefore }) {
      const renewed = { code_hash: codeHash, sent_at: sentAt, expires_at: expiresAt, tries: 0 };
      const fresh = knex<Row>('mailed_proofs').whereNull('consumed_at').where('sent_at', '<=', sentBefore);
      return (await fresh.where({ id }).update(renewed)) === 1;
    },
  };
}

function bound({ interactionHash, browserHash }: VisitBinding) {
  return { interaction_hash: interactionHash, browser_hash: browserHash };
}

function rowOf(proof: StoredProof, visit: VisitBinding) {
  return {
    id: proof.id,
    purpose: proof.purpose,
    code_hash: proof.codeHash,
    address: proof.address.canonical,
    stored: proof.address.stored,
    account_id: 'accountId' in proof ? (proof.accountId ?? null) : null,
    payload: JSON.stringify({ ...proof.payload, mail: proof.mail }),
    tries: proof.tries,
    created_at: proof.sentAt,
    sent_at: proof.sentAt,
    expires_at: proof.expiresAt,
    ...bound(visit),
  };
}

function proofOf(row: Row): StoredProof {
  const { mail, ...payload } = row.payload;
  const stored = {
    id: row.id,
    purpose: row.purpose,
    payload,
    accountId: row.account_id ?? undefined,
    address: { canonical: row.address, stored: row.stored },
    codeHash: row.code_hash,
    mail,
    tries: row.tries,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
    consumedAt: row.consumed_at ?? undefined,
    confirmedAccountId: row.confirmed_account_id ?? undefined,
  };
  // This store wrote the row: payload and account belong to its purpose.
  return stored as StoredProof;
}
