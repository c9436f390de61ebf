import type { ClientSettings } from '../clients/index.ts';
import type { UpstreamSettings } from '../upstreams/index.ts';
import { settingsSchema, type ParsedSettings } from './settings.ts';
import { isMapping, type Tree } from './tree.ts';

/** An entry of a list with its place in the list. */
type Indexed<Entry> = Entry & { index: number };

/** Sections and entries that are valid in themselves, so that rules across keys speak even while other keys are wrong. */
export interface Known extends Partial<Omit<ParsedSettings, 'clients' | 'upstreams'>> {
  clients: Indexed<ClientSettings>[];
  upstreams: Indexed<UpstreamSettings>[];
  /** The ids of all entries, also of those that are wrong elsewhere. */
  ids: { list: 'clients' | 'upstreams' | 'resources'; key: string; index: number; id: string }[];
}

const IDS = [
  { list: 'clients', key: 'client_id' },
  { list: 'upstreams', key: 'id' },
  { list: 'resources', key: 'id' },
] as const;

/** Parses each section by itself and gives those that are right. */
export function knownParts(tree: Tree): Known {
  const { clients, upstreams, ...sections } = settingsSchema.shape;
  const known = Object.entries(sections).map(([key, schema]) => [key, schema.safeParse(tree.root[key]).data]);
  const parts = Object.fromEntries(known) as Partial<ParsedSettings>; // each parsed by the schema of its own key
  return {
    ...parts,
    clients: entries(tree.root['clients'], clients.unwrap().element),
    upstreams: entries(tree.root['upstreams'], upstreams.unwrap().element),
    ids: IDS.flatMap(({ list, key }) =>
      items(tree.root[list]).flatMap((item, index) => {
        const id = isMapping(item) ? item[key] : undefined;
        return typeof id === 'string' ? [{ list, key, index, id }] : [];
      }),
    ),
  };
}

function entries<Entry extends object>(
  list: unknown,
  schema: { safeParse(value: unknown): { data?: Entry } },
): Indexed<Entry>[] {
  return items(list).flatMap((item, index) => {
    const { data } = schema.safeParse(item);
    return data ? [{ ...data, index }] : [];
  });
}

function items(list: unknown): unknown[] {
  return Array.isArray(list) ? list : [];
}
