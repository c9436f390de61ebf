import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { ClientMetadata } from '../clients/index.ts';
import { isDocumentId } from './registration/bounds.ts';
import type { RegisteredClients } from './registration/registered_clients.ts';

/** A client that nobody of the organisation has looked at: it registered itself, or its id is the URL of a document of its own. */
export type Stranger = 'registered' | 'document';

/** A client, whoever wrote it down. */
export interface KnownClient extends ClientMetadata {
  /** Absent: it stands in the config, or is our own. */
  stranger?: Stranger;
}

/** What people may see of an app. */
export interface App {
  id: string;
  name: string;
  uri?: string;
  logo?: string;
  first_party: boolean;
  /** Nobody of the organisation has looked at it. */
  stranger?: true;
}

/** Every client there is. What the config says wins over what a stranger says. Rejects as the database does. */
export interface ClientDirectory {
  find(id: string): Promise<KnownClient | undefined>;
  /** Those of these ids that are there, by id, in one statement and without asking anybody outside. */
  apps(ids: readonly string[]): Promise<Map<string, App>>;
}

interface ClientDirectoryDeps {
  clients: { find(id: string): ClientMetadata | undefined };
  registered: Pick<RegisteredClients, 'names'>;
  /** The engine of this moment: it reads what strangers say of themselves. */
  provider: () => Provider;
}

/** Finds clients: in the config first, else what the library makes of a registered one or of a document. */
export function createClientDirectory({ clients, registered, provider }: ClientDirectoryDeps): ClientDirectory {
  return {
    find: async (id) => clients.find(id) ?? toStranger(id, await found(provider(), id)),
    async apps(ids) {
      const written = ids.flatMap((id) => clients.find(id) ?? []).map(toApp);
      const names = await registered.names(ids.filter((id) => clients.find(id) === undefined));
      const strangers = [...names].map(([id, name]) => ({ id, name, first_party: false, stranger: true as const }));
      const documents = ids.filter((id) => !clients.find(id) && isDocumentId(id)).map(toDocumentApp);
      return new Map([...documents, ...strangers, ...written].map((app) => [app.id, app]));
    },
  };
}

async function found(provider: Provider, id: string) {
  try {
    return await provider.Client.find(id);
  } catch (error) {
    // A document that cannot be read any more, or that nobody takes.
    if (error instanceof errors.OIDCProviderError && error.expose) return undefined;
    throw error;
  }
}

function toStranger(id: string, client: Awaited<ReturnType<typeof found>>): KnownClient | undefined {
  if (!client) return undefined;
  const own = { first_party: false, require_pkce: true, require: 'none' as const };
  // Read by the library's own schema, which fills in what our type asks for.
  const metadata = client.metadata() as ClientMetadata;
  return { ...metadata, ...own, stranger: isDocumentId(id) ? 'document' : 'registered' };
}

function toApp({ client_id, client_name, first_party, client_uri, logo_uri }: ClientMetadata): App {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { id: client_id, name: client_name, uri: text(client_uri), logo: text(logo_uri), first_party };
}

/** It is known by where it lies: what it calls itself would have to be fetched. */
function toDocumentApp(id: string): App {
  return { id, name: URL.parse(id)?.host ?? id, first_party: false, stranger: true };
}
