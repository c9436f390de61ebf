import { now, inSeconds } from '../../kit/clock.ts';
import { equalInConstantTime, secretToken, sha256 } from '../../kit/random.ts';
import type { Database, Sweep } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import type { TripSecrets } from '../upstream.ts';
import type { Refusal, TransactionStore, Traveller, Trip } from './transaction_store.ts';

const KEPT_SECONDS = 24 * 3600;

/** What expired more than a day ago; until then its visit can be restarted. */
export const sweptTransactions: Sweep = {
  table: 'upstream_transactions',
  column: 'expires_at',
  before: () => inSeconds(-KEPT_SECONDS),
};

/** What a dump of the database must not tell: whose trip it is, and what is one-time. */
interface Sealed {
  traveller: Traveller;
  secrets: TripSecrets;
}

interface Row {
  state_hash: string;
  upstream_id: string;
  purpose: Traveller['purpose'];
  secrets: string;
  browser_hash: string;
  reference: string | null;
  callback: string | null;
  expires_at: Date;
  consumed_at: Date | null;
}

const create = {
  name: 'upstream_transactions_create',
  text: `insert into upstream_transactions
         (state_hash, upstream_id, purpose, secrets, browser_hash, reference, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};
const keepCallback = {
  name: 'upstream_transactions_keep_callback',
  text: `update upstream_transactions set callback = $3, resume_hash = $4
         where state_hash = $1 and upstream_id = $2 and callback is null and consumed_at is null and expires_at > $5`,
};
const by = (column: 'state_hash' | 'resume_hash') => ({
  consume: {
    name: `upstream_transactions_consume_by_${column}`,
    text: `update upstream_transactions set consumed_at = $4
           where ${column} = $1 and upstream_id = $2 and browser_hash = $3 and consumed_at is null and expires_at > $4
           returning *`,
  },
  find: {
    name: `upstream_transactions_find_by_${column}`,
    text: `select * from upstream_transactions where ${column} = $1`,
  },
});
const byState = by('state_hash');
const byResume = by('resume_hash');

/** What the store works with. */
interface TransactionStoreDeps {
  database: Database;
  sealer: Sealer;
  lifetimes: () => { upstream_transaction: number };
}

/** The store on table `upstream_transactions`. State and resume key are stored as hashes, the secrets encrypted. */
export function postgresTransactionStore({ database, sealer, lifetimes }: TransactionStoreDeps): TransactionStore {
  const contextOf = (stateHash: string, column: 'secrets' | 'callback') =>
    `upstream_transactions ${stateHash} ${column}`;
  const openSealed = (row: Row): Sealed => {
    const sealed = JSON.parse(sealer.open(row.secrets, contextOf(row.state_hash, 'secrets')));
    const { state, nonce, verifier, freshFrom, ...traveller } = sealed;
    // Only `create` writes what is sealed under this context, together with the purpose it belongs to.
    return {
      secrets: { state, nonce, verifier, freshFrom },
      traveller: { ...traveller, purpose: row.purpose } as Traveller,
    };
  };
  return {
    creating(trip, { state, nonce, verifier, freshFrom }) {
      const hash = sha256(state);
      const { upstreamId, browserHash, reference, purpose, ...traveller } = trip;
      const plain = JSON.stringify({ state, nonce, verifier, freshFrom, ...traveller });
      const secrets = sealer.seal(plain, contextOf(hash, 'secrets'));
      const own = [hash, upstreamId, purpose, secrets, browserHash, reference ?? null];
      return { statement: create, values: [...own, now(), inSeconds(lifetimes().upstream_transaction)] };
    },
    async keepCallback(upstreamId, state, params) {
      const hash = sha256(state);
      const resume = secretToken();
      const sealed = sealer.seal(params.toString(), contextOf(hash, 'callback'));
      const { rowCount } = await database.run(keepCallback, [hash, upstreamId, sealed, sha256(resume), now()]);
      return rowCount === 1 ? resume : undefined;
    },
    async consume(key, upstreamId, browserHash) {
      const [statements, hash] = 'state' in key ? [byState, sha256(key.state)] : [byResume, sha256(key.resume)];
      const consumed = await database.run<Row>(statements.consume, [hash, upstreamId, browserHash ?? '', now()]);
      const [row] = consumed.rows;
      if (!row) {
        const { rows } = await database.run<Row>(statements.find, [hash]);
        return { ok: false, ...refusalOf(rows[0], upstreamId, browserHash, openSealed) };
      }
      const { traveller, secrets } = openSealed(row);
      const stored = row.callback && sealer.open(row.callback, contextOf(row.state_hash, 'callback'));
      const callback = stored === null ? undefined : new URLSearchParams(stored);
      return { ok: true, trip: tripOf(row, traveller), secrets, callback };
    },
  };
}

function refusalOf(
  row: Row | undefined,
  upstreamId: string,
  browserHash: string | undefined,
  openSealed: (row: Row) => Sealed,
): Refusal {
  if (!row) return { reason: 'unknown' };
  if (row.upstream_id !== upstreamId) return { reason: 'other_upstream' };
  if (browserHash === undefined) return { reason: 'no_browser' };
  if (!equalInConstantTime(row.browser_hash, browserHash)) return { reason: 'foreign_browser' };
  return { reason: row.consumed_at ? 'used' : 'expired', trip: tripOf(row, openSealed(row).traveller) };
}

function tripOf({ upstream_id, browser_hash, reference }: Row, traveller: Traveller): Trip {
  return {
    ...traveller,
    upstreamId: upstream_id,
    browserHash: browser_hash,
    ...(reference === null ? {} : { reference }),
  };
}
