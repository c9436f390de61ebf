import type { Knex } from 'knex';
import type { FactorPagesDeps, Person } from './page_deps.ts';

/**
 * Signing in takes one step again. Sessions of one step were none so far: they end now, or whoever has one would be let in.
 */
export async function switchOff(
  { accounts, oidc }: Pick<FactorPagesDeps, 'accounts' | 'oidc'>,
  within: Knex,
  { account, session }: Person,
): Promise<void> {
  await accounts.setSecondStep(within, account.id, false);
  await oidc.endOtherSessions(account.id, session.uid, within);
}
