import type { Knex } from 'knex';
import type { Database } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { accountId as randomHandle } from '../kit/random.ts';
import type { Added, NewPasskey } from './door.ts';

/** More than anybody has, and few enough to list (WebAuthn sends them all as excludeCredentials). */
export const MOST = 100;
const OFFER_AGAIN_SECONDS = 90 * 86_400;

/** A passkey as it is kept, with the handle of its account. */
export interface PasskeyRow {
  credential_id: string;
  account_id: string;
  public_key: Buffer;
  // A bigint comes as text.
  sign_count: string;
  aaguid: string;
  transports: string[];
  backup_eligible: boolean;
  backed_up: boolean;
  name: string | null;
  created_at: Date;
  last_used_at: Date | null;
  user_handle: string;
}

const find = {
  name: 'passkeys_find',
  text: `select p.credential_id, p.account_id, p.public_key, p.sign_count, p.aaguid, p.transports, p.backup_eligible,
           p.backed_up, p.name, p.created_at, p.last_used_at, o.user_handle
         from passkeys p join passkey_owners o using (account_id) where p.credential_id = $1`,
};
// Counts only upwards, and 0 where a key does not count (WebAuthn 6.1.1): of two answers at once with one count, one is refused.
const used = {
  name: 'passkeys_used',
  text: `update passkeys set sign_count = greatest(sign_count, $2), backed_up = $3, last_used_at = $4
         where credential_id = $1 and ($5 or sign_count < $2 or (sign_count = 0 and $2 = 0))`,
};
const owner = {
  name: 'passkey_owners_ensure',
  text: `with made as (
           insert into passkey_owners (account_id, user_handle) values ($1, $2)
           on conflict (account_id) do nothing returning user_handle)
         select user_handle from made union all select user_handle from passkey_owners where account_id = $1 limit 1`,
};
const offer = {
  name: 'passkey_owners_offer',
  text: `insert into passkey_owners as o (account_id, user_handle, offer_again_at) values ($1, $2, $3)
         on conflict (account_id) do update set offer_again_at = $3
         where not o.never_offer and (o.offer_again_at is null or o.offer_again_at <= $4)
           and not exists (select from passkeys p where p.account_id = $1)`,
};

/** What a sign-in looks up and changes, as prepared statements outside of any transaction. */
export function passkeyStatements({ run }: Pick<Database, 'run'>) {
  return {
    async find(credentialId: string): Promise<PasskeyRow | undefined> {
      return (await run<PasskeyRow>(find, [credentialId])).rows[0];
    },
    /** Notes a use; false when its count is not above the last one, unless `anyway`. */
    async used(
      credentialId: string,
      use: { signCount: number; backedUp: boolean; anyway?: boolean },
    ): Promise<boolean> {
      const { signCount, backedUp, anyway = false } = use;
      return (await run(used, [credentialId, signCount, backedUp, now(), anyway])).rowCount === 1;
    },
    /** What authenticators know the account by: made at the first look. */
    async ensureHandle(accountId: string): Promise<string> {
      for (;;) {
        // Nothing comes back when another process made it within this very statement.
        const [row] = (await run<{ user_handle: string }>(owner, [accountId, randomHandle()])).rows;
        if (row) return row.user_handle;
      }
    },
    async takeOffer(accountId: string): Promise<boolean> {
      const values = [accountId, randomHandle(), inSeconds(OFFER_AGAIN_SECONDS), now()];
      return (await run(offer, values)).rowCount === 1;
    },
  };
}

/** Passkeys in PostgreSQL, within a transaction or outside of any. */
export function postgresPasskeyStore(knex: Knex) {
  const of = (accountId: string) => knex<PasskeyRow>('passkeys').where({ account_id: accountId });
  return {
    listOf: (accountId: string): Promise<PasskeyRow[]> => of(accountId).orderBy('created_at').select(),
    async has(accountId: string): Promise<boolean> {
      return (await of(accountId).first('credential_id')) !== undefined;
    },
    add: (accountId: string, passkey: NewPasskey) => add(knex, accountId, passkey),
    async rename(accountId: string, credentialId: string, name: string): Promise<boolean> {
      return (await of(accountId).where({ credential_id: credentialId }).update({ name })) === 1;
    },
    async remove(accountId: string, credentialId: string): Promise<PasskeyRow | undefined> {
      return (await of(accountId).where({ credential_id: credentialId }).delete().returning<PasskeyRow[]>('*'))[0];
    },
    async removeAll(accountId: string, since = new Date(0)): Promise<void> {
      await of(accountId).where('created_at', '>=', since).delete();
    },
    async handleOf(accountId: string): Promise<string | undefined> {
      const row = await knex('passkey_owners').where({ account_id: accountId }).first<{ user_handle: string }>();
      return row?.user_handle;
    },
    async neverOffer(accountId: string): Promise<void> {
      const row = { account_id: accountId, user_handle: randomHandle(), never_offer: true };
      await knex('passkey_owners').insert(row).onConflict('account_id').merge(['never_offer']);
    },
  };
}

/** The owner's row is held first, so that two at once cannot both be the last one that fits. */
async function add(within: Knex, accountId: string, passkey: NewPasskey): Promise<Added> {
  const { credentialId, publicKey, signCount, aaguid, transports, backupEligible, backedUp, userHandle } = passkey;
  const known = { account_id: accountId, user_handle: userHandle };
  await within('passkey_owners').insert(known).onConflict('account_id').ignore();
  await within('passkey_owners').where({ account_id: accountId }).forUpdate().first('account_id');
  const [{ count } = { count: 0 }] = await within('passkeys').where({ account_id: accountId }).count();
  if (Number(count) >= MOST) return 'full';
  const row = {
    credential_id: credentialId,
    account_id: accountId,
    public_key: Buffer.from(publicKey, 'base64url'),
    sign_count: signCount,
    aaguid,
    transports: JSON.stringify(transports),
    backup_eligible: backupEligible,
    backed_up: backedUp,
    created_at: now(),
  };
  const added = await within('passkeys').insert(row).onConflict('credential_id').ignore().returning('credential_id');
  return added.length === 1 ? 'added' : 'taken';
}
