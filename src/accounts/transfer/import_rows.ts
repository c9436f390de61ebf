import type { Knex } from 'knex';
import type { IdentityKey } from '../account.ts';
import type { ImportedAccount } from './import_line.ts';

/** What lines of a file want and somebody has. */
export interface Taken {
  /** Whose account has an address, by canonical address. */
  addresses: Map<string, string>;
  ids: Set<string>;
  /** Ids of deleted accounts, which are never used again. */
  buried: Set<string>;
  /** Keys as `keyOf` writes them. */
  identities: Set<string>;
}

/** An account to insert. */
export type NewRow = ImportedAccount & { id: string; at: Date };

/** An identity's key as one text; none of its parts has a line break. */
export function keyOf({ upstreamId, issuer, subject }: IdentityKey): string {
  return [upstreamId, issuer, subject].join('\n');
}

/** Looks up all that these lines want, in three queries. */
export async function readTaken(within: Knex, wanted: (ImportedAccount & { id: string })[]): Promise<Taken> {
  const addresses: { canonical: string; account_id: string }[] = await within('addresses')
    .whereRaw('canonical = any(?::text[])', [wanted.map(({ address }) => address.canonical)])
    .select('canonical', 'account_id');
  const accounts: { id: string; deleted_at: Date | null }[] = await within('accounts')
    .whereRaw('id = any(?::text[])', [wanted.map(({ id }) => id)])
    .select('id', 'deleted_at');
  return {
    addresses: new Map(addresses.map(({ canonical, account_id }) => [canonical, account_id])),
    ids: new Set(accounts.map(({ id }) => id)),
    buried: new Set(accounts.flatMap(({ id, deleted_at }) => (deleted_at ? [id] : []))),
    identities: await takenIdentities(
      within,
      wanted.flatMap(({ identities }) => identities),
    ),
  };
}

async function takenIdentities(within: Knex, wanted: IdentityKey[]): Promise<Set<string>> {
  if (wanted.length === 0) return new Set();
  const rows: { upstreamId: string; issuer: string; subject: string }[] = await within('identities')
    .whereRaw('(upstream_id, issuer, subject) in (select * from unnest(?::text[], ?::text[], ?::text[]))', [
      wanted.map(({ upstreamId }) => upstreamId),
      wanted.map(({ issuer }) => issuer),
      wanted.map(({ subject }) => subject),
    ])
    .select('upstream_id as upstreamId', 'issuer', 'subject');
  return new Set(rows.map(keyOf));
}

/** As the insert of one account: an account exists only if its address was free. Locks are taken in one order by everybody. */
const insert = `
  with wanted as (
    select * from jsonb_to_recordset(?::jsonb) as w(
      id text, canonical text, stored text, profile jsonb, locale text, groups text[], verified_at timestamptz, disabled_at timestamptz
    )
  ), free as (
    insert into addresses (canonical, stored, account_id, verified_at)
    select canonical, stored, id, verified_at from wanted order by canonical
    on conflict (canonical) do nothing returning account_id
  )
  insert into accounts (id, profile, locale, groups, origin, created_at, updated_at, disabled_at)
  select id, profile, locale, groups, 'admin', ?, ?, disabled_at from wanted join free on account_id = id returning id`;

/** Inserts accounts with their addresses and identities; returns the ids of those whose address was still free. */
export async function insertAccounts(within: Knex, rows: NewRow[]): Promise<Set<string>> {
  const [at] = rows.map((row) => row.at);
  if (at === undefined) return new Set();
  const { rows: inserted } = await within.raw<{ rows: { id: string }[] }>(insert, [
    JSON.stringify(rows.map(columnsOf)),
    at,
    at,
  ]);
  const made = new Set(inserted.map(({ id }) => id));
  const identities = rows.flatMap(({ id, identities: own }) =>
    made.has(id) ? own.map((key) => identityRow(id, key, at)) : [],
  );
  if (identities.length > 0) await within('identities').insert(identities);
  return made;
}

function columnsOf({ id, address, profile, locale, groups, verified, disabled, at }: NewRow) {
  const times = { verified_at: verified ? at : null, disabled_at: disabled ? at : null };
  return { id, ...address, profile, locale, groups, ...times };
}

/** What the upstream says of the address is not known before its person comes back from there. */
function identityRow(accountId: string, { upstreamId, issuer, subject }: IdentityKey, at: Date) {
  return {
    upstream_id: upstreamId,
    issuer,
    subject,
    account_id: accountId,
    facts: '{}',
    trust: 'absent',
    created_at: at,
    last_used_at: at,
  };
}
