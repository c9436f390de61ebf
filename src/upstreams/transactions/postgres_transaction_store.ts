import { now, inSeconds } from '../../kit/clock.ts';
import { equalInConstantTime, secretToken, sha256 } from '../../kit/random.ts';
import type { Database } from '../../database/index.ts';
import type { TripSecrets } from '../upstream.ts';
import type { Purpose, Refusal, TransactionStore, Trip } from './transaction_store.ts';

/** Encrypts what must be read again; `open` throws when the text or its context was changed. */
export interface Sealer {
  seal(plain: string, context: string): string;
  open(sealed: string, context: string): string;
}

const LIFETIME_SECONDS = 600;
const KEPT_SECONDS = 24 * 3600;

/** What a dump of the database must not tell: the uid is a cookie of the browser's, the rest is one-time. */
interface Sealed extends TripSecrets {
  interactionUid: string;
}

interface Row {
  state_hash: string;
  upstream_id: string;
  purpose: Purpose;
  secrets: string;
  browser_hash: string;
  session_uid: string | null;
  reference: string | null;
  callback: string | null;
  expires_at: Date;
  consumed_at: Date | null;
}

const CREATE = {
  name: 'upstream_transaction_create',
  text: `insert into upstream_transactions
    (state_hash, upstream_id, purpose, secrets, browser_hash, session_uid, reference, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
};
const KEEP_CALLBACK = {
  name: 'upstream_transaction_keep_callback',
  text: `update upstream_transactions set callback = $3, resume_hash = $4
    where state_hash = $1 and upstream_id = $2 and callback is null and consumed_at is null and expires_at > $5`,
};
const by = (column: 'state_hash' | 'resume_hash') => ({
  consume: {
    name: `upstream_transaction_consume_${column}`,
    text: `update upstream_transactions set consumed_at = $4
      where ${column} = $1 and upstream_id = $2 and browser_hash = $3 and consumed_at is null and expires_at > $4 returning *`,
  },
  find: {
    name: `upstream_transaction_find_${column}`,
    text: `select * from upstream_transactions where ${column} = $1`,
  },
});
const BY_STATE = by('state_hash');
const BY_RESUME = by('resume_hash');
const SWEEP = { name: 'upstream_transaction_sweep', text: 'delete from upstream_transactions where expires_at < $1' };

/** The store on table `upstream_transactions`. State and resume key are stored as hashes, the secrets encrypted. */
export function postgresTransactionStore({
  database,
  sealer,
}: {
  database: Database;
  sealer: Sealer;
}): TransactionStore {
  const contextOf = (stateHash: string) => `upstream_transaction:${stateHash}`;
  // Only `create` writes what is sealed under this context.
  const sealedOf = (row: Row) => JSON.parse(sealer.open(row.secrets, contextOf(row.state_hash))) as Sealed;
  return {
    async create(trip, { state, nonce, verifier }) {
      const hash = sha256(state);
      const { upstreamId, purpose, browserHash, interactionUid, sessionUid, reference } = trip;
      const secrets = sealer.seal(JSON.stringify({ state, nonce, verifier, interactionUid }), contextOf(hash));
      const own = [hash, upstreamId, purpose, secrets, browserHash, sessionUid ?? null, reference ?? null];
      await database.run(CREATE, [...own, now(), inSeconds(LIFETIME_SECONDS)]);
    },
    async keepCallback(upstreamId, state, params) {
      const hash = sha256(state);
      const resume = secretToken();
      const sealed = sealer.seal(params.toString(), contextOf(hash));
      const { rowCount } = await database.run(KEEP_CALLBACK, [hash, upstreamId, sealed, sha256(resume), now()]);
      return rowCount === 1 ? resume : undefined;
    },
    async consume(key, upstreamId, browserHash) {
      const [statements, hash] = 'state' in key ? [BY_STATE, sha256(key.state)] : [BY_RESUME, sha256(key.resume)];
      const consumed = await database.run<Row>(statements.consume, [hash, upstreamId, browserHash ?? '', now()]);
      const [row] = consumed.rows;
      if (!row) {
        const { rows } = await database.run<Row>(statements.find, [hash]);
        return { ok: false, ...refusalOf(rows[0], upstreamId, browserHash, sealedOf) };
      }
      const { interactionUid, ...secrets } = sealedOf(row);
      const stored = row.callback && sealer.open(row.callback, contextOf(row.state_hash));
      const callback = stored === null ? undefined : new URLSearchParams(stored);
      return { ok: true, trip: tripOf(row, interactionUid), secrets, callback };
    },
    async sweep() {
      return (await database.run(SWEEP, [inSeconds(-KEPT_SECONDS)])).rowCount;
    },
  };
}

function refusalOf(
  row: Row | undefined,
  upstreamId: string,
  browserHash: string | undefined,
  sealedOf: (row: Row) => Sealed,
): Refusal {
  if (!row) return { reason: 'unknown' };
  if (row.upstream_id !== upstreamId) return { reason: 'other_upstream' };
  if (browserHash === undefined) return { reason: 'no_browser' };
  if (!equalInConstantTime(row.browser_hash, browserHash)) return { reason: 'foreign_browser' };
  return { reason: row.consumed_at ? 'used' : 'expired', trip: tripOf(row, sealedOf(row).interactionUid) };
}

function tripOf(row: Row, interactionUid: string): Trip {
  return {
    upstreamId: row.upstream_id,
    purpose: row.purpose,
    browserHash: row.browser_hash,
    interactionUid,
    ...(row.session_uid === null ? {} : { sessionUid: row.session_uid }),
    ...(row.reference === null ? {} : { reference: row.reference }),
  };
}
