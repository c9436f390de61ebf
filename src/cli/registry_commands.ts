import { kitNames, toMetadata, type ClientSettings } from '../clients/index.ts';
import type { Call, Command } from './command.ts';
import { withSettings } from './contexts.ts';
import { printKits } from './kits.ts';
import { findClient } from './find_client.ts';
import { listing, print, table } from './output.ts';

const none = { least: 0, most: 0 };

/** `clients list`, `clients show` and `clients kit`: what the config registers, as it takes effect, and how to use it. */
export const registryCommands: Command[] = [
  {
    name: 'clients list',
    takes: none,
    summary: 'list the registered apps',
    run: (call) =>
      withSettings(call, async ({ clients }) => {
        print(call, clients.map(effective), () =>
          table(
            ['client_id', 'name', 'type', 'first party', 'redirect uris'],
            clients.map(clientRow),
            'there are no clients',
          ),
        );
        return 0;
      }),
  },
  {
    name: 'clients show',
    args: '<client_id>',
    takes: { least: 1, most: 1 },
    summary: 'show the metadata of one app as it takes effect, without its secret',
    run: (call) => withSettings(call, async ({ clients }) => showClient(call, clients)),
  },
  {
    name: 'clients kit',
    args: '<client_id> [<product>]',
    takes: { least: 1, most: 2 },
    summary: `print settings for this app, ready to use: ${kitNames.join(', ')}`,
    run: (call) => withSettings(call, async (settings) => printKits(call, settings)),
  },
];

function clientRow(client: ClientSettings): string[] {
  const { client_id, name, type, first_party, redirect_uris } = client;
  return [client_id, name ?? '', type, first_party ? 'yes' : 'no', (redirect_uris ?? []).join(' ')];
}

/** All metadata with the template of the type; of the secret only that there is one. */
function effective(client: ClientSettings): Record<string, unknown> {
  const secret = client.client_secret === undefined ? {} : { client_secret: '(not shown)' };
  return { type: client.type, ...toMetadata(client), ...secret };
}

function showClient(call: Call, clients: ClientSettings[]): number {
  const client = findClient(call, clients);
  if (!client) return 1;
  const shown = effective(client);
  print(call, shown, () =>
    listing(
      Object.entries(shown).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  );
  return 0;
}
