import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import type { Account, NewIdentity } from './account.ts';
import { ACCOUNT_COLUMNS, accountOf, type AccountRow } from './postgres_account_store.ts';

/** The accounts that rule 1 of the linking table signs in, and no others. */
const comeBack = {
  name: 'identities_come_back',
  text: `update identities i set facts = $4, trust = $5, last_used_at = $6
         from accounts a join addresses m on m.account_id = a.id
         where i.upstream_id = $1 and i.issuer = $2 and i.subject = $3 and a.id = i.account_id
           and a.deleted_at is null and a.disabled_at is null and a.delete_at is null
           and m.verified_at is not null and i.suspended_at is null
         returning ${ACCOUNT_COLUMNS}`,
};

/**
 * The account that a known identity opens, with the identity brought up to date, in one statement: most people come back, and
 * for them the linking rule needs no transaction. Undefined where anything else is to be decided.
 */
export async function comesBack(
  { database }: { database: Database },
  { upstreamId, issuer, subject, facts, trust }: NewIdentity,
): Promise<Account | undefined> {
  const values = [upstreamId, issuer, subject, JSON.stringify(facts), trust, now()];
  const { rows } = await database.run<AccountRow>(comeBack, values);
  return rows[0] && accountOf(rows[0]);
}
