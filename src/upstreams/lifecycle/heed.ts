import type { Knex } from 'knex';
import type { Database } from '../../database/index.ts';
import type { RecordEvent } from '../../events/index.ts';
import { eventEffects, type Effects } from './events.ts';
import type { IdentityKey, Notification, UpstreamEvent } from './notification.ts';
import { isFirst, keepReceipt, type DeletionOutcome } from './notification_store.ts';
import { dropToken } from './tokens/token_store.ts';

/** What becomes of an identity; `delete-account` schedules the deletion of its account as well. */
export type IdentityDeed = 'keep' | 'disconnect' | 'delete-account' | 'suspend' | 'restore';

/** What this room needs of those that know accounts and sessions. All of it happens in the given transaction. */
export interface Heeding {
  /** Does it, and tells the owner by mail. The account that the identity opens, or undefined when it opens none. */
  identity(
    within: Knex,
    key: IdentityKey,
    what: { deed: IdentityDeed; mail: 'withdrawn' | 'alarm' | undefined },
  ): Promise<string | undefined>;
  /** Ends sessions that came through an upstream: those of a person there, of one session there, or both. */
  endSessionsThrough(
    within: Knex,
    through: { upstreamId: string; issuer: string; subject?: string; sid?: string; accountId?: string },
  ): Promise<number>;
  endEverythingOf(accountId: string, within: Knex): Promise<void>;
}

/** What heeding works with. */
export interface HeedDeps {
  database: Pick<Database, 'knex'>;
  record: RecordEvent;
  heeding: Heeding;
}

/** Who told it, and what `on_deletion` says there. */
export interface Teller {
  upstreamId: string;
  issuer: string;
  onDeletion: 'unlink' | 'delete-account';
}

interface Heeded {
  accountId?: string;
  sessions: number;
}

/**
 * Does what follows from a notification, in one transaction and once: sent again, it changes nothing. A subject that opens no
 * account here is no fault. `receipt` is the code under which its sender may look up what became of it.
 */
export async function heed(
  { database, record, heeding }: HeedDeps,
  teller: Teller,
  { events, once }: Notification,
  receipt?: string,
): Promise<void> {
  const { upstreamId } = teller;
  const done = await database.knex.transaction(async (within) => {
    if (once !== undefined && !(await isFirst(within, upstreamId, once))) return undefined;
    const heeded: (Heeded & { event: UpstreamEvent })[] = [];
    // In order, on one connection.
    for (const event of events) heeded.push({ event, ...(await heedOne(heeding, within, teller, event)) });
    if (receipt !== undefined) {
      const found = heeded.some(({ accountId }) => accountId !== undefined);
      await keepReceipt(within, { upstreamId, code: receipt, outcome: outcomeOf(teller, found) });
    }
    return heeded;
  });
  for (const { event, accountId, sessions } of done ?? []) {
    const about = { upstreamId, accountId, reason: event.name, detail: { sessions } };
    await record({ type: 'upstreams.notification_heeded', outcome: 'ok', ...about });
  }
}

async function heedOne(heeding: Heeding, within: Knex, teller: Teller, event: UpstreamEvent): Promise<Heeded> {
  const effects: Effects = eventEffects[event.name];
  const { upstreamId, issuer, onDeletion } = teller;
  const { subject, sid } = event;
  const key = subject === undefined ? undefined : { upstreamId, issuer, subject };
  if (key && effects.forgets_token) await dropToken(within, key);
  const deed = deedOf(effects, onDeletion);
  const accountId = key && (await heeding.identity(within, key, { deed, mail: effects.mail }));
  // An account that waits for its end has nothing open.
  const ends = deed === 'delete-account' ? 'everything' : effects.ends;
  if (ends === 'everything' && accountId !== undefined) await heeding.endEverythingOf(accountId, within);
  const named = subject !== undefined || sid !== undefined;
  const through = ends === 'sessions_through' && named;
  const sessions = through
    ? await heeding.endSessionsThrough(within, { upstreamId, issuer, subject, sid, accountId })
    : 0;
  return { accountId, sessions };
}

function deedOf({ identity }: Effects, onDeletion: Teller['onDeletion']): IdentityDeed {
  if (identity === undefined) return 'keep';
  if (identity !== 'by_policy') return identity;
  return onDeletion === 'delete-account' ? 'delete-account' : 'disconnect';
}

function outcomeOf({ onDeletion }: Teller, found: boolean): DeletionOutcome {
  if (!found) return 'nothing';
  return onDeletion === 'delete-account' ? 'account' : 'disconnected';
}
