import type { Knex } from 'knex';
import type { Sweep } from '../../database/index.ts';
import { inSeconds, now } from '../../kit/clock.ts';
import { sha256 } from '../../kit/random.ts';
import { OLDEST_SECONDS } from './notification.ts';

/** What became of somebody's request to delete what we learned from an upstream. */
export type DeletionOutcome = 'nothing' | 'disconnected' | 'account';

/** What anybody with the code of a deletion may read. */
export interface Deletion {
  outcome: DeletionOutcome;
  at: Date;
}

/** As long as somebody may want to look it up. */
const RECEIPT_SECONDS = 365 * 86_400;

/** Notes a notification in this transaction; false when it was heeded before. Whoever comes second waits for the first to end. */
export async function isFirst(within: Knex, upstreamId: string, once: string): Promise<boolean> {
  const row = {
    upstream_id: upstreamId,
    hash: sha256(once),
    received_at: now(),
    // For longer than it would be taken, whatever the clock of its sender says.
    expires_at: inSeconds(OLDEST_SECONDS * 2),
  };
  const inserted = await within('upstream_notifications').insert(row).onConflict().ignore().returning('hash');
  return inserted.length === 1;
}

/** Keeps what became of a request; its code is kept as a hash. */
export async function keepReceipt(
  within: Knex,
  receipt: { upstreamId: string; code: string; outcome: DeletionOutcome },
): Promise<void> {
  const row = {
    code_hash: sha256(receipt.code),
    upstream_id: receipt.upstreamId,
    outcome: receipt.outcome,
    done_at: now(),
    expires_at: inSeconds(RECEIPT_SECONDS),
  };
  await within('upstream_deletions').insert(row).onConflict().ignore();
}

/** What became of the request with this code; undefined for one that is none, or of another upstream. */
export async function findReceipt(knex: Knex, upstreamId: string, code: string): Promise<Deletion | undefined> {
  const row: { outcome: DeletionOutcome; done_at: Date } | undefined = await knex('upstream_deletions')
    .where({ code_hash: sha256(code), upstream_id: upstreamId })
    .where('expires_at', '>', now())
    .first('outcome', 'done_at');
  return row && { outcome: row.outcome, at: row.done_at };
}

/** What nobody can send again or look up any more. */
export const sweptNotifications: readonly Sweep[] = ['upstream_notifications', 'upstream_deletions'].map((table) => ({
  table,
  column: 'expires_at',
}));
