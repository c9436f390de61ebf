import type { Account, AccountReading } from '../../accounts/index.ts';
import { parseAddress } from '../../kit/addresses.ts';
import type { Call } from '../command.ts';
import { complain } from '../output.ts';

/** The account that an admin names by its id or its address. */
export function findAccount(accounts: AccountReading, wanted: string): Promise<Account | undefined> {
  const address = parseAddress(wanted);
  return address ? accounts.findByAddress(address.canonical) : accounts.find(wanted);
}

/** Says so, and gives the exit code. */
export function noSuchAccount(call: Call): number {
  complain(call, 'there is no such account; `accounts list` names them');
  return 1;
}
