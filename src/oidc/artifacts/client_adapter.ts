import Provider, { errors, type Adapter } from 'oidc-provider';
import type { RegisteredClients, Registration } from '../registration/registered_clients.ts';

/** Where the library reads and writes clients. */
export interface ClientSources {
  /** The config's, which win. */
  clients: { find(id: string): { client_id: string } | undefined };
  /** Those that registered themselves, `most` at a time; absent while nobody may. */
  registration?: { registered: RegisteredClients; most: number };
}

/** The library's Adapter for clients. What is in the config is neither written nor managed from outside. */
export function clientAdapter({ clients, registration }: ClientSources): Adapter {
  const none = async (): Promise<undefined> => undefined;
  const never = async (): Promise<never> => {
    throw new TypeError('clients are registered in the config');
  };
  return {
    find: async (id) => clients.find(id) ?? registration?.registered.find(id),
    findByUid: none,
    findByUserCode: none,
    async upsert(id, metadata) {
      const oidc = Provider.ctx?.oidc;
      if (!registration || !oidc || clients.find(id)) return never();
      const { registered, most } = registration;
      if (oidc.route === 'client_update') {
        if (!(await registered.replace(metadata, oidc.getAccessToken()))) throw gone();
        return;
      }
      const initialToken = oidc.entities.InitialAccessToken?.jti;
      refuseUnlessDone(await registered.add(metadata, { most, ...(initialToken !== undefined && { initialToken }) }));
    },
    consume: never,
    async destroy(id) {
      await registration?.registered.remove(id);
    },
    revokeByGrantId: never,
  };
}

/** The adapter of the tokens with which registered clients are managed: a client of the config is not, whatever its id was before. */
export function managingOnly({ clients }: ClientSources, tokens: Adapter): Adapter {
  return {
    ...tokens,
    async find(id) {
      const token = await tokens.find(id);
      return token && clients.find(String(token.clientId)) === undefined ? token : undefined;
    },
  };
}

function refuseUnlessDone(registration: Registration): void {
  if (registration === 'used_up') throw new errors.InvalidToken('initial access token was used up');
  if (registration === 'done') return;
  const full = new errors.TemporarilyUnavailable('as many clients are registered as there may be');
  throw Object.assign(full, { status: 503, statusCode: 503 });
}

function gone(): Error {
  return new errors.InvalidToken('registration access token not found');
}
