import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';

/**
 * Replaces the whole set in one statement: every code has its place, so that two sets made at once end as one of them. Used
 * codes stand until then, so that reuse is seen.
 */
export async function replaceCodes(within: Knex, accountId: string, hashes: readonly string[]): Promise<void> {
  const rows = hashes.map((hash, place) => ({
    account_id: accountId,
    place,
    code_hash: hash,
    created_at: now(),
    used_at: null,
  }));
  await within('recovery_codes').insert(rows).onConflict(['account_id', 'place']).merge();
}

/** Uses a code up, for exactly one of all who come with it. */
export async function useCode(within: Knex, accountId: string, hash: string): Promise<'used' | 'reused' | 'unknown'> {
  const codes = () => within('recovery_codes').where({ account_id: accountId, code_hash: hash });
  if ((await codes().whereNull('used_at').update({ used_at: now() })) === 1) return 'used';
  return (await codes().first('place')) === undefined ? 'unknown' : 'reused';
}

/** How many codes of an account are not used. */
export async function codesLeft(within: Knex, accountId: string): Promise<number> {
  const left = await within('recovery_codes').where({ account_id: accountId, used_at: null }).select('place');
  return left.length;
}

/** Deletes the codes of an account, used or not, that were made since then. */
export async function deleteCodes(within: Knex, accountId: string, since = new Date(0)): Promise<void> {
  await within('recovery_codes').where({ account_id: accountId }).where('created_at', '>=', since).delete();
}
