import type { Account, AccountReading } from '../accounts/index.ts';
import { maskAddress, parseAddress } from '../kit/addresses.ts';
import type { Call, Command } from './command.ts';
import { withDatabase } from './contexts.ts';
import { eventTable } from './explain.ts';
import { complain, listing, print, table } from './output.ts';

const PAGE = 500;

/** `accounts list` and `accounts show`. */
export const accountCommands: Command[] = [
  {
    name: 'accounts list',
    takes: { least: 0, most: 0 },
    summary: 'list all accounts',
    run: (call) =>
      withDatabase(call, async (database) => {
        const accounts = await all(call.parts.rooms(database).accounts);
        print(call, accounts, () =>
          table(['id', 'address', 'name', 'origin', 'state', 'created'], accounts.map(row), 'there are no accounts'),
        );
        return 0;
      }),
  },
  {
    name: 'accounts show',
    args: '<id or address>',
    takes: { least: 1, most: 1 },
    summary: 'show one account, its identities and what happened to it last',
    run: (call) => withDatabase(call, (database) => show(call, call.args[0] ?? '', call.parts.rooms(database))),
  },
];

async function all(directory: AccountReading): Promise<Account[]> {
  const accounts: Account[] = [];
  for (;;) {
    const page = await directory.list({ after: accounts.at(-1)?.id, limit: PAGE });
    accounts.push(...page);
    if (page.length < PAGE) return accounts;
  }
}

function row(account: Account): string[] {
  const { id, address, profile, origin, createdAt } = account;
  return [
    id,
    address ? maskAddress(address.stored) : '',
    profile.name ?? '',
    origin,
    state(account),
    createdAt.toISOString(),
  ];
}

function state(account: Account): string {
  if (account.disabledAt) return 'disabled';
  return account.address && !account.address.verifiedAt ? 'unverified' : 'active';
}

async function show(call: Call, wanted: string, rooms: ReturnType<Call['parts']['rooms']>): Promise<number> {
  const address = parseAddress(wanted);
  const account = address ? await rooms.accounts.findByAddress(address.canonical) : await rooms.accounts.find(wanted);
  if (!account) {
    complain(call, 'there is no such account; `accounts list` names them');
    return 1;
  }
  const identities = await rooms.accounts.identities.listOf(account.id);
  const events = await rooms.events.ofAccount(account.id, 20);
  print(call, { account, identities, events }, () =>
    [
      listing([
        ['id', account.id],
        ['address', account.address?.stored],
        ['verified', account.address?.verifiedAt?.toISOString()],
        ['name', account.profile.name],
        ['locale', account.locale],
        ['origin', account.origin],
        ['state', state(account)],
        ['created', account.createdAt.toISOString()],
      ]),
      table(
        ['upstream', 'issuer', 'subject', 'trust', 'last used'],
        identities.map((one) => [one.upstreamId, one.issuer, one.subject, one.trust, one.lastUsedAt.toISOString()]),
        'no identities',
      ),
      eventTable(events),
    ].join('\n\n'),
  );
  return 0;
}
