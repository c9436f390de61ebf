import type { Knex } from 'knex';
import type { Database } from '../../../database/index.ts';
import { inSeconds, now } from '../../../kit/clock.ts';
import type { Sealer } from '../../../keys/index.ts';
import type { IdentityKey } from '../notification.ts';

/** A connection that has ended here and is to be ended there. */
export interface DueToken {
  key: IdentityKey;
  token?: string;
  /** This one included. */
  tries: number;
}

/**
 * What ends connections at upstreams, encrypted and bound to its identity. A row is due when its identity is gone: the database
 * notes that in the transaction that takes it away.
 */
export interface TokenStore {
  /** Keeps the newest of an identity; without a token the one before stays. */
  keep(key: IdentityKey, token: string | undefined): Promise<void>;
  /** Takes the one that is due for longest, and nobody else does for a minute. Undefined when none is. */
  takeDue(): Promise<DueToken | undefined>;
  /** Forgets one that was taken, unless the identity was connected anew meanwhile. */
  done(due: DueToken): Promise<void>;
  tryAgain(due: DueToken, at: Date): Promise<void>;
}

/** An identity that was never joined: its visit is over by then. */
const UNJOINED_SECONDS = 2 * 3600;
/** Longer than any try may take. */
const LEASE_SECONDS = 60;

const ofKey = 'upstream_id = $1 and issuer = $2 and subject = $3';

const keep = {
  name: 'upstream_tokens_keep',
  text: `insert into upstream_tokens as t (upstream_id, issuer, subject, identity_subject, token, created_at, due_at)
         values ($1, $2, $3, (select subject from identities where ${ofKey} for key share), $4, $5, $6)
         on conflict (upstream_id, issuer, subject) do update
         set identity_subject = excluded.identity_subject, token = coalesce(excluded.token, t.token),
           created_at = excluded.created_at, due_at = excluded.due_at, tries = 0`,
};
const claim = {
  name: 'upstream_tokens_claim',
  text: `update upstream_tokens set tries = tries + 1, due_at = $1
         where (upstream_id, issuer, subject) = (
           select upstream_id, issuer, subject from upstream_tokens
           where identity_subject is null and due_at <= $2 order by due_at limit 1 for update skip locked
         )
         returning upstream_id, issuer, subject, token, tries`,
};
/** The first sign-in of an identity is kept before it is joined. */
const joined = {
  name: 'upstream_tokens_joined',
  text: `update upstream_tokens set identity_subject = subject, tries = 0
         where ${ofKey} and exists (select from identities where ${ofKey} for key share)`,
};
const ofTry = `${ofKey} and tries = $4 and identity_subject is null`;
const done = { name: 'upstream_tokens_done', text: `delete from upstream_tokens where ${ofTry}` };
const later = { name: 'upstream_tokens_later', text: `update upstream_tokens set due_at = $5 where ${ofTry}` };

interface Row {
  upstream_id: string;
  issuer: string;
  subject: string;
  token: string | null;
  tries: number;
}

/** The store on table `upstream_tokens`. */
export function postgresTokenStore({ database, sealer }: { database: Database; sealer: Sealer }): TokenStore {
  const takeDue = async (): Promise<DueToken | undefined> => {
    const { rows } = await database.run<Row>(claim, [inSeconds(LEASE_SECONDS), now()]);
    const [row] = rows;
    if (!row) return undefined;
    const key = { upstreamId: row.upstream_id, issuer: row.issuer, subject: row.subject };
    if ((await database.run(joined, columnsOf(key))).rowCount === 1) return takeDue();
    const token = row.token === null ? undefined : sealer.open(row.token, contextOf(key));
    return { key, token, tries: row.tries };
  };
  return {
    async keep(key, token) {
      const sealed = token === undefined ? null : sealer.seal(token, contextOf(key));
      await database.run(keep, [...columnsOf(key), sealed, now(), inSeconds(UNJOINED_SECONDS)]);
    },
    takeDue,
    async done({ key, tries }) {
      await database.run(done, [...columnsOf(key), tries]);
    },
    async tryAgain({ key, tries }, at) {
      await database.run(later, [...columnsOf(key), tries, at]);
    },
  };
}

/** Drops one in this transaction: the upstream itself has ended the connection. */
export async function dropToken(within: Knex, { upstreamId, issuer, subject }: IdentityKey): Promise<void> {
  await within('upstream_tokens').where({ upstream_id: upstreamId, issuer, subject }).delete();
}

function columnsOf({ upstreamId, issuer, subject }: IdentityKey): string[] {
  return [upstreamId, issuer, subject];
}

function contextOf(key: IdentityKey): string {
  return `upstream_tokens ${columnsOf(key).join(' ')}`;
}
