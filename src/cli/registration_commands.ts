import { parseDuration } from '../kit/durations.ts';
import { SHORT_ID, type InitialToken } from '../oidc/index.ts';
import type { Call, ChangingRooms, Command, CommandSettings } from './command.ts';
import { whoAsks, withRooms, withTables } from './contexts.ts';
import { print, refuse, table } from './output.ts';

const LIFETIME = '7d';

/** `clients token`, `clients tokens`, `clients revoke-token` and `clients remove`: apps that register themselves. */
export const registrationCommands: Command[] = [
  {
    name: 'clients token',
    takes: { least: 0, most: 0 },
    options: {
      uses: { value: 'n', matches: /^[1-9]\d{0,4}$/, says: 'so many apps can be registered with it; 1 without' },
      expires: {
        value: 'duration',
        matches: /^[1-9]\d{0,3}[smhd]$/,
        says: `how long it counts, such as 12h; ${LIFETIME} without`,
      },
      note: { value: 'text', says: 'what it is for; only admins see it' },
    },
    summary: 'print a token with which an app may register itself; it is shown this once',
    run: (call) => withRooms(call, (rooms, _reading, settings) => makeToken(call, rooms, settings)),
  },
  {
    name: 'clients tokens',
    takes: { least: 0, most: 0 },
    summary: 'list these tokens with their uses and end, also those that ended in the last 30 days',
    run: (call) =>
      withTables(call, async (database) => {
        const tokens = await call.parts.rooms(database).registrations.tokens();
        print(call, tokens, () =>
          table(['id', 'state', 'uses left', 'ends', 'made', 'by', 'note'], tokens.map(row), 'there are no tokens'),
        );
        return 0;
      }),
  },
  {
    name: 'clients revoke-token',
    args: '<id of the token>',
    takes: { least: 1, most: 1 },
    summary: 'take such a token back; apps that were registered with it stay',
    run: (call) => withRooms(call, (rooms) => withdraw(call, rooms)),
  },
  {
    name: 'clients remove',
    args: '<client_id>',
    takes: { least: 1, most: 1 },
    summary: 'end an app that registered itself, with all that people allowed it',
    run: (call) => withRooms(call, (rooms, _reading, { clients }) => remove(call, rooms, clients)),
  },
];

async function makeToken(call: Call, { registrations }: ChangingRooms, settings: CommandSettings): Promise<number> {
  if (settings.protocol.registration === false)
    return refuse(call, 'protocol.registration is off: no app could register itself');
  const { uses = '1', expires, note } = call.texts;
  const lifetime = parseDuration(expires ?? LIFETIME) ?? 0;
  const wanted = { uses: Number(uses), lifetime, createdBy: whoAsks(call), note };
  const { token, made } = await registrations.tokens.make(wanted);
  print(call, { ...made, token }, () => {
    const apps = uses === '1' ? 'one app' : `${uses} apps`;
    return `${token}\nIt registers ${apps} until ${made.expiresAt.toISOString()}, and is not shown again.`;
  });
  return 0;
}

async function withdraw(call: Call, { registrations }: ChangingRooms): Promise<number> {
  const withdrawn = await registrations.tokens.withdraw(call.args[0] ?? '');
  if (withdrawn === 'unknown')
    return refuse(call, 'there is no such token; `clients tokens` lists them with their ids');
  if (withdrawn === 'several') return refuse(call, 'several tokens begin so: give more of the id');
  const { id, uses, usesLeft } = withdrawn;
  print(call, { id, revoked: true, used: uses - usesLeft }, () => {
    return `${id.slice(0, SHORT_ID)} is taken back; apps registered with it: ${uses - usesLeft}`;
  });
  return 0;
}

async function remove(
  call: Call,
  { registrations }: ChangingRooms,
  clients: CommandSettings['clients'],
): Promise<number> {
  const id = call.args[0] ?? '';
  if (clients.some(({ client_id }) => client_id === id))
    return refuse(call, `${JSON.stringify(id)} stands in the configuration: take it out there`);
  if (!(await registrations.remove(id)))
    return refuse(call, 'no app of this id has registered itself; `clients list` shows those that have');
  print(call, { client_id: id, removed: true }, () => `${id} is gone, and what people allowed it has ended`);
  return 0;
}

function row({ id, state, uses, usesLeft, expiresAt, createdAt, createdBy, note = '' }: InitialToken): string[] {
  const times = [expiresAt.toISOString(), createdAt.toISOString()];
  return [id.slice(0, SHORT_ID), state, `${usesLeft} of ${uses}`, ...times, createdBy, note];
}
