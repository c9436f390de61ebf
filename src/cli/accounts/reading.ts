import { accountStates, stateOf, type Account, type AccountReading, type HeldGroup } from '../../accounts/index.ts';
import { maskAddress } from '../../kit/addresses.ts';
import type { EnrolledFactors } from '../../second_factors/index.ts';
import type { Call, Command, CommandSettings } from '../command.ts';
import { withTables } from '../contexts.ts';
import { eventTable } from '../explain.ts';
import { listing, print, table } from '../output.ts';
import { limitOf, limitOption } from '../options.ts';
import { findAccount, noSuchAccount } from './find_account.ts';
import { groupsHeld, inWords } from './grouping.ts';

const PAGE = 500;

/** `accounts list` and `accounts show`. */
export const accountReading: Command[] = [
  {
    name: 'accounts list',
    takes: { least: 0, most: 0 },
    options: {
      state: { value: accountStates, says: 'only those in this state' },
      group: { value: 'name', says: 'only those in this group' },
      limit: limitOption,
    },
    summary: 'list all accounts',
    run: (call) =>
      withTables(call, async (database, settings) => {
        const accounts = await listed(call.parts.rooms(database).accounts, call, settings);
        print(call, accounts, () =>
          table(
            ['id', 'address', 'name', 'origin', 'state', 'groups', 'created'],
            accounts.map(row),
            'there are no accounts',
          ),
        );
        return 0;
      }),
  },
  {
    name: 'accounts show',
    args: '<id or address>',
    takes: { least: 1, most: 1 },
    summary: 'show one account, its identities, its second factors and what happened to it last',
    run: (call) =>
      withTables(call, (database, settings) => show(call, call.args[0] ?? '', call.parts.rooms(database), settings)),
  },
];

/** An account as it is printed. */
type Printed = Omit<Account, 'groups'> & { groups: HeldGroup[] };

async function listed(directory: AccountReading, call: Call, settings: CommandSettings): Promise<Printed[]> {
  const most = limitOf(call) ?? Infinity;
  const state = accountStates.find((one) => one === call.texts['state']);
  const { group } = call.texts;
  const accounts: Printed[] = [];
  for (let after: string | undefined; ;) {
    const limit = Math.min(PAGE, group === undefined ? most - accounts.length : PAGE);
    const page = await directory.list({ after, limit, state });
    const held = page.map((account) => ({ ...account, groups: groupsHeld(account, settings) }));
    accounts.push(...held.filter(({ groups }) => group === undefined || groups.some(({ name }) => name === group)));
    after = page.at(-1)?.id;
    if (page.length < limit || accounts.length >= most) return accounts.slice(0, most);
  }
}

function row(account: Printed): string[] {
  const { id, address, profile, origin, createdAt, groups } = account;
  const masked = address ? maskAddress(address.stored) : '';
  return [id, masked, profile.name ?? '', origin, stateOf(account), inWords(groups) ?? '', createdAt.toISOString()];
}

async function show(
  call: Call,
  wanted: string,
  rooms: ReturnType<Call['parts']['rooms']>,
  settings: CommandSettings,
): Promise<number> {
  const found = await findAccount(rooms.accounts, wanted);
  if (!found) return noSuchAccount(call);
  const account = { ...found, groups: groupsHeld(found, settings) };
  const identities = await rooms.accounts.identities.listOf(account.id);
  const secondFactors = await rooms.secondFactors.of(account.id);
  const events = await rooms.events.ofAccount(account.id, 20);
  print(call, { account, identities, second_factors: secondFactors, events }, () =>
    [
      listing([...linesOf(account), ...factorLines(account, secondFactors)]),
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

function factorLines(
  { secondStep }: Pick<Account, 'secondStep'>,
  { totp, recoveryCodes }: EnrolledFactors,
): [string, string | undefined][] {
  return [
    ['second step', secondStep ? 'at every sign-in' : 'where it is asked for'],
    ['authenticator app', totp && `added ${totp.addedAt.toISOString()}, last used ${totp.lastUsedAt.toISOString()}`],
    ['recovery codes', recoveryCodes > 0 ? String(recoveryCodes) : undefined],
  ];
}

function linesOf(account: Printed): [string, string | undefined][] {
  const { id, address, profile, locale, origin, createdAt, deleteAt } = account;
  const { name, ...claims } = profile;
  return [
    ['id', id],
    ['address', address?.stored],
    ['verified', address?.verifiedAt?.toISOString()],
    ['name', name],
    ...Object.entries(claims).map(([claim, value]): [string, string] => [
      claim === 'address' ? 'postal address' : claim,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    ['language', locale],
    ['origin', origin],
    ['groups', inWords(account.groups)],
    ['state', stateOf(account)],
    ['to be deleted', deleteAt?.toISOString()],
    ['created', createdAt.toISOString()],
  ];
}
