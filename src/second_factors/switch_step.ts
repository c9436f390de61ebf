import type { Knex } from 'knex';
import type { Accounts } from '../accounts/index.ts';
import type { Oidc } from '../oidc/index.ts';
import type { SecondFactors } from './door.ts';
import type { Person } from './page_deps.ts';

interface SwitchDeps {
  accounts: Pick<Accounts, 'setSecondStep'>;
  oidc: Pick<Oidc, 'endOtherSessions'>;
}

/**
 * Signing in takes one step again. Sessions of one step were none so far: they end now, or whoever has one would be let in.
 * False when it took one already.
 */
export async function switchOff(
  { accounts, oidc }: SwitchDeps,
  within: Knex,
  { account, session }: Person,
): Promise<boolean> {
  const switched = await accounts.setSecondStep(within, account.id, false);
  if (switched) await oidc.endOtherSessions(account.id, session.uid, within);
  return switched;
}

/** The same when the last second factor was taken away: what stands in for it goes along. */
export async function endSecondStep(
  deps: SwitchDeps & { secondFactors: Pick<SecondFactors, 'removeAll'> },
  within: Knex,
  person: Person,
): Promise<void> {
  await deps.secondFactors.removeAll(within, person.account.id);
  await switchOff(deps, within, person);
}
