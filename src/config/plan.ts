import { isDeepStrictEqual } from 'node:util';
import { isBound } from './needs_restart.ts';
import { idOf, KEYED, type ShownSettings } from './shown_settings.ts';
import { isMapping } from './tree.ts';

/** One thing that a changed file would change. */
export type Change =
  /** An entry of a list; `keys` are those that change, and never what they say. */
  | { do: 'adds' | 'removes'; kind: EntryKind; id: string; keys?: undefined }
  | { do: 'changes'; kind: EntryKind; id: string; keys: string[] }
  /** Any other key, with its value before and after; neither is there for a secret. */
  | { do: 'changes'; kind: 'key'; id: string; from?: unknown; to?: unknown; restart: boolean };

/** What an entry is. */
type EntryKind = 'client' | 'upstream' | 'resource';

const lists: Record<string, EntryKind> = { clients: 'client', upstreams: 'upstream', resources: 'resource' };

/** What would change: keys, then entries. Before the first start only entries are new: all else is as the file says. */
export function changesBetween(before: ShownSettings | undefined, after: ShownSettings): Change[] {
  const entries = Object.entries(lists).flatMap(([section, kind]) =>
    entryChanges(kind, before?.[section], after[section]),
  );
  if (!before) return entries;
  const sections = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  const keys = sections.filter((section) => !(section in lists));
  return [...keys.flatMap((section) => keyChanges([section], before[section], after[section])), ...entries];
}

function entryChanges(kind: EntryKind, before: unknown, after: unknown): Change[] {
  const [old, fresh] = [entriesOf(before), entriesOf(after)];
  const removed = [...old.keys()].filter((id) => !fresh.has(id));
  const added = [...fresh.keys()].filter((id) => !old.has(id));
  const changed = [...fresh].flatMap(([id, entry]): Change[] => {
    const known = old.get(id);
    const keys = known ? differing(known, entry) : [];
    return keys.length > 0 ? [{ do: 'changes', kind, id, keys }] : [];
  });
  return [
    ...removed.map((id) => ({ do: 'removes' as const, kind, id })),
    ...changed,
    ...added.map((id) => ({ do: 'adds' as const, kind, id })),
  ];
}

function entriesOf(list: unknown): Map<string, Record<string, unknown>> {
  const entries = Array.isArray(list) ? list.filter(isMapping) : [];
  return new Map(entries.map((entry) => [idOf(entry) ?? '', entry]));
}

function differing(left: Record<string, unknown>, right: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].toSorted();
  return names.filter((name) => !isDeepStrictEqual(left[name], right[name]));
}

function keyChanges(path: string[], before: unknown, after: unknown): Change[] {
  const [old, fresh] = [before ?? {}, after ?? {}];
  if (isMapping(old) && isMapping(fresh)) {
    return differing(old, fresh).flatMap((key) => keyChanges([...path, key], old[key], fresh[key]));
  }
  if (isDeepStrictEqual(before, after)) return [];
  const values = holdsKeyed([before, after]) ? {} : { from: before, to: after };
  return [{ do: 'changes', kind: 'key', id: path.join('.'), ...values, restart: isBound(path) }];
}

/** The hash of a secret says nothing to people, also inside of a list. */
function holdsKeyed(values: unknown): boolean {
  return JSON.stringify(values).includes(`"${KEYED}`);
}
