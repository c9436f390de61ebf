import { isDeepStrictEqual } from 'node:util';
import type { Profile } from './account.ts';
import { holdOwnAccount, type Owner } from './hold_account.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { cleanName } from './claim_values.ts';
import { cleanProfile } from './profile.ts';
import type { ProfileEdit, SelfServiceDeps } from './self_service_door.ts';

/**
 * Changes what a person may change themselves, and nothing else, whatever else was posted. The parts of a name go with
 * the name they were parts of: apps would show them.
 */
export async function editProfile(
  { database, record }: SelfServiceDeps,
  owner: Owner,
  edit: ProfileEdit,
): Promise<boolean> {
  const { accountId } = owner;
  const changed = await database.knex.transaction(async (within) => {
    const account = await holdOwnAccount(within, owner);
    const profile = edited(account.profile, edit);
    const locale = edit.locale ?? null;
    if (isDeepStrictEqual(profile, account.profile) && locale === (account.locale ?? null)) return false;
    await postgresAccountStore(within).change(accountId, { profile, locale });
    return true;
  });
  if (changed) await record({ type: 'accounts.profile_changed', outcome: 'ok', accountId });
  return changed;
}

function edited(profile: Profile, { name, picture, zoneinfo }: ProfileEdit): Profile {
  const { given_name, family_name, middle_name, ...rest } = profile;
  const parts = cleanName(name) === profile.name ? { given_name, family_name, middle_name } : {};
  return cleanProfile({ ...rest, ...parts, name, picture, zoneinfo });
}
