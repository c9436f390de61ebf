import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';

/** Notes whether the account asks for a second step at every sign-in; false when it was so already. */
export async function setSecondStep(within: Knex, id: string, on: boolean): Promise<boolean> {
  const account = within('accounts').where({ id, deleted_at: null });
  const changed = on
    ? account.whereNull('second_step_at').update({ second_step_at: now() })
    : account.whereNotNull('second_step_at').update({ second_step_at: null });
  return (await changed) === 1;
}
