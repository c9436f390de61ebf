import { isLoopbackHost } from '../../outbound/index.ts';
import type { SimulatorClients } from '../definition.ts';
import { createFacebook } from './facebook.ts';
import { createGoogle } from './google.ts';
import { personasOf } from './personas.ts';
import type { Render } from './provider.ts';
import { startServer } from './server.ts';
import { createSigningKeys } from './signing_keys.ts';

interface SimulatorSettings {
  host: string;
  port: number;
  publicBase?: string;
  /** The newest address that has an account here, for the persona that shares it. */
  accountsAddress?: () => Promise<string | undefined>;
  /** From `simulatorClients`. */
  clients: SimulatorClients;
  viewsRender: Render;
  /** What the pages call the app that sends people here. */
  clientName?: string;
}

interface Simulator {
  /** Without a final slash; providers are `<base>/google` and `<base>/facebook`. */
  base: string;
  origin: string;
  close(): Promise<void>;
}

/**
 * Starts the simulated Google and Facebook of development mode. Throws when one of the callbacks is not on this machine:
 * whoever can reach it can be anybody, so it never serves an issuer that others can reach.
 */
export async function startSimulator(settings: SimulatorSettings): Promise<Simulator> {
  const { clients } = settings;
  const callbacks = Object.values(clients).flatMap((client) => client.redirectUris.map((uri) => new URL(uri)));
  const foreign = callbacks.find((callback) => !isLoopbackHost(callback.hostname));
  if (foreign) throw new Error(`the simulator serves loopback issuers only, not ${foreign.origin}`);
  const personas = (provider: 'google' | 'facebook') => async () =>
    personasOf(provider, await settings.accountsAddress?.());
  const server = await startServer({
    host: settings.host,
    port: settings.port,
    publicBase: settings.publicBase,
    providers: () => [
      createGoogle({
        client: { ...clients.google, name: settings.clientName },
        personas: personas('google'),
        render: settings.viewsRender,
        keys: createSigningKeys(),
      }),
      createFacebook({
        client: { ...clients.facebook, name: settings.clientName },
        personas: personas('facebook'),
        render: settings.viewsRender,
      }),
    ],
  });
  return { base: server.base, origin: new URL(server.base).origin, close: server.close };
}
