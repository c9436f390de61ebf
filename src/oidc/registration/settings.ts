import { z } from 'zod';
import { durationSetting as duration } from '../../kit/durations.ts';

const words = z.string().min(1).max(200);

/** What may be asked for by an app that nobody of the organisation has looked at. */
const bounds = {
  grant_types: z
    .array(words)
    .min(1)
    .default(['authorization_code', 'refresh_token'])
    .describe('What such an app may do at the token endpoint.'),
  scopes: z
    .array(z.enum(['openid', 'profile', 'email', 'address', 'phone', 'groups', 'offline_access']))
    .min(1)
    .default(['openid', 'profile', 'email', 'offline_access'])
    .describe('What it may ask people for.'),
  resources: z
    .array(words)
    .default([])
    .describe('The APIs under resources that it may ask tokens for; none when empty.'),
};

/** Apps that register themselves. */
export const registrationSettings = z
  .strictObject({
    initial_access_tokens: z
      .enum(['required', 'optional'])
      .default('required')
      .describe('Whether an app needs a token of `clients token`; optional is for mode: development alone.'),
    ...bounds,
    redirect_uris: z
      .array(z.enum(['https', 'loopback', 'custom']))
      .min(1)
      .default(['https', 'loopback'])
      .describe('Where people may be sent back: loopback and custom schemes of apps on a device only.'),
    require_pkce: z.boolean().default(true).describe('false lets apps with a secret go without PKCE (RFC 7636).'),
    most: z.int().min(1).max(100_000).default(1000).describe('So many apps at most are registered at a time.'),
    unused: duration('90d', 'An app that nobody uses for so long is removed.'),
  })
  .describe('Apps register themselves (RFC 7591, RFC 7592, OpenID Connect Registration 1.0).');

/** A host name with its port where that is not 443, or all names below one. */
const HOST = /^(\*\.)?(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*(:[1-9]\d{0,4})?$/;

/** Apps whose id is the URL of a document about themselves. */
export const clientIdMetadataSettings = z
  .strictObject({
    allow: z
      .array(z.string().regex(HOST, 'a host such as client.example, or *.client.example for all below it'))
      .min(1)
      .describe('The hosts that such documents may lie on.'),
    ...bounds,
  })
  .describe('Apps whose client_id is the https URL of their metadata (OAuth Client ID Metadata Document).');
