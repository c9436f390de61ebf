import type { World } from './world.ts';

const ofAccount = (email: string) => `(select account_id from addresses where canonical = '${email}')`;
const newest = '(select max(at) from events)';

/** Somebody has a passkey, of which nothing but its row is known. */
export async function insertPasskey({ query }: Pick<World, 'query'>, email: string): Promise<void> {
  const id = ofAccount(email);
  await query(
    `insert into passkey_owners (account_id, user_handle) values (${id}, 'of ${email}') on conflict do nothing`,
  );
  await query(`insert into passkeys (credential_id, account_id, public_key, sign_count, aaguid, transports, backup_eligible, backed_up, created_at)
    values ('of ${email}', ${id}, '', 0, '', '[]', true, true, ${newest})`);
}

/** What an account has to prove beside its first factor. */
export async function factorsHeld({ query }: Pick<World, 'query'>, email: string) {
  const [held] = await query(`select second_step_at is not null as step,
    (select count(*)::int from totp_seeds where account_id = a.id) as apps,
    (select count(*)::int from passkeys where account_id = a.id) as passkeys,
    (select count(*)::int from recovery_codes where account_id = a.id and used_at is null) as codes,
    (select count(*)::int from factor_drafts where account_id = a.id) as drafts
    from accounts a where id = ${ofAccount(email)}`);
  return held;
}
