import { effectivePreset, urlsIn } from './effective_preset.ts';
import { pathsOfCondition } from './mapping/conditions.ts';
import { pathsOfMapping } from './mapping/mapping.ts';
import { TENANT_GUID, type Preset } from './preset.ts';
import { presets } from './presets/all.ts';
import type { UpstreamSettings } from './settings_fields.ts';

interface Mistake {
  path: string[];
  message: string;
}

const isGeneric = (preset: Preset) => preset.issuer === undefined;
const isGenericOAuth2 = (preset: Preset) => isGeneric(preset) && preset.protocol === 'oauth2';

/** Keys that only some presets take. */
const onlyFor: [key: keyof UpstreamSettings, fits: (preset: Preset) => boolean, instead: string][] = [
  ['base_url', (preset) => preset.self_managed !== undefined, 'only github and gitlab can be run by oneself'],
  ['tenant', (preset) => preset.tenancy !== undefined, 'only microsoft has tenants'],
  ['tenants', (preset) => preset.tenancy !== undefined, 'only microsoft has tenants'],
  ['team_id', (preset) => preset.token_auth === 'signed_secret', 'only apple has teams'],
  ['authorization_endpoint', isGenericOAuth2, 'only preset `oauth2` takes it'],
  ['token_endpoint', isGenericOAuth2, 'only preset `oauth2` takes it'],
  ['sources', isGenericOAuth2, 'only preset `oauth2` takes it'],
  ['subject', isGenericOAuth2, 'only preset `oauth2` takes it: the subject of the others is fixed'],
  ['scope_delimiter', isGenericOAuth2, 'only preset `oauth2` takes it'],
  ['token_format', isGenericOAuth2, 'only preset `oauth2` takes it'],
  ['id_token_algs', (preset) => isGeneric(preset) && preset.protocol === 'oidc', 'only preset `oidc` takes it'],
  ['trusted_acr', (preset) => preset.protocol === 'oidc', 'only OpenID providers send `acr`'],
  ['trusted_amr', (preset) => preset.protocol === 'oidc', 'only OpenID providers send `amr`'],
  ['admin_key', (preset) => preset.lifecycle?.events?.dialect === 'kakao', 'only kakao sends one along'],
  ['token_auth', (preset) => preset.token_auth !== 'signed_secret', 'apple knows one way: a secret that we sign'],
];

/** Keys that the generic OAuth 2 preset cannot do without. */
const neededByOAuth2 = ['authorization_endpoint', 'token_endpoint', 'sources', 'subject'] as const;

/** What a schema of single keys cannot see in one entry. */
export function wrongTogether(settings: UpstreamSettings): Mistake[] {
  const preset = presets[settings.preset];
  const misplaced = onlyFor.filter(([key, fits]) => settings[key] !== undefined && !fits(preset));
  return [
    ...misplaced.map(([key, , instead]) => ({ path: [key], message: instead })),
    ...issuerMistakes(settings, preset),
    ...urlMistakes(settings),
    ...tenantMistakes(settings, preset),
    ...missingPlaces(settings, preset),
    ...scopeMistakes(settings, preset),
    ...lifecycleMistakes(settings, preset),
    ...trustMistakes(settings, preset),
    ...pathMistakes(settings),
  ];
}

function issuerMistakes({ preset: name, issuer }: UpstreamSettings, preset: Preset): Mistake[] {
  if (!preset.issuer && !issuer) return [{ path: ['issuer'], message: `preset \`${name}\` needs an issuer` }];
  if (preset.issuer && issuer) {
    return [{ path: ['issuer'], message: `preset \`${name}\` has its issuer: ${preset.issuer}` }];
  }
  return [];
}

