import type { Database } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';

/** What the account chooser of a browser lists. */
interface Remembered {
  remembered(browserHash: string): Promise<string[]>;
  remember(browserHash: string, accountId: string): Promise<void>;
  forget(browserHash: string, accountId?: string): Promise<void>;
}

interface RememberedRow {
  browser_hash: string;
  account_id: string;
  last_used_at: Date;
  expires_at: Date;
}

/** More would be a list of strangers, on a browser that many people use. */
const MOST = 10;

/** Accounts remembered on the server, under the binding of a browser. */
export function createRemembered({ knex }: Database, seconds: () => number): Remembered {
  const rows = () => knex<RememberedRow>('remembered_accounts');
  return {
    async remembered(browserHash) {
      return rows()
        .where('browser_hash', browserHash)
        .where('expires_at', '>', now())
        .orderBy('last_used_at', 'desc')
        .limit(MOST)
        .pluck('account_id');
    },
    async remember(browserHash, accountId) {
      await rows()
        .insert({
          browser_hash: browserHash,
          account_id: accountId,
          last_used_at: now(),
          expires_at: inSeconds(seconds()),
        })
        .onConflict(['browser_hash', 'account_id'])
        .merge(['last_used_at', 'expires_at']);
    },
    async forget(browserHash, accountId) {
      await rows()
        .where({ browser_hash: browserHash, ...(accountId === undefined ? {} : { account_id: accountId }) })
        .delete();
    },
  };
}
