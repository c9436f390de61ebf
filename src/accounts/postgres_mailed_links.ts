import type { Knex } from 'knex';
import type { Database, Sweep } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { secretToken, sha256 } from '../kit/random.ts';
import type { LinkOwner, LinkPayloads, LinkPurpose, MailedLink, MailedLinks } from './mailed_links.ts';

interface Row {
  token_hash: string;
  purpose: LinkPurpose;
  account_id: string | null;
  proof_id: string | null;
  payload: unknown;
  created_at: Date;
  expires_at: Date;
  consumed_at: Date | null;
}

const KEPT_SECONDS = 86_400;

/** Links that ended a day ago: until then they say so. */
export const sweptLinks: Sweep = {
  table: 'mailed_links',
  column: 'expires_at',
  before: () => inSeconds(-KEPT_SECONDS),
};

/** Mailed links in PostgreSQL. */
export function postgresMailedLinks(database: Database): MailedLinks {
  const rows = (knex: Knex = database.knex) => knex<Row>('mailed_links');
  const usable = (knex?: Knex) => rows(knex).whereNull('consumed_at').where('expires_at', '>', now());
  return {
    async issue(within, { purpose, payload, seconds, ...owner }) {
      const token = secretToken();
      await rows(within).insert({
        token_hash: hashOf(purpose, token),
        purpose,
        ...('nobody' in owner ? {} : columnsOf(owner)),
        payload: JSON.stringify(payload),
        created_at: now(),
        expires_at: inSeconds(seconds),
      });
      return token;
    },
    async find(purpose, token, within) {
      const row = await rows(within)
        .where({ token_hash: hashOf(purpose, token) })
        .first();
      return row && linkOf(row);
    },
    async consume(within, purpose, token) {
      const [row] = await usable(within)
        .where({ token_hash: hashOf(purpose, token) })
        .update({ consumed_at: now() })
        .returning('*');
      return row && linkOf(row);
    },
    async pending(purpose, owner) {
      const found = await usable()
        .where({ purpose, ...columnsOf(owner) })
        .orderBy('created_at', 'desc');
      return found.map((row): MailedLink<typeof purpose> => linkOf(row));
    },
    async newest(within, purpose, owner) {
      const row = await rows(within)
        .where({ purpose, ...columnsOf(owner) })
        .orderBy('created_at', 'desc')
        .first();
      return row && linkOf(row);
    },
    async drop(within, owner, purposes, since) {
      const dropped = usable(within).where(columnsOf(owner)).whereIn('purpose', purposes);
      if (since) void dropped.where('created_at', '>=', since);
      await dropped.delete();
    },
  };
}

function hashOf(purpose: LinkPurpose, token: string): string {
  return sha256(`${purpose}\n${token}`);
}

function columnsOf(owner: LinkOwner) {
  return 'accountId' in owner ? { account_id: owner.accountId } : { proof_id: owner.proofId };
}

function linkOf<Purpose extends LinkPurpose>(row: Row): MailedLink<Purpose> {
  return {
    state: row.consumed_at ? 'used' : stateByTime(row.expires_at),
    accountId: row.account_id ?? undefined,
    proofId: row.proof_id ?? undefined,
    // `issue` wrote it, and the hash by which the row was found contains the purpose.
    payload: row.payload as LinkPayloads[Purpose],
  };
}

function stateByTime(expiresAt: Date): 'usable' | 'expired' {
  return expiresAt > now() ? 'usable' : 'expired';
}
