import { isGroupName, MOST_GROUPS } from '../kit/groups.ts';
import type { Account, NewIdentity } from './account.ts';

/** What the names of an upstream come to here, as the config has it now. */
export type GroupsThrough = (upstreamId: string, names: readonly string[]) => string[];

/** One group of an account. `through`: the upstream that it hangs on. */
export interface HeldGroup {
  name: string;
  through?: string;
}

/** Every group of an account once, in the order of their names; what an admin gave hangs on no upstream. */
export function heldGroups({ groups: { own, through } }: Pick<Account, 'groups'>, read: GroupsThrough): HeldGroup[] {
  const lent = Object.entries(through).flatMap(([upstreamId, names]) =>
    read(upstreamId, names).map((name): HeldGroup => ({ name, through: upstreamId })),
  );
  const held = new Map(
    [...lent.toReversed(), ...own.map((name): HeldGroup => ({ name }))].map((one) => [one.name, one]),
  );
  return [...held.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

const LONGEST_FOREIGN = 200;

/** What an upstream says of groups, as it is kept: so many texts of a sensible length, each once. */
export function cleanForeignGroups(names: readonly unknown[]): string[] {
  const usable = names.filter(
    (name) => typeof name === 'string' && name !== '' && name.length <= LONGEST_FOREIGN && !/\p{C}/u.test(name),
  );
  return [...new Set(usable)].slice(0, MOST_GROUPS) as string[]; // filtered above
}

/** The account as it is once this identity was used: its upstream's groups are those that it named just now. */
export function withGroupsOf(
  account: Account,
  { upstreamId, facts }: Pick<NewIdentity, 'upstreamId' | 'facts'>,
): Account {
  const { own, through } = account.groups;
  return { ...account, groups: { own, through: { ...through, [upstreamId]: facts.groups ?? [] } } };
}

/** What is wrong with groups that somebody wrote down; undefined when nothing is. Never repeats a name. */
export function groupsFault(names: readonly unknown[]): string | undefined {
  if (!names.every(isGroupName)) return 'a group is up to 64 letters, digits, ".", "_" or "-"';
  return names.length > MOST_GROUPS ? `an account has at most ${MOST_GROUPS} groups` : undefined;
}
