import { z } from 'zod';
import { authorizationTypes } from './authorization_details/type_settings.ts';
import { mutualTlsSettings } from './mutual_tls_settings.ts';
import { clientIdMetadataSettings, registrationSettings } from './registration/settings.ts';

/** On or off. */
const onOff = (on: boolean, what: string) => z.boolean().default(on).describe(what);

/** On, off, or demanded of every client. */
const demandable = (on: boolean, what: string) =>
  z
    .union([z.boolean(), z.literal('required')])
    .default(on)
    .describe(what);

/** Everything that an authorization may end with, if it is switched on. */
export const responseTypes = [
  'code',
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
  'none',
] as const;

/** Every way in which a client may prove who it is, if it is switched on; those of a certificate come with `mutual_tls`. */
export const authenticationMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const;

const keys = z.strictObject({
  response_types: z
    .array(z.enum(responseTypes))
    .refine((types) => types.includes('code'), 'a list with code in it: our own pages need it')
    .default(['code'])
    .describe('What an authorization may end with (OpenID Connect Core 3); a client says which of them it uses.'),
  form_post: onOff(true, 'Answers of an authorization as a POST of the browser (OAuth 2.0 Form Post Response Mode).'),
  claims_parameter: onOff(true, 'Clients may ask for single claims (OpenID Connect Core 5.5).'),
  client_credentials: onOff(true, 'Tokens for services, where there is no person (RFC 6749 4.4).'),
  device_flow: onOff(true, 'Sign-in on a device without a browser (RFC 8628).'),
  pushed_requests: demandable(true, 'Authorization requests that a client pushes to us first (RFC 9126).'),
  dpop: demandable(true, 'Tokens that are bound to a key of the client (RFC 9449).'),
  introspection: onOff(true, 'Clients may ask about their own tokens (RFC 7662).'),
  revocation: onOff(true, 'Clients may give their tokens back (RFC 7009).'),
  rp_initiated_logout: onOff(true, 'Apps may ask to sign people out (OpenID Connect RP-Initiated Logout).'),
  backchannel_logout: onOff(true, 'Apps are told when a session ends (OpenID Connect Back-Channel Logout).'),
  resource_indicators: onOff(true, 'JWT access tokens for the APIs under resources (RFC 8707, RFC 9068).'),
  client_authentication: z
    .array(z.enum(authenticationMethods))
    .min(1)
    .default(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .describe('How clients may prove who they are (OpenID Connect Core 9).'),
  request_objects: demandable(false, 'Authorization requests that a client signs, by value (JAR, RFC 9101).'),
  jwt_responses: onOff(false, 'Answers of an authorization as a JWT (JARM).'),
  jwt_introspection: onOff(false, 'Answers of introspection as a JWT (RFC 9701).'),
  jwt_userinfo: onOff(false, 'Answers of userinfo as a JWT (OpenID Connect Core 5.3.2).'),
  encryption: onOff(false, 'Encrypted ID tokens and userinfo (OpenID Connect Core 10.2).'),
  pairwise_subjects: onOff(false, 'Clients may have subjects of their own (OpenID Connect Core 8.1).'),
  mutual_tls: z
    .union([z.literal(false), mutualTlsSettings])
    .default(false)
    .describe('Clients and tokens that are bound to a certificate (RFC 8705).'),
  fapi: z
    .union([z.literal(false), z.literal('security-profile')])
    .default(false)
    .describe('What FAPI 2.0 demands of every client; wins over the keys above.'),
  rich_authorization_requests: z
    .union([z.literal(false), authorizationTypes])
    .default(false)
    .describe('Authorization in detail (RFC 9396).'),
  token_exchange: onOff(false, 'A token in exchange for another one, where a client says so (RFC 8693).'),
  ciba: z
    .union([
      z.literal(false),
      z.strictObject({
        delivery: z
          .array(z.enum(['poll', 'ping']))
          .min(1)
          .default(['poll'])
          .describe('poll: the app asks for its answer. ping: we tell it when there is one.'),
      }),
    ])
    .default(false)
    .describe('Sign-in that an app begins for somebody who is elsewhere (OpenID Connect CIBA).'),
  registration: z
    .union([z.literal(false), registrationSettings])
    .prefault(false)
    .describe('Clients that register themselves (RFC 7591, RFC 7592).'),
  client_id_metadata: z
    .union([z.literal(false), clientIdMetadataSettings])
    .default(false)
    .describe('Clients whose id is the URL of their metadata (OAuth Client ID Metadata Document).'),
});

/** The `protocol:` block after parsing. */
export type ProtocolSettings = z.output<typeof keys>;

/** The `protocol:` block: every feature of the protocol by its switch. */
export const protocolSettings = keys
  .refine((protocol) => protocol.introspection || !protocol.jwt_introspection, {
    path: ['jwt_introspection'],
    message: 'introspection as a JWT needs introspection: true',
    params: { rule: 'feature_off' },
  })
  .transform(underProfile);

/** FAPI 2.0 Security Profile 5.3.2: what it fixes wins, so that a line elsewhere in the block cannot weaken it. */
function underProfile(protocol: ProtocolSettings): ProtocolSettings {
  if (protocol.fapi === false) return protocol;
  return {
    ...protocol,
    response_types: ['code'],
    pushed_requests: 'required',
    // A client whose tokens are bound to its certificate needs no proof.
    dpop: 'required',
    client_authentication: ['private_key_jwt'],
  };
}
