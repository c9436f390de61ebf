import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { effectivePreset, mapEndpoints } from './effective_preset.ts';
import type { LineSettings } from './calls/settings.ts';
import type { Endpoints, Preset } from './preset.ts';
import { isSimulated, simulatedPresets, presets, type SimulatedPreset } from './presets/all.ts';
import type { Linking, UpstreamSettings } from './settings.ts';

/** By what an app is known at an upstream. Which of these there are, `token_auth` decides. */
export interface Credentials {
  client_id: string;
  client_secret?: string | undefined;
  team_id?: string | undefined;
  /** PKCS #8 in PEM. */
  private_key?: string | undefined;
  key_id?: string | undefined;
}

/** One upstream as it runs: its preset, what the config file changed, and its credentials. */
export interface UpstreamDefinition extends Preset, Credentials {
  id: string;
  preset: string;
  /** What people call it. */
  name: string;
  issuer: string;
  linking: Linking;
  allowed_domains?: string[] | undefined;
  /** Whose addresses belong to it, in canonical form; it is believed about no others then. */
  domains: string[];
  local_passwords: boolean;
  redirect_uri: string;
  http: LineSettings;
  simulated: boolean;
  on_deletion: 'unlink' | 'delete-account';
  logout: 'none' | 'rp-initiated';
  /** Of the app, where its upstream sends one along (Kakao). */
  admin_key?: string | undefined;
}

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

type Place = { issuer: string; simulator?: SimulatorAccess | undefined };

/** The upstream that these settings describe, or undefined when it has no credentials and there is no simulator for it. */
export function defineUpstream(
  settings: UpstreamSettings,
  { issuer, simulator }: Place,
): UpstreamDefinition | undefined {
  const preset = effectivePreset(settings);
  const simulated = isSimulatable(settings) && simulator !== undefined;
  const credentials = simulated ? simulatedCredentials(settings, simulator) : ownCredentials(settings);
  if (!credentials) return undefined;
  const { endpoints } = preset;
  return {
    ...preset,
    ...changesIn(settings),
    ...credentials,
    id: settings.id,
    preset: settings.preset,
    name: settings.label ?? preset.name ?? settings.id,
    linking: settings.linking,
    http: settings.http,
    domains: settings.domains ?? [],
    local_passwords: settings.local_passwords,
    on_deletion: settings.on_deletion,
    logout: settings.logout,
    admin_key: settings.admin_key,
    // The schema refuses settings that leave both out.
    issuer: preset.issuer ?? settings.issuer ?? '',
    endpoints: endpoints && simulated ? simulatedEndpoints(endpoints, simulator.base, settings.preset) : endpoints,
    redirect_uri: redirectUri(issuer, settings.id),
    simulated,
  };
}

/** The exact URL to register at the upstream. */
export function redirectUri(issuer: string, id: string): string {
  return `${issuer}/upstream/${id}/callback`;
}

/** Credentials for the simulator, made anew at each start, with the callback of every upstream that it will play. */
export function simulatorClients(issuer: string, settings: UpstreamSettings[]): SimulatorClients {
  const clients = simulatedPresets.map((preset) => [preset, clientOf(preset, issuer, settings)]);
  // One entry for each of them.
  return Object.fromEntries(clients) as SimulatorClients;
}

/** Whether only the simulator can play this upstream: it has no credentials, and its preset is one that we simulate. */
export function isSimulatable(settings: UpstreamSettings): settings is UpstreamSettings & { preset: SimulatedPreset } {
  const { client_id: id, client_secret: secret, private_key: key } = settings;
  return isSimulated(settings.preset) && !id && !secret && !key;
}

/** The credentials that each way of proving oneself needs. */
const needed: Record<Preset['token_auth'], readonly (keyof Credentials)[]> = {
  client_secret_post: ['client_id', 'client_secret'],
  client_secret_basic: ['client_id', 'client_secret'],
  client_secret_jwt: ['client_id', 'client_secret'],
  private_key_jwt: ['client_id', 'private_key'],
  signed_secret: ['client_id', 'team_id', 'key_id', 'private_key'],
  none: ['client_id'],
};

/** The credentials that these settings need but do not have; an empty text counts as absent. */
export function missingCredentials(settings: UpstreamSettings): (keyof Credentials)[] {
  return needed[settings.token_auth ?? presets[settings.preset].token_auth].filter((key) => !settings[key]);
}

function ownCredentials(settings: UpstreamSettings): Credentials | undefined {
  const { client_id: id, client_secret, team_id, private_key, key_id } = settings;
  if (!id || missingCredentials(settings).length > 0) return undefined;
  return { client_id: id, client_secret: client_secret || undefined, team_id, private_key, key_id };
}

function simulatedCredentials(
  settings: UpstreamSettings & { preset: SimulatedPreset },
  { clients }: SimulatorAccess,
): Credentials & Pick<Preset, 'token_auth'> {
  const { id, secret, signing } = clients[settings.preset];
  const { public_key: _public, ...signed } = signing ?? {};
  const { token_auth } = presets[settings.preset];
  return { client_id: id, ...(signing ? signed : { client_secret: secret }), token_auth };
}

function clientOf(preset: SimulatedPreset, issuer: string, settings: UpstreamSettings[]): SimulatorClient {
  const client = {
    id: `gatehouse-${preset}`,
    secret: randomBytes(24).toString('base64url'),
    redirectUris: settings.filter((entry) => entry.preset === preset).map((entry) => redirectUri(issuer, entry.id)),
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

/** The simulator keeps the real paths, below the name of the preset. */
function simulatedEndpoints(endpoints: Endpoints, base: string, preset: string): Endpoints {
  return mapEndpoints(endpoints, (url) => `${base}/${preset}${new URL(url).pathname}`);
}

/** What the config file says instead of the preset, key for key. */
function changesIn(settings: UpstreamSettings): Partial<UpstreamDefinition> {
  const { scopes, scope_delimiter, params, response_mode, token_auth, token_format, pkce } = settings;
  const { id_token_algs, allowed_domains, store_tokens } = settings;
  const changes = { scopes, scope_delimiter, params, response_mode, token_auth, token_format, pkce };
  const entries = Object.entries({ ...changes, id_token_algs, allowed_domains, store_tokens });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
