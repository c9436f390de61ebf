import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import type { ListedGrant, ListedSession, Oidc, Page } from './door.ts';
import { scopesIn } from './requested_scopes.ts';

interface SessionRow {
  id: string;
  since: string;
  browser: string | null;
  os: string | null;
  place: string | null;
  last_seen_at: Date | null;
}

interface GrantRow {
  id: string;
  since: string;
  client_id: string;
  payload: { openid?: { scope?: string; claims?: string[] }; resources?: Record<string, string> };
  last_used_at: Date | null;
}

/** Newest first, below the row where the page before ended. */
const onPage = `($3::bigint is null or (since, id) < ($3::bigint, $4::text)) order by since desc, id desc limit $5`;

const sessionsOf = {
  name: 'sessions_of_account',
  text: `select id, since, browser, os, place, last_seen_at from (
           select uid as id, (payload->>'loginTs')::bigint as since from sessions where account_id = $1 and expires_at > $2
         ) s left join session_devices d on d.uid = s.id
         where ${onPage}`,
};

const grantsOf = {
  name: 'grants_of_account',
  text: `select id, since, client_id, payload, last_used_at from (
           select distinct on (client_id) id, (payload->>'iat')::bigint as since, client_id, payload, last_used_at
           from grants where account_id = $1 and expires_at > $2 and client_id is distinct from $6
             and client_id = coalesce($7, client_id)
           order by client_id, expires_at desc
         ) g where ${onPage}`,
};

/** What an account has open, page by page, in one statement each. */
export function createAccountLists({ run }: Pick<Database, 'run'>): Pick<Oidc, 'sessionsOf' | 'grantsOf'> {
  return {
    async sessionsOf(accountId, page) {
      const { rows } = await run<SessionRow>(sessionsOf, valuesOf(accountId, page));
      return pageOf(rows, page, toSession);
    },
    async grantsOf(accountId, { only, except, ...page }) {
      const { rows } = await run<GrantRow>(grantsOf, [...valuesOf(accountId, page), except ?? null, only ?? null]);
      return pageOf(rows, page, toGrant);
    },
  };
}

/** One row more than the page: is there a next one? A cursor that is none of ours begins anew. */
function valuesOf(accountId: string, { after = '', limit }: Page): unknown[] {
  const [, since = null, id = null] = /^(\d{1,15})\.([\w-]{1,100})$/.exec(after) ?? [];
  return [accountId, now(), since, id, limit + 1];
}

function pageOf<Row extends { id: string; since: string }, Item>(
  rows: Row[],
  { limit }: Page,
  toItem: (row: Row) => Item,
): { items: Item[]; next?: string } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: rows.slice(0, limit).map(toItem), ...(last && { next: `${last.since}.${last.id}` }) };
}

function toSession({ id, since, browser, os, place, last_seen_at }: SessionRow): ListedSession {
  const signedInAt = fromSeconds(since);
  return {
    uid: id,
    signedInAt,
    lastSeenAt: last_seen_at ?? signedInAt,
    browser: browser ?? undefined,
    os: os ?? undefined,
    place: place ?? undefined,
  };
}

function toGrant({ since, client_id, payload, last_used_at }: GrantRow): ListedGrant {
  const resources = Object.entries(payload.resources ?? {}).map(([id, scope]) => [id, scopesIn(scope)]);
  return {
    clientId: client_id,
    scopes: {
      oidc: scopesIn(payload.openid?.scope),
      claims: payload.openid?.claims ?? [],
      resources: Object.fromEntries(resources),
    },
    givenAt: fromSeconds(since),
    lastUsedAt: last_used_at ?? undefined,
  };
}

function fromSeconds(seconds: string): Date {
  return new Date(Number(seconds) * 1000);
}
