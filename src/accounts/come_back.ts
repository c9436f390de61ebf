import type { Database, Step } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import type { Account, NewIdentity } from './account.ts';
import { withGroupsOf } from './groups.ts';
import { ACCOUNT_COLUMNS, accountOf, type AccountRow } from './postgres_account_store.ts';

/** The accounts that rule 1 of the linking table signs in, and no others. */
const find = {
  name: 'identities_find_open',
  text: `select ${ACCOUNT_COLUMNS}
         from identities i join accounts a on a.id = i.account_id join addresses m on m.account_id = a.id
         where i.upstream_id = $1 and i.issuer = $2 and i.subject = $3 and i.suspended_at is null
           and a.deleted_at is null and a.disabled_at is null and a.delete_at is null and m.verified_at is not null`,
};
const touch = {
  name: 'identities_touch',
  text: `update identities set facts = $4, trust = $5, last_used_at = $6
         where upstream_id = $1 and issuer = $2 and subject = $3 and suspended_at is null`,
};

/**
 * The account that a known identity opens, and the step that brings the identity up to date: it meets nothing once that was
 * taken away, which opens nothing any more. Most people come back, and for them the linking rule needs no lock. Undefined
 * where anything else is to be decided.
 */
export async function comesBack(
  { run }: Pick<Database, 'run'>,
  { upstreamId, issuer, subject, facts, trust }: NewIdentity,
): Promise<{ account: Account; touching: Step } | undefined> {
  const key = [upstreamId, issuer, subject];
  const { rows } = await run<AccountRow>(find, key);
  const account = rows[0] && accountOf(rows[0]);
  if (!account) return undefined;
  const values = [...key, JSON.stringify(facts), trust, now()];
  const touching: Step = { statement: touch, values, decisive: true };
  return { account: withGroupsOf(account, { upstreamId, facts }), touching };
}
