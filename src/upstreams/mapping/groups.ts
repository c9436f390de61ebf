import { z } from 'zod';
import { groupNameSetting } from '../../kit/groups.ts';
import { pathSchema } from './conditions.ts';
import { readPath } from './paths.ts';

/** A name as an upstream spells it. */
const foreign = z.string().min(1).max(200);

/** `groups` in the config file: where an upstream says them, and which of its words count here. */
export const groupsSchema = z
  .strictObject({
    from: z.array(pathSchema).min(1).describe('Paths of lists, such as `id.groups`; the first that holds something.'),
    allow: z
      .array(groupNameSetting)
      .min(1)
      .optional()
      .describe('Its groups that count here, as `<id of the upstream>:<name>`.'),
    map: z
      .record(foreign, groupNameSetting)
      .optional()
      .describe('Its groups that are groups of ours: `{ name there: name here }`.'),
  })
  .refine(({ allow, map }) => allow !== undefined || Object.keys(map ?? {}).length > 0, {
    error: 'nothing of it would count: it needs allow or map',
    params: { rule: 'counts_no_groups' },
  });

/** What an upstream may say of groups. */
export type GroupSettings = z.output<typeof groupsSchema>;

/** As many entries of a list as are looked at. */
const MOST_ENTRIES = 1000;

/** The names of an answer that the settings know, as they are spelt there; all others are forgotten at once. */
export function groupsIn(settings: GroupSettings | undefined, sources: Readonly<Record<string, unknown>>): string[] {
  if (!settings) return [];
  const lists = settings.from.map((path) => [readPath(sources, path) ?? []].flat());
  const said: unknown[] = lists.find((list) => list.length > 0) ?? [];
  const known = new Set([...(settings.allow ?? []), ...Object.keys(settings.map ?? {})]);
  return [...new Set(said.slice(0, MOST_ENTRIES).filter((name) => typeof name === 'string'))].filter((name) =>
    known.has(name),
  );
}

/** What the names of an upstream come to here. Only a mapped one can have the name of a group of ours. */
export function groupsThrough(
  { id, groups }: { id: string; groups?: GroupSettings | undefined },
  names: readonly string[],
): string[] {
  const { allow = [], map = {} } = groups ?? {};
  return names.flatMap((name) => [
    ...(allow.includes(name) ? [`${id}:${name}`] : []),
    ...(Object.hasOwn(map, name) && map[name] !== undefined ? [map[name]] : []),
  ]);
}

/** Every group that an upstream can give. */
export function groupsOfUpstream(upstream: Parameters<typeof groupsThrough>[0]): string[] {
  const { allow = [], map = {} } = upstream.groups ?? {};
  return groupsThrough(upstream, [...allow, ...Object.keys(map)]);
}
