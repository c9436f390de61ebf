import { registeredSettings, type ClientSettings } from '../clients/index.ts';
import { isRegisteredId, type RegisteredClient } from '../oidc/index.ts';
import type { Call, CommandSettings } from './command.ts';
import { withSettings, withTables } from './contexts.ts';
import { refuse } from './output.ts';

/** A client that a command is about. */
export interface FoundClient {
  client: ClientSettings;
  settings: CommandSettings;
  /** Where it registered itself: its row. */
  registered?: RegisteredClient;
}

/**
 * Goes on with the client that the command names first: one of the config, or one that registered itself. Ends with 1, with a
 * sentence and perhaps a guess, when there is none.
 */
export function withClient(call: Call, work: (found: FoundClient) => Promise<number>): Promise<number> {
  const id = call.args[0] ?? '';
  return withSettings(call, async (settings) => {
    const client = settings.clients.find((one) => one.client_id === id);
    if (client) return work({ client, settings });
    const { registration } = settings.protocol;
    if (registration === false || !isRegisteredId(id)) return unknown(call, settings.clients);
    return withTables(call, async (database) => {
      const all = await call.parts.rooms(database).registrations.clients();
      const registered = all.find((one) => one.id === id);
      if (!registered) return unknown(call, settings.clients);
      const said = { ...registered.metadata, client_id: id, require_pkce: registration.require_pkce };
      return work({ client: registeredSettings(said), settings, registered });
    });
  });
}

function unknown(call: Call, clients: readonly ClientSettings[]): number {
  const id = call.args[0] ?? '';
  const guess = call.parts.nearest(
    id,
    clients.map((one) => one.client_id),
  );
  return refuse(call, `there is no client ${JSON.stringify(id)}${guess ? `; did you mean ${guess}?` : ''}`);
}
