import { fill } from './fill.ts';
import type { Condition } from './mapping/conditions.ts';
import type { Mapping, Trust } from './mapping/mapping.ts';
import type { Endpoints, Preset } from './preset.ts';
import { presets } from './presets/all.ts';
import type { UpstreamSettings } from './settings_fields.ts';

/** The preset of an entry with what the config file says about where it is and what is mapped; all addresses filled in. */
export function effectivePreset(settings: UpstreamSettings): Preset {
  const preset = presets[settings.preset];
  const known = { ...preset, ...(settings.base_url ? preset.self_managed : {}), ...ownPlaces(settings, preset) };
  const vars = { ...known.vars, ...settings.vars, ...placesOf(settings, preset) };
  return {
    ...known,
    issuer: known.issuer && fill(known.issuer, vars),
    endpoints: known.endpoints && mapEndpoints(known.endpoints, (url) => fill(url, vars)),
    issuer_aliases: [...(known.issuer_aliases ?? []), ...(settings.issuer_aliases ?? [])],
    mapping: mergeMapping(known, settings),
    restrict: [...tenantConditions(settings, preset), ...(settings.restrict ?? [])],
  };
}

/** Every URL that an entry names: an admin wrote it down. */
export function urlsIn(settings: UpstreamSettings): { key: string; url: string }[] {
  const { issuer, base_url, authorization_endpoint, token_endpoint, sources = [] } = settings;
  const named = Object.entries({ issuer, base_url, authorization_endpoint, token_endpoint });
  return [
    ...named.flatMap(([key, url]) => (url === undefined ? [] : [{ key, url }])),
    ...sources.map(({ url }) => ({ key: 'sources', url })),
  ];
}

/** Changes every address, whatever its name. */
export function mapEndpoints(endpoints: Endpoints, change: (url: string) => string): Endpoints {
  const entries = Object.entries(endpoints).map(([name, url]) => [name, url && change(url)]);
  // The same names as before, so the required ones are there.
  return Object.fromEntries(entries) as Endpoints;
}

/** What only the config file knows of an OAuth 2 server of somebody else. */
function ownPlaces(settings: UpstreamSettings, { mapping }: Preset): Partial<Preset> {
  const { authorization_endpoint: authorization, token_endpoint: token, sources, subject } = settings;
  if (!authorization || !token || !sources || !subject) return {};
  return {
    endpoints: { authorization, token, ...Object.fromEntries(sources.map(({ name, url }) => [name, url])) },
    sources: sources.map(({ url: _url, ...source }) => ({ ...source, from: 'http', endpoint: source.name })),
    mapping: { ...mapping, subject: { from: [subject] } },
  };
}

function placesOf({ base_url, tenant }: UpstreamSettings, { tenancy }: Preset): Record<string, string> {
  return { ...(base_url ? { base_url } : {}), ...(tenancy ? { tenant: tenant ?? tenancy.default } : {}) };
}

/** Who may come from which tenant: a class of them, one, or those of a list. The claim decides, never the address asked. */
function tenantConditions({ tenant, tenants }: UpstreamSettings, { tenancy }: Preset): Condition[] {
  if (!tenancy) return [];
  const path = `id.${tenancy.claim}`;
  const wanted = tenant ?? tenancy.default;
  const own = Object.hasOwn(tenancy.classes, wanted) ? tenancy.classes[wanted] : [{ equals: [path, wanted] as const }];
  return [...(own ?? []), ...(tenants ? [{ in: [path, tenants] as const }] : [])].map(
    (part) => ({ ...part }) as Condition,
  );
}

/** The preset's mapping with what the config file changes; the subject stays as it is. */
function mergeMapping({ mapping, verified_signal: signal }: Preset, settings: UpstreamSettings): Mapping {
  const { claims, extra, email_trust: trust } = settings;
  const merged = {
    ...mapping,
    claims: { ...mapping.claims, ...claims },
    extra: { ...mapping.extra, ...extra },
  };
  if (typeof trust === 'object') return { ...merged, email_trust: trust };
  // What the upstream says of the address that the preset reads, it does not say of another one.
  if (claims?.email) return { ...merged, email_trust: { default: 'unverified', rules: [] } };
  if (trust === undefined) return merged;
  // The short form: the level of an address that the upstream says it has checked; all others stay unverified.
  const rules: { when: Condition; then: Trust }[] = signal ? [{ when: signal, then: trust }] : [];
  return { ...merged, email_trust: { default: 'unverified', rules } };
}
