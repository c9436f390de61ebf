import { isLoopbackHost } from '../../outbound/index.ts';
import type { SimulatorClients } from '../simulated.ts';
import { simulatedPresets } from '../presets/all.ts';
import { createProvider } from './create_provider.ts';
import { personasOf } from './personas.ts';
import type { Render } from './provider.ts';
import { shapes } from './providers/all.ts';
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
  /** Without a final slash; providers are `<base>/google`, `<base>/facebook` and so on. */
  base: string;
  origin: string;
  close(): Promise<void>;
}

/**
 * Starts the simulated providers of development mode. Throws when one of the callbacks is not on this machine: whoever can
 * reach it can be anybody, so it never serves an issuer that others can reach.
 */
export async function startSimulator(settings: SimulatorSettings): Promise<Simulator> {
  const { clients } = settings;
  const callbacks = Object.values(clients).flatMap(({ redirectUris }) => redirectUris.map((uri) => new URL(uri)));
  const foreign = callbacks.find((callback) => !isLoopbackHost(callback.hostname));
  if (foreign) throw new Error(`the simulator serves loopback issuers only, not ${foreign.origin}`);
  const keys = createSigningKeys();
  const server = await startServer({
    host: settings.host,
    port: settings.port,
    publicBase: settings.publicBase,
    providers: (base) =>
      simulatedPresets.map((name) =>
        createProvider(shapes[name], {
          base,
          keys,
          client: { ...clients[name], name: settings.clientName },
          personas: async () => personasOf(name, await settings.accountsAddress?.()),
          render: settings.viewsRender,
        }),
      ),
  });
  // They take a while to make, and the first person should not wait for them.
  void keys.keySet();
  return { base: server.base, origin: new URL(server.base).origin, close: server.close };
}
