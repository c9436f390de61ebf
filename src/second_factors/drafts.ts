import type { Knex } from 'knex';
import { inSeconds, now } from '../kit/clock.ts';

/** As long as a form page lives (WCAG 2.2 2.2.1). */
const KEPT_SECONDS = 3600;

/** What a page shows until its person is done with it: a new app's secret, or new recovery codes. */
type Kind = 'totp' | 'codes';

/** Whose page it is, and in which browser. */
export interface DraftKey {
  accountId: string;
  browserHash: string;
  kind: Kind;
}

/** Keeps something sealed for a page, in place of what was kept for it before. */
export async function keepDraft(within: Knex, key: DraftKey, sealed: string): Promise<void> {
  const row = { ...rowOf(key), content: sealed, expires_at: inSeconds(KEPT_SECONDS) };
  await within('factor_drafts').insert(row).onConflict(['account_id', 'browser_hash', 'kind']).merge();
}

/** What was kept, sealed; undefined when its person is done, or its time over. */
export async function findDraft(within: Knex, key: DraftKey): Promise<string | undefined> {
  const row = await within<{ content: string; expires_at: Date }>('factor_drafts')
    .where(rowOf(key))
    .where('expires_at', '>', now())
    .first('content');
  return row?.content;
}

/** Forgets it. */
export async function dropDraft(within: Knex, key: DraftKey): Promise<void> {
  await within('factor_drafts').where(rowOf(key)).delete();
}

function rowOf({ accountId, browserHash, kind }: DraftKey) {
  return { account_id: accountId, browser_hash: browserHash, kind };
}
