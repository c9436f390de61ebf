import { keptSecrets } from '../secrets.ts';
import type { ClientSettings } from '../settings.ts';
import type { ClientPath, ClientProblem } from './rule.ts';

/** Something about the client at this place of the list. */
interface LocatedProblem extends ClientProblem {
  index: number;
}

/** What is only seen when clients are laid beside each other. Takes time in proportion to their number. */
export function betweenClients(clients: readonly (ClientSettings & { index: number })[]): LocatedProblem[] {
  return [...sharedSecrets(clients), ...sharedRedirectUris(clients)];
}

function sharedSecrets(clients: readonly (ClientSettings & { index: number })[]): LocatedProblem[] {
  const first = new Map<string, number>();
  return clients.flatMap((client) => {
    const before = client.client_secret === undefined ? 0 : 1;
    return keptSecrets(client).flatMap(({ hash }, position) => {
      const owner = first.get(hash);
      if (owner === undefined) first.set(hash, client.index);
      if (owner === undefined) return [];
      const path: ClientPath = position < before ? ['client_secret'] : ['client_secrets', position - before];
      const message =
        owner === client.index
          ? 'this secret stands here twice'
          : 'another client has this secret: each could be the other';
      return [{ index: client.index, path, rule: 'shared_secret', message, warning: true as const }];
    });
  });
}

function sharedRedirectUris(clients: readonly (ClientSettings & { index: number })[]): LocatedProblem[] {
  const first = new Map<string, ClientSettings & { index: number }>();
  return clients.flatMap((client) =>
    (client.redirect_uris ?? []).flatMap((uri, position) => {
      const owner = first.get(uri);
      if (!owner) first.set(uri, client);
      if (!owner || owner.index === client.index) return [];
      // Apps on a device share what loopback offers.
      if (uri.startsWith('http:') && [owner, client].every(({ type }) => type === 'native' || type === 'mcp'))
        return [];
      const message = `the client ${owner.client_id} gets its codes here as well: each could use those of the other`;
      return [
        {
          index: client.index,
          path: ['redirect_uris', position],
          rule: 'shared_redirect_uri',
          message,
          warning: true as const,
        },
      ];
    }),
  );
}
