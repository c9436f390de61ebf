import { heldGroups, type Account, type AccountReading, type HeldGroup } from '../../accounts/index.ts';
import { groupsThrough } from '../../upstreams/index.ts';
import type { Call, Command, CommandSettings } from '../command.ts';
import { withRooms } from '../contexts.ts';
import { print, refuse } from '../output.ts';
import { findAccount, noSuchAccount } from './find_account.ts';

/** `accounts groups`. */
export const groupsCommand: Command = {
  name: 'accounts groups',
  args: '<id or address>',
  takes: { least: 1, most: 1 },
  options: {
    add: { value: 'names', says: 'give the account these groups, with commas between' },
    remove: { value: 'names', says: 'take these away; what an upstream says stays its own' },
  },
  summary: 'show the groups of an account, give it some or take some away',
  run: (call) =>
    withRooms(call, async (rooms, { accounts }, settings) => {
      const account = await findAccount(accounts, call.args[0] ?? '');
      if (!account) return noSuchAccount(call);
      const change = { add: namesIn(call.texts['add']), remove: namesIn(call.texts['remove']) };
      if (change.add.length + change.remove.length > 0) {
        const changed = await rooms.accounts.changeGroups(account.id, change);
        if (!changed.ok) return refuse(call, `nothing was changed: ${changed.reason}`);
      }
      return await show(call, accounts, account, settings);
    }),
};

async function show(call: Call, accounts: AccountReading, { id }: Account, settings: CommandSettings): Promise<number> {
  const account = await accounts.find(id);
  if (!account) return noSuchAccount(call);
  const groups = groupsHeld(account, settings);
  print(call, { id, groups }, () => `${id}: ${inWords(groups) ?? 'no groups'}`);
  return 0;
}

/** The groups of an account as the config reads what its upstreams said last. */
export function groupsHeld(account: Account, { upstreams }: Pick<CommandSettings, 'upstreams'>): HeldGroup[] {
  return heldGroups(account, (id, names) => {
    const upstream = upstreams.find((one) => one.id === id && one.enabled);
    return upstream ? groupsThrough(upstream, names) : [];
  });
}

/** For a line of output; undefined when there are none. */
export function inWords(groups: readonly HeldGroup[]): string | undefined {
  const words = groups.map(({ name, through }) => (through === undefined ? name : `${name} (through ${through})`));
  return words.length > 0 ? words.join(', ') : undefined;
}

function namesIn(text = ''): string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}
