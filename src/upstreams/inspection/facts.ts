import { missingCredentials, redirectUri } from '../credentials.ts';
import { effectivePreset } from '../effective_preset.ts';
import { pathsOfMapping, trustLevels, type Mapping, type Trust } from '../mapping/mapping.ts';
import { dialects } from '../lifecycle/dialects/dialects.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { Evidence } from '../preset.ts';
import type { Linking, UpstreamSettings } from '../settings.ts';
import { isSimulatable } from '../simulated.ts';

/** What the config file and the preset say about one upstream, as it takes effect. Holds no secret. */
export interface UpstreamFacts {
  id: string;
  preset: string;
  /** What people read on the button. */
  name: string;
  /** `simulated`: it has no credentials, and development mode plays it. */
  state: 'on' | 'off' | 'simulated' | 'no credentials';
  linking: Linking;
  /** How far its word about an address may go, the furthest first. */
  email_trust: Trust[];
  /** The exact URL to register there. */
  callback_url: string;
  /** Further URLs to register where it has something to tell: `where` is the place at the upstream. */
  events?: { url: string; where: string };
  deletion_url?: string;
  /** Where people come back who have signed out there. */
  signed_out_url?: string;
  scopes: string[];
  /** What is read of its answers, as `<answer>.<path>`. */
  fields: string[];
  /** Whether somebody has seen the preset work, and when and where its facts were read. */
  checked: Evidence;
  secret_expires_at?: string;
}

/** Gathers the facts without asking anybody. */
export function upstreamFacts(
  settings: UpstreamSettings,
  { issuer, simulator }: { issuer: string; simulator: boolean },
): UpstreamFacts {
  const { id, preset, label, linking, secret_expires_at } = settings;
  const { name, scopes, mapping, source, lifecycle } = effectivePreset(settings);
  return {
    id,
    preset,
    name: label ?? name ?? id,
    state: stateOf(settings, simulator),
    linking,
    email_trust: trustOf(mapping),
    callback_url: redirectUri(issuer, id),
    ...lifecycleUrls(settings, `${issuer}/upstream/${id}`, lifecycle),
    scopes: settings.scopes ?? scopes,
    fields: pathsOfMapping(mapping).filter((path) => !path.startsWith('claims.')),
    checked: source,
    ...(secret_expires_at && { secret_expires_at }),
  };
}

function lifecycleUrls(
  { logout }: UpstreamSettings,
  own: string,
  { events, logout: page }: Lifecycle = {},
): Pick<UpstreamFacts, 'events' | 'deletion_url' | 'signed_out_url'> {
  return {
    ...(events && { events: { url: `${own}/events`, where: events.register } }),
    ...(events && dialects[events.dialect].deletion && { deletion_url: `${own}/deletion` }),
    ...(page && logout === 'rp-initiated' && { signed_out_url: `${own}/signed-out` }),
  };
}

function stateOf(settings: UpstreamSettings, simulator: boolean): UpstreamFacts['state'] {
  if (!settings.enabled) return 'off';
  if (simulator && isSimulatable(settings)) return 'simulated';
  return missingCredentials(settings).length === 0 ? 'on' : 'no credentials';
}

function trustOf({ email_trust: trust }: Mapping): Trust[] {
  const reachable = new Set([trust.default, ...trust.rules.map(({ then }) => then)]);
  return trustLevels.filter((level) => reachable.has(level)).toReversed();
}
