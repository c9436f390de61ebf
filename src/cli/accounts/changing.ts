import type { Account } from '../../accounts/index.ts';
import type { Call, ChangingRooms, Command } from '../command.ts';
import { withRooms } from '../contexts.ts';
import { complain, print } from '../output.ts';
import { findAccount, noSuchAccount } from './find_account.ts';
import { confirmed } from './standard_input.ts';

const args = '<id or address>';
const takes = { least: 1, most: 1 };

/** `accounts disable`, `accounts enable`, `accounts reset-second-step` and `accounts delete`. */
export const accountChanges: Command[] = [
  {
    name: 'accounts disable',
    args,
    takes,
    summary: 'let nobody in with an account, and end what it has open',
    run: (call) =>
      withAccount(call, async ({ accounts }, { id }) => {
        const changed = await accounts.disable(id);
        const was = changed ? 'is disabled' : 'was disabled already';
        print(call, { id, disabled: true, changed }, () => `${id} ${was}; all its sessions and tokens have ended`);
        return 0;
      }),
  },
  {
    name: 'accounts enable',
    args,
    takes,
    summary: 'let its person in again',
    run: (call) =>
      withAccount(call, async ({ accounts }, { id, deleteAt }) => {
        const changed = await accounts.enable(id);
        const was = changed ? 'is enabled' : 'was not disabled';
        const onward = deleteAt ? `but is to be deleted at ${deleteAt.toISOString()}` : 'its person can sign in';
        print(call, { id, disabled: false, changed }, () => `${id} ${was}; ${onward}`);
        return 0;
      }),
  },
  {
    name: 'accounts reset-second-step',
    args,
    takes,
    summary:
      'take second factors and passkeys away from somebody who lost them, and end what is open; they have a mail',
    run: (call) =>
      withAccount(call, async ({ resetSecondStep }, account) => {
        await resetSecondStep(account);
        const { id } = account;
        print(
          call,
          { id, second_step: false },
          () => `${id} has no second factor any more; where one is asked for, its person sets up a new one`,
        );
        return 0;
      }),
  },
  {
    name: 'accounts delete',
    args,
    takes,
    options: { yes: { says: 'do not ask' } },
    summary: 'delete an account at once and for good; its address is free again, its id never',
    run: (call) => withAccount(call, remove),
  },
];

function withAccount(
  call: Call,
  work: (rooms: ChangingRooms, account: Account, call: Call) => Promise<number>,
): Promise<number> {
  return withRooms(call, async (rooms, reading) => {
    const account = await findAccount(reading.accounts, call.args[0] ?? '');
    return account ? work(rooms, account, call) : noSuchAccount(call);
  });
}

async function remove({ accounts }: ChangingRooms, { id, address }: Account, call: Call): Promise<number> {
  if (!call.flags.has('yes')) {
    if (!call.io.stdin.isTTY) {
      complain(call, 'nobody can be asked here: say --yes to delete the account for good');
      return 2;
    }
    const question = `Delete ${id}${address ? ` (${address.stored})` : ''} for good? Nothing of it can be had back. [yes/no] `;
    if (!(await confirmed(call.io, question))) {
      complain(call, 'nothing was deleted');
      return 1;
    }
  }
  await accounts.remove(id);
  print(call, { id, deleted: true }, () => `${id} is deleted`);
  return 0;
}
