import type { ClientsDeps } from './deps.ts';
import type { ClientMetadata } from './templates.ts';

/** What people may see of an app. */
export interface ListedClient {
  id: string;
  name: string;
  uri?: string;
  logo?: string;
  first_party: boolean;
}

/** What the room offers. */
export interface Clients {
  /** The full metadata, for the protocol engine, or undefined for an id that nobody registered. */
  find(id: string): ClientMetadata | undefined;
  /** Whether the config says this URL of any client: as an address of its keys, say, or as one that we call. */
  mentions(url: string): boolean;
  /** All apps by name, our own included. */
  list(): ListedClient[];
  /** Registers other clients, which count from the call of what it returns. Throws like the opening. */
  prepare(clients: ClientsDeps): () => void;
}
