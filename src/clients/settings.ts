import { z } from 'zod';
import { allowSettings } from './allow.ts';
import { clientLifetimes } from './client_lifetimes.ts';
import { requireSetting } from './levels.ts';
import { secretSettings } from './secrets.ts';

const clientTypes = ['web', 'spa', 'native', 'service', 'device', 'mcp'] as const;

/** What an app is; each type has its own safe template. */
export type ClientType = (typeof clientTypes)[number];

const uri = z.string().min(1).max(2000);
const uris = z.array(uri).max(100);

/**
 * One entry of `clients:`. Any further key is handed to the protocol engine as client metadata (RFC 7591, OpenID Connect
 * Registration 1.0) and wins over the template of the type.
 */
export const clientSettings = z.looseObject({
  client_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/, 'one to a hundred visible ASCII characters')
    .describe('The name by which the app introduces itself. It never changes and is no secret.'),
  name: z.string().trim().min(1).max(100).optional().describe('What people read; the client_id when absent.'),
  type: z
    .enum(clientTypes)
    .default('web')
    .describe(
      'web: a server with a secret. spa: a browser app. native: on a device. service: no person. device: no browser. mcp: an MCP client.',
    ),
  client_secret: z.string().min(1).max(500).optional().describe('What a web app or service proves itself with.'),
  client_secrets: z
    .array(secretSettings)
    .min(1)
    .max(10)
    .optional()
    .describe('Several, so that one can follow another: each proves the app until it expires.'),
  redirect_uris: uris.optional().describe('Where people are sent back, compared letter by letter.'),
  post_logout_redirect_uris: uris.optional().describe('Where people may be sent after signing out.'),
  first_party: z.boolean().default(false).describe('One of your own apps: people are not asked for consent.'),
  upstreams: z
    .array(z.string().min(1).max(100))
    .min(1)
    .optional()
    .describe(
      'The only ways in for this app: ids of upstreams, and local for address and password. Every way when absent.',
    ),
  client_uri: uri.optional().describe('The home of the app, linked from the front page.'),
  logo_uri: uri.optional(),
  policy_uri: uri.optional(),
  tos_uri: uri.optional(),
  require_pkce: z.boolean().default(true).describe('false only for an app whose library cannot do PKCE (RFC 7636).'),
  require: requireSetting,
  allow: allowSettings.optional().describe('The only accounts that may use this app; every account when absent.'),
  resources: z
    .record(z.string().min(1).max(2000), z.array(z.string().min(1).max(100)).max(100))
    .optional()
    .describe(
      'The only APIs that it may ask tokens for: `{ id of a resource: [scopes] }`. Absent: all of them for its people, none in its own name.',
    ),
  lifetimes: clientLifetimes.optional().describe('What lives longer or shorter for this app than for all others.'),
});

/** One client after parsing. */
export type ClientSettings = z.output<typeof clientSettings>;

/** One client as the config file writes it. */
export type ClientInput = z.input<typeof clientSettings>;
