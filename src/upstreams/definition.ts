import type { TrustedWords } from './assurance.ts';
import { ownCredentials, redirectUri, type Credentials } from './credentials.ts';
import { effectivePreset } from './effective_preset.ts';
import type { LineSettings } from './calls/settings.ts';
import type { GroupSettings } from './mapping/groups.ts';
import type { Preset } from './preset.ts';
import { isSimulatable, simulatedCredentials, simulatedEndpoints, type SimulatorAccess } from './simulated.ts';
import type { Linking, UpstreamSettings } from './settings.ts';

/** One upstream as it runs: its preset, what the config file changed, and its credentials. */
export interface UpstreamDefinition extends Preset, Credentials, TrustedWords {
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
  /** Which of its groups count here. */
  groups?: GroupSettings | undefined;
  /** Of the app, where its upstream sends one along (Kakao). */
  admin_key?: string | undefined;
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
    groups: settings.groups,
    admin_key: settings.admin_key,
    trusted_acr: settings.trusted_acr,
    trusted_amr: settings.trusted_amr,
    // The schema refuses settings that leave both out.
    issuer: preset.issuer ?? settings.issuer ?? '',
    endpoints: endpoints && simulated ? simulatedEndpoints(endpoints, simulator.base, settings.preset) : endpoints,
    redirect_uri: redirectUri(issuer, settings.id),
    simulated,
  };
}

/** What the config file says instead of the preset, key for key. */
function changesIn(settings: UpstreamSettings): Partial<UpstreamDefinition> {
  const { scopes, scope_delimiter, params, response_mode, token_auth, token_format, pkce } = settings;
  const { id_token_algs, allowed_domains, store_tokens } = settings;
  const changes = { scopes, scope_delimiter, params, response_mode, token_auth, token_format, pkce };
  const entries = Object.entries({ ...changes, id_token_algs, allowed_domains, store_tokens });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
