import type { Account, Identity } from './account.ts';
import type { HeldGroup } from './groups.ts';
import { claimTable } from './claim_table.ts';

/** Where the claims of an account come from, in words for an admin: by name, for those that it has. */
export function claimOrigins(
  account: Account,
  identities: readonly Identity[],
  groups: readonly HeldGroup[],
): Record<string, string> {
  const { profile, address, origin } = account;
  const through = (value: string | undefined, of: (facts: Identity['facts']) => string | undefined) =>
    value === undefined ? undefined : identities.find(({ facts }) => of(facts) === value)?.upstreamId;
  const first = origin === 'upstream' ? identities[0]?.upstreamId : undefined;
  const named = through(profile.name, ({ name }) => name);
  const mailed = through(address?.stored, ({ email }) => email);
  const ofProfile = (name: string) => {
    if (name === 'name' && named) return `the profile of the account, as the mapping of ${named} gave it`;
    const began = first && ['given_name', 'family_name', 'picture'].includes(name);
    return began ? `the profile of the account, which began with ${first}` : 'the profile of the account';
  };
  const verified = address?.verifiedAt ? `proven on ${address.verifiedAt.toISOString().slice(0, 10)}` : 'never proven';
  return {
    ...Object.fromEntries(Object.keys(claimTable).map((name) => [name, ofProfile(name)])),
    phone_number_verified: 'the profile of the account: whoever imported the number says so',
    locale: 'the language that the person chose, or the profile of the account',
    groups: groups.map(({ name, through: by }) => `${name}: ${by ? `the mapping of ${by}` : 'an admin'}`).join(', '),
    updated_at: 'when the account changed last',
    email: `the address of the account${mailed ? `, also the one at ${mailed}` : ''}`,
    email_verified: `the address of the account: ${verified}`,
  };
}
