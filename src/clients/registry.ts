import type { ClientsDeps } from './deps.ts';
import type { Clients, ListedClient } from './door.ts';
import { clientSettings, type ClientSettings } from './settings.ts';
import { toMetadata, type ClientMetadata } from './templates.ts';

const RESERVED = /^gatehouse-/i;

/** The registry of clients. Throws on a reserved id in the config, and on an id used twice. */
export function openClients(deps: ClientsDeps): Clients {
  let live = register(deps);
  return {
    find: (id) => live.byId.get(id)?.(),
    mentions: (url) => live.urls.has(url),
    list: () => live.listed,
    prepare(next) {
      const registered = register(next);
      return () => void (live = registered);
    },
  };
}

function register({ settings, extra = [] }: ClientsDeps) {
  const reserved = settings.find((client) => RESERVED.test(client.client_id));
  if (reserved) throw new TypeError(`the client_id ${reserved.client_id} is reserved`);
  const byId = new Map<string, () => ClientMetadata>();
  const all = [...settings, ...extra.map((own) => clientSettings.parse(own))];
  for (const client of all) {
    if (byId.has(client.client_id)) throw new TypeError(`the client_id ${client.client_id} is used twice`);
    byId.set(client.client_id, metadataOf(client));
  }
  const listed = all.map(toListed).toSorted((left, right) => left.name.localeCompare(right.name));
  const urls = new Set(all.flatMap((client) => urlsIn(toMetadata(client))));
  return { byId, listed, urls };
}

/** As they are written when they are called. */
function urlsIn(metadata: ClientMetadata): string[] {
  return Object.values(metadata).flatMap((value) => (typeof value === 'string' ? (URL.parse(value)?.href ?? []) : []));
}

/** Which of several secrets is the key of a client changes with time; all else stays. */
function metadataOf(settings: ClientSettings): () => ClientMetadata {
  const metadata = toMetadata(settings);
  return settings.client_secrets ? () => toMetadata(settings) : () => metadata;
}

function toListed(settings: ClientSettings): ListedClient {
  return {
    id: settings.client_id,
    name: settings.name ?? settings.client_id,
    uri: settings.client_uri,
    logo: settings.logo_uri,
    first_party: settings.first_party,
  };
}
