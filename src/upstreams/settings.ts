import { z } from 'zod';
import {
  claimMapSchema,
  emailTrustSchema,
  extraSchema,
  pathsOfMapping,
  trustLevels,
  type Mapping,
} from './mapping/mapping.ts';
import { presetNames, presets, type PresetName } from './presets/all.ts';

const linkings = ['never', 'authoritative', 'verified'] as const;

/** When an upstream's address joins an account without further proof: linking rule 5. */
export type Linking = (typeof linkings)[number];

/** Parameters that the protocol owns; nobody may set them by hand. */
const RESERVED =
  /^(client_id|client_secret|redirect_uri|response_type|response_mode|scope|state|nonce|code|code_challenge.*|code_verifier|request|request_uri|grant_type)$/;

/** One entry of `upstreams:` in the config file. Unknown keys are refused; empty credentials count as absent. */
export const upstreamSettings = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, {
        error: 'must be a lower-case name such as `google`; it is part of the callback URL',
      })
      .describe('Part of the callback URL and of the key of every identity: never change it.'),
    preset: z.enum(presetNames),
    enabled: z.boolean().default(true),
    label: z.string().trim().min(1).max(60).optional().describe('What people read on the button.'),
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
    issuer: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Only for `preset: oidc`: the issuer, exactly as its discovery document says it.'),
    linking: z.enum(linkings).default('authoritative'),
    email_trust: z
      .union([z.enum(trustLevels), emailTrustSchema])
      .optional()
      .describe('How far an address is believed that the upstream says it has checked; or rules of your own.'),
    scopes: z.array(z.string().regex(/^[^\s,]+$/)).optional(),
    params: z
      .record(
        z.string().refine((name) => !RESERVED.test(name), { error: 'this parameter belongs to the protocol' }),
        z.string(),
      )
      .optional()
      .describe('Fixed parameters for the authorization URL.'),
    vars: z.record(z.string(), z.string().regex(/^[A-Za-z0-9._-]{1,100}$/)).optional(),
    response_mode: z.enum(['query', 'form_post']).optional(),
    token_auth: z.enum(['client_secret_post', 'client_secret_basic']).optional(),
    pkce: z.enum(['S256', 'off']).optional(),
    claims: claimMapSchema.optional().describe('Claims that come from elsewhere than the preset says.'),
    extra: extraSchema.optional().describe('Further attributes to keep.'),
  })
  .superRefine((settings, context) => {
    for (const { path, message } of mistakesOf(settings)) context.addIssue({ code: 'custom', path, message });
  });

/** One upstream after parsing. */
export type UpstreamSettings = z.output<typeof upstreamSettings>;

interface Checked {
  preset: PresetName;
  issuer?: string | undefined;
  vars?: Record<string, string> | undefined;
  scopes?: string[] | undefined;
  email_trust?: UpstreamSettingsTrust;
  claims?: Mapping['claims'] | undefined;
  extra?: Mapping['extra'] | undefined;
}
type UpstreamSettingsTrust = z.output<typeof emailTrustSchema> | (typeof trustLevels)[number] | undefined;

/** What a schema of single keys cannot see. */
function mistakesOf(settings: Checked): { path: string[]; message: string }[] {
  const preset = presets[settings.preset];
  const found: { path: string[]; message: string }[] = [];
  const complain = (key: string, message: string) => found.push({ path: key.split(' '), message });
  if (!preset.issuer && !settings.issuer) complain('issuer', `preset \`${settings.preset}\` needs an issuer`);
  if (preset.issuer && settings.issuer)
    complain('issuer', `preset \`${settings.preset}\` has its issuer: ${preset.issuer}`);
  if (settings.issuer && /[?#]/.test(settings.issuer)) complain('issuer', 'an issuer has neither query nor fragment');
  if (preset.protocol === 'oidc' && settings.scopes && !settings.scopes.includes('openid')) {
    complain('scopes', 'must include `openid`');
  }
  for (const name of Object.keys(settings.vars ?? {})) {
    if (!Object.hasOwn(preset.vars ?? {}, name))
      complain(`vars ${name}`, `preset \`${settings.preset}\` has no such variable`);
  }
  if (typeof settings.email_trust === 'string' && !preset.verified_signal && settings.email_trust !== 'unverified') {
    complain(
      'email_trust',
      `preset \`${settings.preset}\` has no sign that an address was checked; write rules of your own`,
    );
  }
  const known = new Set([...preset.sources.map((source) => source.name), 'claims']);
  for (const path of pathsOfMapping(mergeMapping(preset.mapping, settings))) {
    const [source = ''] = path.split('.');
    if (!known.has(source))
      complain('claims', `\`${path}\`: there is no source \`${source}\`, only ${[...known].join(', ')}`);
  }
  return found;
}

/** The preset's mapping with what the config file changes; the subject stays the preset's. */
export function mergeMapping(mapping: Mapping, settings: Pick<Checked, 'claims' | 'extra' | 'email_trust'>): Mapping {
  const trust = settings.email_trust;
  return {
    ...mapping,
    claims: { ...mapping.claims, ...settings.claims },
    extra: { ...mapping.extra, ...settings.extra },
    email_trust: typeof trust === 'object' ? trust : mapping.email_trust,
  };
}
