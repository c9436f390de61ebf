import type { Knex } from 'knex';
import { transact, type Account, type Accounts } from '../accounts/index.ts';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Mail } from '../mail/index.ts';
import type { SecondFactors } from './door.ts';
import { queueNotice } from './notices.ts';

/** What a reset works with. */
export interface ResetDeps {
  database: Database;
  accounts: Pick<Accounts, 'hold' | 'setSecondStep'>;
  secondFactors: Pick<SecondFactors, 'removeAll'>;
  /** Of a sibling. Whoever is asked for a passkey that is lost could never set up another one. */
  passkeys: { removeAll(within: Knex, accountId: string): Promise<void> };
  mail: Pick<Mail, 'queue'>;
  record: RecordEvent;
  endEverythingOf(accountId: string, within: Knex): Promise<void>;
}

/**
 * For somebody who lost every second factor, and whom an admin knows: the account has none any more, no passkey either, and
 * signing in takes one step. Everything open ends, because a session that was too weak until now would count again. Its owner has a mail.
 */
export async function resetSecondStep(deps: ResetDeps, account: Account): Promise<void> {
  const { database, accounts, passkeys, secondFactors, record } = deps;
  const { id: accountId } = account;
  await transact(database, async (within) => {
    await accounts.hold(within, accountId);
    await deps.endEverythingOf(accountId, within);
    await secondFactors.removeAll(within, accountId);
    await passkeys.removeAll(within, accountId);
    await accounts.setSecondStep(within, accountId, false);
    await queueNotice(deps, within, account, 'second-step-off', { locale: 'en' }, { reset: 'yes' });
  });
  await record({ type: 'second_factors.reset', outcome: 'ok', accountId });
}
