import type { Knex } from 'knex';
import type { Sealer } from '../keys/index.ts';
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

/** Keeps something for a page, sealed, in place of what was kept for it before. */
export async function keepDraft(sealer: Sealer, within: Knex, key: DraftKey, content: string): Promise<void> {
  const sealed = sealer.seal(content, contextOf(key));
  const row = { ...rowOf(key), content: sealed, expires_at: inSeconds(KEPT_SECONDS) };
  await within('factor_drafts').insert(row).onConflict(['account_id', 'browser_hash', 'kind']).merge();
}

/** What was kept; undefined when its person is done, or its time over. */
export async function findDraft(sealer: Sealer, within: Knex, key: DraftKey): Promise<string | undefined> {
  const row = await within<{ content: string; expires_at: Date }>('factor_drafts')
    .where(rowOf(key))
    .where('expires_at', '>', now())
    .first('content');
  return row && sealer.open(row.content, contextOf(key));
}

/** Forgets it. */
export async function dropDraft(within: Knex, key: DraftKey): Promise<void> {
  await within('factor_drafts').where(rowOf(key)).delete();
}

/** The table and the key of the row, as whoever encrypts it anew puts them together. */
const contextOf = ({ accountId, browserHash, kind }: DraftKey) => `factor_drafts ${accountId} ${browserHash} ${kind}`;

function rowOf({ accountId, browserHash, kind }: DraftKey) {
  return { account_id: accountId, browser_hash: browserHash, kind };
}