function urlMistakes(settings: UpstreamSettings): Mistake[] {
  return urlsIn(settings).flatMap(({ key, url }) => {
    const complain = (message: string) => [{ path: [key], message }];
    // What is no URL at all was refused by its own key, and comes here all the same.
    const parsed = URL.parse(url);
    if (parsed?.username || parsed?.password) return complain('has no name and no password in it');
    if (key === 'issuer' && /[?#]/.test(url)) return complain('an issuer has neither query nor fragment');
    const isBase = key === 'base_url' && (/[?#]/.test(url) || url.endsWith('/'));
    return isBase ? complain('ends without a slash, a query and a fragment') : [];
  });
}

function tenantMistakes({ tenant }: UpstreamSettings, { tenancy }: Preset): Mistake[] {
  if (tenant === undefined || !tenancy) return [];
  const classes = Object.keys(tenancy.classes);
  if (TENANT_GUID.test(tenant) || classes.includes(tenant)) return [];
  return [{ path: ['tenant'], message: `must be ${classes.join(', ')} or the GUID of a tenant, in lower case` }];
}

function missingPlaces(settings: UpstreamSettings, preset: Preset): Mistake[] {
  if (!isGenericOAuth2(preset)) return [];
  const missing = neededByOAuth2.filter((key) => settings[key] === undefined);
  return missing.map((key) => ({ path: [key], message: 'is missing: preset `oauth2` cannot know it' }));
}

function scopeMistakes({ preset: name, scopes, vars = {} }: UpstreamSettings, preset: Preset): Mistake[] {
  const unknown = Object.keys(vars).filter((key) => key === 'base_url' || !Object.hasOwn(preset.vars ?? {}, key));
  return [
    ...(preset.protocol === 'oidc' && scopes && !scopes.includes('openid')
      ? [{ path: ['scopes'], message: 'must include `openid`' }]
      : []),
    ...unknown.map((key) => ({ path: ['vars', key], message: `preset \`${name}\` has no such variable` })),
  ];
}

function lifecycleMistakes({ preset: name, store_tokens, logout }: UpstreamSettings, { lifecycle }: Preset): Mistake[] {
  const ends = store_tokens !== 'refresh' || lifecycle?.revocation;
  const signsOut = logout !== 'rp-initiated' || lifecycle?.logout;
  return [
    ...(ends ? [] : [{ path: ['store_tokens'], message: `preset \`${name}\` has no way to end a connection` }]),
    ...(signsOut ? [] : [{ path: ['logout'], message: `preset \`${name}\` has no sign-out to send people to` }]),
  ];
}

function trustMistakes(settings: UpstreamSettings, preset: Preset): Mistake[] {
  const { preset: name, email_trust: trust, allowed_domains: domains, claims } = settings;
  const signal = claims?.email ? undefined : preset.verified_signal;
  if (typeof trust === 'string' && !signal && trust !== 'unverified') {
    const of = claims?.email ? 'the address under `claims`' : 'an address';
    const message = `preset \`${name}\` has no sign that ${of} was checked; write rules of your own`;
    return [{ path: ['email_trust'], message }];
  }
  const effective = effectivePreset(settings).mapping.email_trust;
  const believed = [effective.default, ...effective.rules.map((rule) => rule.then)];
  if (!domains || believed.some((level) => level !== 'unverified')) return [];
  const message = 'nobody could come in: no address of this upstream counts as checked; `email_trust` decides that';
  return [{ path: ['allowed_domains'], message }];
}

function pathMistakes(settings: UpstreamSettings): Mistake[] {
  const { sources, mapping } = effectivePreset(settings);
  const known = new Set([...sources.map((source) => source.name), 'claims']);
  const read = [
    ...pathsOfMapping(mapping).map((path) => ({ key: 'claims', path })),
    ...(settings.restrict ?? []).flatMap(pathsOfCondition).map((path) => ({ key: 'restrict', path })),
    ...(settings.groups?.from ?? []).map((path) => ({ key: 'groups', path })),
  ];
  return read.flatMap(({ key, path }) => {
    const [source = ''] = path.split('.');
    if (known.has(source)) return [];
    return [{ path: [key], message: `\`${path}\`: there is no source \`${source}\`, only ${[...known].join(', ')}` }];
  });
}
