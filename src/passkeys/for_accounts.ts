import type { Knex } from 'knex';
import { z } from 'zod';
import { postgresPasskeyStore } from './passkey_store.ts';

const stored = z.object({
  credentialId: z.string(),
  publicKey: z.string(),
  signCount: z.number(),
  aaguid: z.string(),
  transports: z.array(z.string()),
  backupEligible: z.boolean(),
  backedUp: z.boolean(),
  userHandle: z.string(),
});

/**
 * Adds the passkey with which a sign-up began, as it was kept until its code came, to the account that was made. Without one
 * when it belongs to another account by now: whoever proved the mailbox gets in by it.
 */
export async function keepNewPasskey(within: Knex, accountId: string, kept: object): Promise<void> {
  await postgresPasskeyStore(within).add(accountId, stored.parse(kept));
}

/** Takes away the passkeys that were added since then, by whoever had the account meanwhile. */
export function removePasskeysSince(within: Knex, accountId: string, since: Date): Promise<void> {
  return postgresPasskeyStore(within).removeAll(accountId, since);
}

/** Whether an account has a passkey, as this transaction sees it. */
export function hasPasskey(within: Knex, accountId: string): Promise<boolean> {
  return postgresPasskeyStore(within).has(accountId);
}

/** Those of these accounts that have a passkey. */
export async function withPasskey(knex: Knex, accountIds: string[]): Promise<string[]> {
  const rows: { account_id: string }[] = await knex('passkeys')
    .whereRaw('account_id = any(?::text[])', [accountIds])
    .distinct('account_id');
  return rows.map(({ account_id }) => account_id);
}
