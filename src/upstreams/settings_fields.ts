import { z } from 'zod';
import { parseDomain } from '../kit/addresses.ts';
import { trustedWords } from './assurance.ts';
import { lineSettings } from './calls/settings.ts';
import { conditionSchema, pathSchema } from './mapping/conditions.ts';
import { groupsSchema } from './mapping/groups.ts';
import { claimMapSchema, emailTrustSchema, extraSchema, trustLevels } from './mapping/mapping.ts';
import { TENANT_GUID, tokenAuths } from './preset.ts';
import { presetNames } from './presets/all.ts';

const linkings = ['never', 'authoritative', 'verified'] as const;

/** When an upstream's address joins an account without further proof: linking rule 5. */
export type Linking = (typeof linkings)[number];

/** Parameters that the protocol owns; nobody may set them by hand. */
const RESERVED =
  /^(client_id|client_secret|redirect_uri|response_type|response_mode|scope|state|nonce|code|code_challenge.*|code_verifier|request|request_uri|grant_type)$/;
/** Names that a source cannot have, because something else has them. */
const TAKEN: ReadonlySet<string> = new Set(['claims', 'authorization', 'token', 'jwks', 'userinfo']);

/** In any case or script; what comes out is as canonical addresses have it. */
const domain = z
  .string()
  .overwrite((written) => parseDomain(written) ?? written)
  .refine((written) => parseDomain(written) === written, { error: 'must be a domain such as `partner.example`' });
const webAddress = z.url({ protocol: /^https?$/ });
const guid = z.string().regex(TENANT_GUID, { error: 'must be the GUID of a tenant, in lower case' });
const parameters = z.record(
  z.string().refine((name) => !RESERVED.test(name), { error: 'this parameter belongs to the protocol' }),
  z.string(),
);

const source = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/)
    .refine((name) => !TAKEN.has(name), { error: 'this name is taken' }),
  url: webAddress,
  params: z.record(z.string(), z.string()).optional(),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).optional(),
  optional: z.boolean().optional(),
  ok_when: conditionSchema.optional(),
});

