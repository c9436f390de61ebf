import type { AdapterPayload } from 'oidc-provider';
import type { Database, Step } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { epochSeconds, inSeconds, now } from '../../kit/clock.ts';
import { models } from '../artifacts/models.ts';
import { fromRow } from '../artifacts/rows.ts';

const MODEL = models.BackchannelAuthenticationRequest;

/** A request with what we keep beside the library's payload. */
export interface StoredRequest {
  id: string;
  payload: AdapterPayload;
  reference: string | undefined;
}

interface Row {
  id: string;
  payload: unknown;
  reference: string | null;
}

const bind = {
  name: 'sessions_bind_grant',
  text: `update sessions set payload = payload || jsonb_build_object('authorizations',
           coalesce(payload->'authorizations', '{}') || jsonb_build_object($2::text,
             coalesce(payload->'authorizations'->$2::text, '{}') || $3::jsonb))
         where uid = $1 and expires_at > $4`,
};

/**
 * The step by which a session takes part in what it allowed to an app: what was issued ends with it, unless it `persists`. Past the
 * library, which would give a session that it found by its uid a new id.
 */
export function bindingGrant(
  uid: string,
  clientId: string,
  { grantId, persists }: { grantId: string; persists: boolean },
): Step {
  const authorization = { grantId, ...(persists && { persistsLogout: true }) };
  return { statement: bind, values: [uid, clientId, JSON.stringify(authorization), now()], decisive: true };
}

/** What waits for an answer. */
export interface Requests {
  /** Of an account, the newest first. */
  waiting(accountId: string): Promise<StoredRequest[]>;
  /** One of them; undefined when it is over, answered, or somebody else's. */
  find(accountId: string, id: string): Promise<StoredRequest | undefined>;
  /** The step that answers one, once, and lets its app be told where it wants that. */
  answering(accountId: string, id: string, ping: boolean): Step;
}

const select = `select id, payload, reference from ${MODEL.table} where account_id = $1 and answered_at is null and expires_at > $2`;
const waiting = { name: `${MODEL.table}_waiting`, text: select };
const one = { name: `${MODEL.table}_waiting_one`, text: `${select} and id = $3` };
const answer = {
  name: `${MODEL.table}_answer`,
  text: `update ${MODEL.table} set answered_at = $3, ping_due_at = case when $4::boolean then $3::timestamptz end
         where id = $2 and account_id = $1 and answered_at is null and expires_at > $3`,
};

/** The requests over their table. Rows outlive their requests for a while: what is over is left out. */
export function openRequests({ run }: Pick<Database, 'run'>, sealer: Sealer): Requests {
  const open = (rows: Row[]): StoredRequest[] =>
    rows
      .map(({ id, payload, reference }) => ({
        id,
        payload: fromRow(MODEL, sealer, { id, payload }, {}),
        reference: reference ?? undefined,
      }))
      .filter(({ payload: { exp = 0 } }) => exp > epochSeconds())
      .toSorted((left, right) => (right.payload.iat ?? 0) - (left.payload.iat ?? 0));
  return {
    waiting: async (accountId) => open((await run<Row>(waiting, [accountId, now()])).rows),
    find: async (accountId, id) => open((await run<Row>(one, [accountId, now(), id])).rows)[0],
    answering: (accountId, id, ping) => ({ statement: answer, values: [accountId, id, now(), ping], decisive: true }),
  };
}

const due = {
  name: `${MODEL.table}_ping`,
  text: `update ${MODEL.table} set ping_tries = ping_tries + 1, ping_due_at = $1
         where id = (
           select id from ${MODEL.table} where ping_due_at <= $2 and expires_at > $2
           order by ping_due_at limit 1 for update skip locked
         )
         returning id, payload, reference, ping_tries`,
};
const again = { name: `${MODEL.table}_ping_again`, text: `update ${MODEL.table} set ping_due_at = $2 where id = $1` };

/** Whose turn it is to be told: nobody else takes it for `lease` seconds. */
export async function takeDue(
  { run }: Pick<Database, 'run'>,
  sealer: Sealer,
  lease: number,
): Promise<{ id: string; payload: AdapterPayload; tries: number } | undefined> {
  const { rows } = await run<Row & { ping_tries: number }>(due, [inSeconds(lease), now()]);
  const [row] = rows;
  return row && { id: row.id, payload: fromRow(MODEL, sealer, row, {}), tries: row.ping_tries };
}

/** When to tell again; undefined when there is nothing more to tell. */
export async function tellAgain({ run }: Pick<Database, 'run'>, id: string, at: Date | undefined): Promise<void> {
  await run(again, [id, at ?? null]);
}
