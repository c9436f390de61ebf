import type { Knex } from 'knex';
import { isUsable, type Account } from '../account.ts';
import { claimRules } from '../claim_table.ts';
import { claimsOf } from '../claims.ts';
import { postgresAccountStore } from '../postgres_account_store.ts';

/** What exporting works with; without `hashesOf` no password leaves. */
export interface ExportDeps {
  knex: Knex;
  hashesOf?(accountIds: string[]): Promise<Map<string, string>>;
}

interface IdentityRow {
  account_id: string;
  upstream_id: string;
  issuer: string;
  subject: string;
}

const PAGE = 500;

/**
 * All accounts as JSON lines that the import reads, in the order of their ids, some hundred lines at a time: never more than
 * those are in memory. An account that is made or deleted meanwhile may be in it or not.
 */
export async function* exportAccounts({ knex, hashesOf }: ExportDeps): AsyncGenerator<string> {
  const store = postgresAccountStore(knex);
  for (let after: string | undefined; ;) {
    const page = await store.list({ after, limit: PAGE });
    after = page.at(-1)?.id;
    if (after === undefined) return;
    const ids = page.map(({ id }) => id);
    const identities = await identitiesOf(knex, ids);
    const hashes = await hashesOf?.(ids);
    const lines = page.map((account) => lineOf(account, identities.get(account.id), hashes?.get(account.id)));
    yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}

async function identitiesOf(knex: Knex, ids: string[]): Promise<Map<string, IdentityRow[]>> {
  const rows: IdentityRow[] = await knex('identities')
    .whereRaw('account_id = any(?::text[])', [ids])
    .orderBy('upstream_id')
    .select('account_id', 'upstream_id', 'issuer', 'subject');
  return Map.groupBy(rows, ({ account_id }) => account_id);
}

/** What is absent is left out: JSON knows no undefined. */
function lineOf(account: Account, identities: IdentityRow[] | undefined, passwordHash: string | undefined): object {
  const claims = claimsOf(account, []);
  const { own } = account.groups;
  const { email, email_verified } = claims;
  return {
    id: account.id,
    email,
    email_verified,
    // What is about to be deleted here must not come to life elsewhere.
    disabled: isUsable(account) ? undefined : true,
    ...Object.fromEntries(claimRules.map(([name]) => [name, claims[name]])),
    // What an upstream says of groups is said anew at the next sign-in through it.
    groups: own.length > 0 ? own : undefined,
    password_hash: passwordHash,
    identities: identities?.map(({ upstream_id, issuer, subject }) => ({ upstream_id, issuer, subject })),
  };
}
