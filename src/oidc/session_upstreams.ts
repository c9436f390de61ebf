import type { Knex } from 'knex';
import type { Database, Step } from '../database/index.ts';
import { now } from '../kit/clock.ts';

/** The identity through which somebody signed in, and their session at its upstream where that named one. */
export interface SessionIdentity {
  upstreamId: string;
  issuer: string;
  subject: string;
  sid?: string;
}

const note = {
  name: 'session_upstreams_note',
  text: `insert into session_upstreams (uid, upstream_id, issuer, subject, sid, created_at)
         select uid, $2, $3, $4, $5, $6 from sessions where uid = $1
         on conflict (uid, upstream_id) do update set issuer = excluded.issuer, subject = excluded.subject,
           sid = excluded.sid, created_at = excluded.created_at`,
};
const newest = {
  name: 'session_upstreams_newest',
  text: `select upstream_id, issuer, subject, sid from session_upstreams where uid = $1
         order by created_at desc limit 1`,
};

interface Row {
  upstream_id: string;
  issuer: string;
  subject: string;
  sid: string | null;
}

/** The step that notes through which identity a session, which is saved before it, was signed in to; it ends with the session. */
export function notingThrough(uid: string, { upstreamId, issuer, subject, sid }: SessionIdentity): Step {
  return { statement: note, values: [uid, upstreamId, issuer, subject, sid ?? null, now()] };
}

/** The identity through which a session was signed in to last; undefined for one that never was. */
export async function identityOf({ run }: Pick<Database, 'run'>, uid: string): Promise<SessionIdentity | undefined> {
  const [row] = (await run<Row>(newest, [uid])).rows;
  if (!row) return undefined;
  const { upstream_id: upstreamId, issuer, subject, sid } = row;
  return { upstreamId, issuer, subject, sid: sid ?? undefined };
}

/** The sessions that came through an upstream: of a person there, of one session there, or of both. */
export function uidsThrough(
  within: Knex,
  { upstreamId, issuer, subject, sid }: Omit<SessionIdentity, 'subject'> & { subject?: string },
): Knex.QueryBuilder {
  const named = { ...(subject === undefined ? {} : { subject }), ...(sid === undefined ? {} : { sid }) };
  return within('session_upstreams')
    .where({ upstream_id: upstreamId, issuer, ...named })
    .select('uid');
}
