/**
 * Room: oidc. The protocol engine: oidc-provider's configuration, the artifact store, the interaction policy, and the narrow
 * face that pages use. The only room that imports oidc-provider.
 * URLs: /oidc/*, /.well-known/openid-configuration, /.well-known/oauth-authorization-server.
 * Never: shows a page of its own, knows a password or an upstream, or hands out the Provider.
 */
export { openOidc } from './oidc.ts';
export { validateClients, type ClientRefusal } from './validate_clients.ts';
export { lifetimeSettings, resourceSettings, type LifetimeSettings, type ResourceSettings } from './settings.ts';
export type {
  Oidc,
  PromptHandler,
  Rebuildable,
  RequestedScopes,
  Session,
  Visit,
  VisitClient,
  VisitResult,
} from './door.ts';
export type { AccountDirectory, DirectoryEntry, KeyRing, LogoutPages, OidcDeps } from './needs.ts';
