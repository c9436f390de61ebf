import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { redirectUri, type Credentials } from './credentials.ts';
import { mapEndpoints } from './effective_preset.ts';
import type { Endpoints, Preset } from './preset.ts';
import { isSimulated, simulatedPresets, presets, type SimulatedPreset } from './presets/all.ts';
import type { UpstreamSettings } from './settings.ts';

/** What the simulator knows of the one app of a preset. */
export interface SimulatorClient {
  id: string;
  secret: string;
  redirectUris: string[];
  /** Instead of the secret where the app signs one (Apple); the simulator checks with the public half. Both are PEM. */
  signing?: { team_id: string; key_id: string; private_key: string; public_key: string };
}

/** What the simulator accepts, per preset. */
export type SimulatorClients = Record<SimulatedPreset, SimulatorClient>;

/** Where the simulator answers, and as whom we speak to it. */
export interface SimulatorAccess {
  base: string;
  clients: SimulatorClients;
}

/** Credentials for the simulator, made anew at each start, with the callback of every upstream that it will play. */
export function simulatorClients(issuer: string, settings: UpstreamSettings[]): SimulatorClients {
  const clients = simulatedPresets.map((preset) => [preset, clientOf(preset, issuer, settings)]);
  // One entry for each of them.
  return Object.fromEntries(clients) as SimulatorClients;
}

/** Tells the simulator of other upstreams. It goes on to know those that are gone: somebody may be on the way back to one. */
export function registerCallbacks({ clients }: SimulatorAccess, issuer: string, settings: UpstreamSettings[]): void {
  for (const preset of simulatedPresets) {
    const { redirectUris } = clients[preset];
    // In place: the simulator holds the same list.
    redirectUris.push(...callbacksOf(preset, issuer, settings).filter((uri) => !redirectUris.includes(uri)));
  }
}

function callbacksOf(preset: SimulatedPreset, issuer: string, settings: UpstreamSettings[]): string[] {
  return settings.filter((entry) => entry.preset === preset).map((entry) => redirectUri(issuer, entry.id));
}

function clientOf(preset: SimulatedPreset, issuer: string, settings: UpstreamSettings[]): SimulatorClient {
  const client = {
    id: `gatehouse-${preset}`,
    secret: randomBytes(24).toString('base64url'),
    redirectUris: callbacksOf(preset, issuer, settings),
  };
  if (presets[preset].token_auth !== 'signed_secret') return client;
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const signing = { team_id: 'TEAM000000', key_id: 'KEY0000000', private_key: privateKey, public_key: publicKey };
  return { ...client, signing };
}

/** Whether only the simulator can play this upstream: it has no credentials, and its preset is one that we simulate. */
export function isSimulatable(settings: UpstreamSettings): settings is UpstreamSettings & { preset: SimulatedPreset } {
  const { client_id: id, client_secret: secret, private_key: key } = settings;
  return isSimulated(settings.preset) && !id && !secret && !key;
}

/** As whom we speak to the simulator. */
export function simulatedCredentials(
  settings: UpstreamSettings & { preset: SimulatedPreset },
  { clients }: SimulatorAccess,
): Credentials & Pick<Preset, 'token_auth'> {
  const { id, secret, signing } = clients[settings.preset];
  const { public_key: _public, ...signed } = signing ?? {};
  const { token_auth } = presets[settings.preset];
  return { client_id: id, ...(signing ? signed : { client_secret: secret }), token_auth };
}

/** The simulator keeps the real paths, below the name of the preset. */
export function simulatedEndpoints(endpoints: Endpoints, base: string, preset: string): Endpoints {
  return mapEndpoints(endpoints, (url) => `${base}/${preset}${new URL(url).pathname}`);
}
