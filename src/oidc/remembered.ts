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

const find = {
  name: 'remembered_accounts_of_browser',
  text: `select account_id from remembered_accounts where browser_hash = $1 and expires_at > $2
         order by last_used_at desc limit $3`,
};

/** Accounts remembered on the server, under the binding of a browser. */
export function createRemembered({ knex, run }: Database, seconds: () => number): Remembered {
  const rows = () => knex<RememberedRow>('remembered_accounts');
  return {
    async remembered(browserHash) {
      const { rows: newest } = await run<Pick<RememberedRow, 'account_id'>>(find, [browserHash, now(), MOST]);
      return newest.map(({ account_id }) => account_id);
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
