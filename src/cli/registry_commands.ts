import { kitNames, newSecret, toMetadata, type ClientSettings } from '../clients/index.ts';
import type { Call, Command } from './command.ts';
import type { RegisteredClient } from '../oidc/index.ts';
import { withSettings, withTables } from './contexts.ts';
import { printKits } from './kits.ts';
import { withClient, type FoundClient } from './find_client.ts';
import { listing, print, table } from './output.ts';
import { claimOptions, showClaims } from './show_claims.ts';

const none = { least: 0, most: 0 };

/** `clients list`, `clients show` and `clients kit`: what the config registers, as it takes effect, and how to use it. */
export const registryCommands: Command[] = [
  {
    name: 'clients list',
    takes: none,
    summary: 'list the registered apps, those that registered themselves included',
    run: (call) =>
      withSettings(call, async ({ clients, protocol }) => {
        if (protocol.registration === false) return listClients(call, clients, []);
        return withTables(call, async (database) =>
          listClients(call, clients, await call.parts.rooms(database).registrations.clients()),
        );
      }),
  },
  {
    name: 'clients show',
    args: '<client_id>',
    takes: { least: 1, most: 1 },
    options: claimOptions,
    summary:
      'show the metadata of one app as it takes effect, without its secret; or, with --for, the claims it would get',
    run: (call) => withClient(call, (found) => showClient(call, found)),
  },
  {
    name: 'clients kit',
    args: '<client_id> [<product>]',
    takes: { least: 1, most: 2 },
    summary: `print settings for this app, ready to use: ${kitNames.join(', ')}`,
    run: (call) => withClient(call, async (found) => printKits(call, found)),
  },
  {
    name: 'clients secret',
    takes: none,
    summary: 'make a new secret of 256 bits for an app, and the line with its hash for the config file',
    run: async (call) => makeSecret(call),
  },
];

/** Needs no configuration, and keeps nothing: whoever loses the secret makes another one. */
function makeSecret(call: Call): number {
  const { secret, sha256 } = newSecret();
  print(call, { secret, sha256 }, () =>
    [
      'for the app, and shown only now:',
      `  ${secret}`,
      'for `client_secrets:` of its entry in the config file:',
      `  - sha256: ${sha256}`,
    ].join('\n'),
  );
  return 0;
}

function listClients(call: Call, clients: ClientSettings[], registered: RegisteredClient[]): number {
  print(call, [...clients.map(effective), ...registered.map(describeRegistered)], () =>
    table(
      ['client_id', 'name', 'type', 'first party', 'redirect uris'],
      [...clients.map(clientRow), ...registered.map(registeredRow)],
      'there are no clients',
    ),
  );
  return 0;
}

function registeredRow({ id, name, redirectUris }: RegisteredClient): string[] {
  return [id, name, 'registered', 'no', redirectUris.join(' ')];
}

function describeRegistered({ id, name, redirectUris, createdAt, usedAt }: RegisteredClient): object {
  const times = { created_at: createdAt, used_at: usedAt };
  return { type: 'registered', client_id: id, client_name: name, redirect_uris: redirectUris, ...times };
}

function clientRow(client: ClientSettings): string[] {
  const { client_id, name, type, first_party, redirect_uris } = client;
  return [client_id, name ?? '', type, first_party ? 'yes' : 'no', (redirect_uris ?? []).join(' ')];
}

/** All metadata with the template of the type; of secrets only that there are some, and until when. */
function effective(client: ClientSettings): Record<string, unknown> {
  const { client_secret: key, client_secrets: _hashes, ...metadata } = toMetadata(client);
  const several = client.client_secrets?.map(({ expires_at }) => ({ secret: '(not shown)', expires_at }));
  return {
    type: client.type,
    ...metadata,
    ...(several ? { client_secrets: several } : key !== undefined && { client_secret: '(not shown)' }),
  };
}

function origin({ createdAt, usedAt }: RegisteredClient): object {
  return {
    type: 'registered',
    came_from: 'it registered itself',
    created_at: createdAt.toISOString(),
    used_at: usedAt.toISOString(),
  };
}

async function showClient(call: Call, found: FoundClient): Promise<number> {
  if (call.texts['for'] !== undefined) return showClaims(call, found);
  const { client, registered } = found;
  const shown = registered ? { ...effective(client), ...origin(registered) } : effective(client);
  print(call, shown, () =>
    listing(
      Object.entries(shown).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  );
  return 0;
}
