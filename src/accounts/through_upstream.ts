import type { Database } from '../database/index.ts';

const countOf = {
  name: 'identities_of_upstream',
  text: 'select count(*) as count from identities where upstream_id = $1',
};

const onlyThrough = {
  name: 'accounts_only_through',
  text: `select i.account_id from identities i
         where i.upstream_id = $1 and ($3::text is null or i.account_id > $3) and not exists (
           select 1 from identities o
           where o.account_id = i.account_id and o.upstream_id = any($2::text[]) and o.suspended_at is null
         )
         order by i.account_id limit $4`,
};

const BATCH = 1000;

/** How many identities people have at an upstream. */
export async function countIdentities({ run }: Pick<Database, 'run'>, upstreamId: string): Promise<number> {
  const { rows } = await run<{ count: string }>(countOf, [upstreamId]);
  return Number(rows[0]?.count);
}

/** The accounts with an identity at this upstream and none at those that stay, some at a time. */
export async function* accountsOnlyThrough(
  { run }: Pick<Database, 'run'>,
  upstreamId: string,
  staying: readonly string[],
): AsyncGenerator<string[]> {
  for (let after: string | null = null; ;) {
    const answer = await run<{ account_id: string }>(onlyThrough, [upstreamId, staying, after, BATCH]);
    const ids: string[] = answer.rows.map(({ account_id }) => account_id);
    if (ids.length > 0) yield ids;
    if (ids.length < BATCH) return;
    after = ids.at(-1) ?? null;
  }
}
