import { randomBytes } from 'node:crypto';
import type { Mapping, Trust } from './mapping/mapping.ts';
import { presets } from './presets/all.ts';
import type { Endpoints, Preset } from './preset.ts';
import { mergeMapping, type Linking, type UpstreamSettings } from './settings.ts';

/** One upstream as it runs: its preset, what the config file changed, and its credentials. */
export interface UpstreamDefinition extends Preset {
  id: string;
  preset: string;
  /** What people call it. */
  name: string;
  issuer: string;
  linking: Linking;
  client_id: string;
  client_secret: string;
  redirect_uri: string;
  simulated: boolean;
}

/** What the simulator accepts, per preset. */
export type SimulatorClients = Record<'google' | 'facebook', { id: string; secret: string; redirectUris: string[] }>;

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
  const preset = presets[settings.preset];
  const simulated = isSimulatable(settings) && simulator !== undefined;
  const credentials = simulated ? simulatedCredentials(settings, simulator) : ownCredentials(settings);
  if (!credentials) return undefined;
  const { id, label, linking, client_id: _id, client_secret: _secret, issuer: own, ...changes } = settings;
  const endpoints = preset.endpoints && fillIn(preset.endpoints, { ...preset.vars, ...settings.vars });
  return {
    ...preset,
    ...withoutAbsent(changes),
    ...credentials,
    id,
    name: label ?? preset.name ?? id,
    linking,
    // The schema refuses settings that leave both out.
    issuer: preset.issuer ?? own ?? '',
    endpoints: endpoints && simulated ? simulatedEndpoints(endpoints, simulator.base, settings.preset) : endpoints,
    mapping: withTrust(mergeMapping(preset.mapping, settings), preset, settings.email_trust),
    redirect_uri: redirectUri(issuer, id),
    simulated,
  };
}

/** The exact URL to register at the upstream. */
export function redirectUri(issuer: string, id: string): string {
  return `${issuer}/upstream/${id}/callback`;
}

/** Credentials for the simulator, made anew at each start, with the callback of every upstream that it will play. */
export function simulatorClients(issuer: string, settings: UpstreamSettings[]): SimulatorClients {
  const clientOf = (preset: string) => ({
    id: `gatehouse-${preset}`,
    secret: randomBytes(24).toString('base64url'),
    redirectUris: settings.filter((entry) => entry.preset === preset).map((entry) => redirectUri(issuer, entry.id)),
  });
  return { google: clientOf('google'), facebook: clientOf('facebook') };
}

/** Whether only the simulator can play this upstream: it has no credentials, and its preset is one that we simulate. */
export function isSimulatable(
  settings: UpstreamSettings,
): settings is UpstreamSettings & { preset: 'google' | 'facebook' } {
  return settings.preset !== 'oidc' && !settings.client_id && !settings.client_secret;
}

function ownCredentials({ client_id: id, client_secret: secret }: UpstreamSettings) {
  return id && secret ? { client_id: id, client_secret: secret } : undefined;
}

function simulatedCredentials(
  settings: UpstreamSettings & { preset: 'google' | 'facebook' },
  { clients }: SimulatorAccess,
) {
  const { id, secret } = clients[settings.preset];
  return { client_id: id, client_secret: secret };
}

/** The simulator keeps the real paths, below the name of the preset. */
function simulatedEndpoints(endpoints: Endpoints, base: string, preset: string): Endpoints {
  return mapEndpoints(endpoints, (url) => `${base}/${preset}${new URL(url).pathname}`);
}

function fillIn(endpoints: Endpoints, vars: Record<string, string>): Endpoints {
  return mapEndpoints(endpoints, (url) => url.replaceAll(/\{(\w+)\}/g, (_all, name: string) => vars[name] ?? ''));
}

function mapEndpoints(endpoints: Endpoints, change: (url: string) => string): Endpoints {
  const entries = Object.entries(endpoints).map(([name, url]) => [name, url && change(url)]);
  // The same names as before, so the required ones are there.
  return Object.fromEntries(entries) as Endpoints;
}

/** The short form of `email_trust`: the level of an address that the upstream says it has checked; all others stay unverified. */
function withTrust(
  mapping: Mapping,
  { verified_signal: signal }: Preset,
  level: UpstreamSettings['email_trust'],
): Mapping {
  if (typeof level !== 'string') return mapping;
  const rules: { when: NonNullable<typeof signal>; then: Trust }[] = signal ? [{ when: signal, then: level }] : [];
  return { ...mapping, email_trust: { default: 'unverified', rules } };
}

function withoutAbsent<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Only keys without a value are gone; the others keep theirs.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as never;
}
