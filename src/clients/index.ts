/**
 * clients: the apps that may send people here.
 *
 * Owns the clients of the config: their schema, a safe template for each type, their secrets, the checks, the registry that
 * the protocol engine reads, and the kits, which are settings for products that become one. Mounts no URL. Never stores a
 * client in the database, and never decides what the protocol allows: the engine's own schema does that.
 */
export { clientSettings, type ClientInput, type ClientSettings } from './settings.ts';
export { registeredSettings } from './registered_settings.ts';
export { clientKeys } from './metadata_names.ts';
export { meets, requireSetting, strongest, type Level } from './levels.ts';
export { endOf, hasPlainSecret, isOneOf, newSecret, plainSecret, type KeptSecret } from './secrets.ts';
export type { ClientLifetimes } from './client_lifetimes.ts';
export { toMetadata, type ClientMetadata } from './templates.ts';
export { mayUse, type Allow } from './allow.ts';
export { checkClient, switchedOff } from './check_client.ts';
export { betweenClients } from './checks/between_clients.ts';
export { longLifetimes } from './checks/other_rules.ts';
export { RETURN_URIS, returnUriProblem, WEB_URIS, webUriProblem } from './uris.ts';
export { LOCAL_WAY, takes } from './ways.ts';
export { openClients } from './registry.ts';
export type { Clients } from './door.ts';
export { kitNames, kitsFor, type FilledKit } from './kits/index.ts';