/** Every key of one entry of `upstreams:`, each looked at alone. Unknown keys are refused. */
export const upstreamFields = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, {
      error: 'must be a lower-case name such as `google`; it is part of the callback URL',
    })
    .describe('Part of the callback URL and of the key of every identity: never change it.'),
  preset: z.enum(presetNames).describe('Whose sign-in it is; `oidc` and `oauth2` for any other server.'),
  enabled: z.boolean().default(true).describe('false: nobody is sent there, and nobody comes back from there.'),
  label: z.string().trim().min(1).max(60).optional().describe('What people read on the button.'),
  client_id: z.string().optional().describe('What the upstream calls us.'),
  client_secret: z.string().optional().describe('By which it knows that it is us.'),
  secret_expires_at: z.iso
    .date()
    .optional()
    .describe('The last day of `client_secret`, where the upstream lets it expire: warned of 30 days ahead.'),
  team_id: z.string().optional().describe('Only for `preset: apple`: the team that the key belongs to.'),
  private_key: z.string().optional().describe('PKCS #8 in PEM: for `preset: apple`, or `token_auth: private_key_jwt`.'),
  key_id: z.string().optional().describe('By which the upstream finds the public half of `private_key`.'),
  base_url: webAddress
    .optional()
    .describe('Only for presets that people run themselves: where theirs is. Part of the key of every identity.'),
  tenant: z.string().optional().describe('Only for `preset: microsoft`: common, organizations, consumers or a GUID.'),
  tenants: z.array(guid).min(1).optional().describe('Only for `preset: microsoft`: nobody of another tenant comes in.'),
  issuer: webAddress
    .optional()
    .describe('Only for `oidc` and `oauth2`: the issuer, exactly as its discovery document or its callbacks say it.'),
  issuer_aliases: z
    .array(z.string())
    .optional()
    .describe('Other spellings of the issuer that tokens and callbacks carry.'),
  authorization_endpoint: webAddress.optional().describe('Only for `preset: oauth2`.'),
  token_endpoint: webAddress.optional().describe('Only for `preset: oauth2`.'),
  sources: z
    .array(source)
    .min(1)
    .optional()
    .describe('Only for `preset: oauth2`: what is asked about the person, each answer under its name.'),
  subject: pathSchema
    .optional()
    .describe('Only for `preset: oauth2`: the path of what identifies a person for ever, such as `user.id`.'),
  linking: z
    .enum(linkings)
    .default('authoritative')
    .describe('How far its word must go to join an account that has the address: docs/linking.md.'),
  domains: z
    .array(domain)
    .optional()
    .describe('People who type an address of these domains are sent here. It is believed about no other address.'),
  local_passwords: z
    .boolean()
    .default(false)
    .describe('Whether people of its `domains` may use a password here as well.'),
  restrict: z
    .array(conditionSchema)
    .min(1)
    .optional()
    .describe('What must hold about whoever comes; all others are refused.'),
  allowed_domains: z
    .array(domain)
    .min(1)
    .optional()
    .describe('Nobody comes in whose checked address is not of one of these domains.'),
  email_trust: z
    .union([z.enum(trustLevels), emailTrustSchema])
    .optional()
    .describe('How far an address is believed that the upstream says it has checked; or rules of your own.'),
  trusted_acr: trustedWords
    .optional()
    .describe(
      'Words of its `acr` that count as a second factor or a passkey of ours; it is asked for them where an app needs that.',
    ),
  trusted_amr: trustedWords.optional().describe('The same for words of its `amr`.'),
  scopes: z
    .array(z.string().regex(/^[^\s,]+$/))
    .optional()
    .describe('What people are asked for there, instead of what the preset says.'),
  scope_delimiter: z.enum([' ', ',']).optional().describe('Only for `preset: oauth2`.'),
  params: parameters.optional().describe('Fixed parameters for the authorization URL.'),
  vars: z
    .record(z.string(), z.string().regex(/^[A-Za-z0-9._-]{1,100}$/))
    .optional()
    .describe('Variable parts of the addresses of a preset, such as the version of the Graph API.'),
  response_mode: z.enum(['query', 'form_post']).optional().describe('form_post: the answer comes as a POST.'),
  token_auth: z
    .enum(tokenAuths)
    .exclude(['signed_secret'])
    .optional()
    .describe('How we say who we are where codes are redeemed.'),
  token_format: z.enum(['json', 'form', 'auto']).optional().describe('Only for `preset: oauth2`.'),
  pkce: z
    .enum(['S256', 'off'])
    .optional()
    .describe('off only for a server that refuses PKCE: a stolen code can be redeemed then.'),
  id_token_algs: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'HS256']))
    .min(1)
    .optional()
    .describe('Only for `preset: oidc`: how its ID tokens may be signed. HS256: with the client secret.'),
  http: lineSettings.prefault({}).describe('When it is left alone for a while, and how much is asked of it at once.'),
  claims: claimMapSchema.optional().describe('Claims that come from elsewhere than the preset says.'),
  extra: extraSchema.optional().describe('Further attributes to keep.'),
  groups: groupsSchema.optional().describe('Which of its groups count here. Without it, none does.'),
  on_deletion: z
    .enum(['unlink', 'delete-account'])
    .default('unlink')
    .describe('What follows when the account there is deleted: the identity goes, or the account here too.'),
  store_tokens: z
    .enum(['none', 'refresh'])
    .optional()
    .describe('Keeps, encrypted, what ends the connection at the upstream when it ends here.'),
  logout: z
    .enum(['none', 'rp-initiated'])
    .default('none')
    .describe('After signing out here, people are sent to sign out there.'),
  admin_key: z.string().optional().describe('Only for `preset: kakao`: what its webhook sends along.'),
});

/** One upstream after parsing. */
export type UpstreamSettings = z.output<typeof upstreamFields>;
