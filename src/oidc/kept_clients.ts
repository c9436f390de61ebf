import type Provider from 'oidc-provider';
import type { Client } from 'oidc-provider';
import type { OidcDeps } from './deps.ts';

/**
 * Keeps what the library has made of a client of the config, as long as the registry gives the same metadata for it. The
 * library by itself hashes all that is known of a client at each look, to find one of the hundred that it keeps.
 */
export function keepClients({ Client: clients }: Provider, registry: Pick<OidcDeps['clients'], 'find'>): void {
  const kept = new WeakMap<object, Client>();
  const find = clients.find.bind(clients);
  clients.find = async (id) => {
    const metadata = registry.find(id);
    const known = metadata && kept.get(metadata);
    if (known) return known;
    const client = await find(id);
    if (metadata && client) kept.set(metadata, client);
    return client;
  };
}
