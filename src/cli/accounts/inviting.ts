import { invitationState, SHORT_ID, type AccountReading, type Invitation } from '../../accounts/index.ts';
import { parseAddress } from '../../kit/addresses.ts';
import { parseDuration } from '../../kit/durations.ts';
import { locales, type Tag } from '../../locales/index.ts';
import type { Call, ChangingRooms, Command, CommandSettings } from '../command.ts';
import { whoAsks, withTables, withRooms } from '../contexts.ts';
import { print, refuse, table } from '../output.ts';

const tags = locales.map(({ tag }) => tag);

/** `accounts invite`, `accounts invitations` and `accounts uninvite`. */
export const inviteCommands: Command[] = [
  {
    name: 'accounts invite',
    args: '[address]',
    takes: { least: 0, most: 1 },
    options: {
      uses: { value: 'n', matches: /^[1-9]\d{0,4}$/, says: 'so many accounts can be made with it; 1 without' },
      expires: { value: 'duration', matches: /^[1-9]\d{0,3}[smhd]$/, says: 'how long it counts, such as 7d' },
      locale: { value: tags, says: 'the language of the mail' },
      'no-mail': { says: 'only print the link' },
      note: { value: 'text', says: 'what it is for; only admins see it' },
    },
    summary: 'print a link to sign up with, for one address alone if it is given: then it is mailed there, too',
    run: (call) => withRooms(call, (rooms, reading, settings) => invite(call, rooms, reading.accounts, settings)),
  },
  {
    name: 'accounts invitations',
    takes: { least: 0, most: 0 },
    summary: 'list the invitations with their uses and end, also those that ended in the last 30 days',
    run: (call) =>
      withTables(call, async (database) => {
        const invitations = await call.parts.rooms(database).accounts.invitations.list();
        print(call, invitations.map(described), () =>
          table(
            ['id', 'address', 'state', 'uses left', 'ends', 'made', 'by', 'note'],
            invitations.map(row),
            'there are no invitations',
          ),
        );
        return 0;
      }),
  },
  {
    name: 'accounts uninvite',
    args: '<id of the invitation>',
    takes: { least: 1, most: 1 },
    summary: 'take an invitation back; accounts that were made with it stay',
    run: (call) => withRooms(call, (rooms) => uninvite(call, rooms)),
  },
];

async function invite(
  call: Call,
  { invitations }: ChangingRooms,
  accounts: AccountReading,
  { issuer, lifetimes, signup }: CommandSettings,
): Promise<number> {
  const { uses = '1', expires, locale, note } = call.texts;
  const [typed] = call.args;
  const address = typed === undefined ? undefined : parseAddress(typed);
  if (typed !== undefined && !address) return refuse(call, 'that is no plain address');
  if (signup.allow === 'closed') return refuse(call, 'signup.allow is closed: an invitation would let nobody in');
  if (address && uses !== '1')
    return refuse(call, 'one address makes one account: --uses is for a link to any address');
  if (address && (await accounts.findByAddress(address.canonical)))
    return refuse(call, 'the address has an account already; `accounts show` with the address shows it');
  const mailIn = address && !call.flags.has('no-mail') ? ((locale ?? 'en') as Tag) : undefined; // one of `tags`
  const lifetime = parseDuration(expires ?? '') ?? lifetimes.invitation;
  const wanted = { address, uses: Number(uses), lifetime, createdBy: whoAsks(call), note, mailIn };
  const { invitation, path } = await invitations.make(wanted);
  const link = `${issuer}${path}`;
  print(call, { ...described(invitation), link, mailed: mailIn !== undefined }, () => {
    const times = uses === '1' ? 'once' : `${uses} times`;
    const until = invitation.expiresAt.toISOString();
    const mailed = mailIn ? ' A mail with it waits for a process that serves.' : '';
    return `${link}\nIt works ${times} until ${until}, for ${address?.stored ?? 'any address'}.${mailed}`;
  });
  return 0;
}

async function uninvite(call: Call, { invitations }: ChangingRooms): Promise<number> {
  const withdrawn = await invitations.withdraw(call.args[0] ?? '');
  if (withdrawn === 'unknown')
    return refuse(call, 'there is no such invitation; `accounts invitations` lists them with their ids');
  if (withdrawn === 'several') return refuse(call, 'several invitations begin so: give more of the id');
  const { id, uses, usesLeft } = withdrawn;
  const used = uses - usesLeft;
  print(call, { id, withdrawn: true, used }, () => {
    return `${id.slice(0, SHORT_ID)} is taken back; accounts made with it: ${used}`;
  });
  return 0;
}

function row(invitation: Invitation): string[] {
  const { id, address, uses, usesLeft, createdBy, note = '', createdAt, expiresAt } = invitation;
  return [
    id.slice(0, SHORT_ID),
    address?.stored ?? 'any',
    invitationState(invitation),
    `${usesLeft} of ${uses}`,
    expiresAt.toISOString(),
    createdAt.toISOString(),
    createdBy,
    note,
  ];
}

function described({ address, ...invitation }: Invitation) {
  return { ...invitation, address: address?.stored, state: invitationState(invitation) };
}
