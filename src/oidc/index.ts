/**
 * oidc: the protocol engine.
 *
 * Owns oidc-provider (the only room that imports it), its configuration, the artifact store, the interaction policy, visits,
 * through which identities a session came (table session_upstreams), apps that registered themselves and the tokens with which
 * they may (tables registered_clients, initial_access_tokens), and the narrow face that pages use. Mounts /oidc/*, /device,
 * /.well-known/openid-configuration and /.well-known/oauth-authorization-server. Never shows a page of its own, never knows a
 * password, never speaks to an upstream, and never hands out the Provider.
 */
export { entryOf } from './directory_entry.ts';
export { isEnough, levelOf, TRUSTED_DEVICE, vouchedFor } from './assurance.ts';
export { readHoldings } from './holdings.ts';
export { openOidc } from './oidc.ts';
export { featureClientKeys, grantSwitches } from './features/index.ts';
export { certificateMethods } from './mutual_tls_settings.ts';
export { authenticationMethods, protocolSettings, responseTypes, type ProtocolSettings } from './protocol_settings.ts';
export { validateClients } from './validate_clients.ts';
export type { Label } from './authorization_details/type_settings.ts';
export { resourceSentence, scopesOfClaims, scopeSentence } from './scope_words.ts';
export { mayBeStranger } from './registration/bounds.ts';
export { SHORT_ID, listInitialTokens, type InitialToken } from './registration/initial_tokens.ts';
export { isRegisteredId, listRegisteredClients, type RegisteredClient } from './registration/registered_clients.ts';
export { routes } from './routes.ts';
export { sealedColumns } from './sealed_columns.ts';
export { lifetimeSettings, resourceSettings } from './settings.ts';
export type { App } from './client_directory.ts';
export type { AskedRequest, RequestAnswer } from './ciba/door.ts';
export type {
  ListedGrant,
  ListedSession,
  Oidc,
  PromptHandler,
  Registrations,
  RequestedScopes,
  Session,
  Visit,
  VisitResult,
} from './door.ts';
export type { Preview, Previewed, PreviewWish } from './preview/previewed.ts';
export type {
  AccountDirectory,
  AskedPeople,
  DevicePages,
  DeviceRefusal,
  DirectoryEntry,
  LogoutPages,
  OidcDeps,
} from './deps.ts';
