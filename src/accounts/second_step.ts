import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';

/** Notes that the account asks for a second step at every sign-in, since the first time that was said, or that it does not. */
export async function setSecondStep(within: Knex, id: string, on: boolean): Promise<void> {
  const account = within('accounts').where({ id, deleted_at: null });
  await (on
    ? account.whereNull('second_step_at').update({ second_step_at: now() })
    : account.update({ second_step_at: null }));
}
