import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import Provider, { errors, type Adapter, type ClientMetadata, type Configuration } from 'oidc-provider';
import { toMetadata, type ClientSettings } from '../clients/index.ts';
import { featuresOf } from './features/index.ts';
import { lifetimesOf } from './lifetimes.ts';
import { protocolRules } from './protocol_rules.ts';
import type { ProtocolSettings } from './protocol_settings.ts';
import { lifetimeSettings } from './settings.ts';

/** Why a client would not work. */
interface ClientRefusal {
  client_id: string;
  problem: string;
}

/**
 * Runs clients through the library's own schema, as it would when one of them is first used under these settings of the
 * protocol, and says what it refuses. Nothing is fetched.
 */
export async function validateClients(
  clients: readonly ClientSettings[],
  settings: ProtocolSettings,
): Promise<ClientRefusal[]> {
  // What stands in the config was not brought by a stranger.
  const protocol = { ...settings, registration: false, client_id_metadata: false } as const;
  const provider = new Provider('https://id.invalid', validationConfiguration(protocol));
  for (const { register } of featuresOf(protocol)) register?.(provider, protocol, nothingIsServed);
  const refusals: ClientRefusal[] = [];
  for (const client of clients) {
    try {
      // What an admin may write in any key is what the library is asked to judge here.
      await provider.Client.validate(toMetadata(client) as ClientMetadata);
    } catch (error) {
      if (!(error instanceof errors.InvalidClientMetadata)) throw error;
      refusals.push({ client_id: client.client_id, problem: error.error_description ?? error.message });
    }
  }
  return refusals;
}

function nothingIsServed(): never {
  throw new TypeError('a provider that only judges clients serves nothing');
}

function validationConfiguration(protocol: ProtocolSettings): Configuration {
  return {
    ...protocolRules(protocol, nothingIsServed),
    adapter: () => unused,
    jwks: { keys: keysOfOurs() },
    ttl: lifetimesOf(lifetimeSettings.parse({}), protocol),
    sectorIdentifierUriValidate: () => false,
  };
}

type PrivateJwk = ReturnType<typeof privateJwk>;

let made: PrivateJwk[] | undefined;

/** Which algorithms a client may ask for hangs on the kinds of keys that there are. These never sign: 1024 bits are made sooner. */
function keysOfOurs(): PrivateJwk[] {
  made ??= [
    privateJwk(generateKeyPairSync('rsa', { modulusLength: 1024 })),
    privateJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  ];
  return made;
}

function privateJwk({ privateKey }: KeyPairKeyObjectResult) {
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig' };
}

const none = async (): Promise<undefined> => undefined;
const unused: Adapter = {
  upsert: none,
  find: none,
  findByUid: none,
  findByUserCode: none,
  consume: none,
  destroy: none,
  revokeByGrantId: none,
};
